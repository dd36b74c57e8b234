import { randomUUID } from 'node:crypto';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { unrepeated } from '../calculation/bounds.js';
import { Rejected } from '../kernel/rejection.js';
import type { Answer } from '../platform/commands/command-desk.js';
import { type Caller, commandIdOf, type Invocation } from '../platform/commands/invocation.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import { Problem, type ProblemDocument } from '../platform/http/problem.js';
import { documentOf } from '../platform/http/problem.filter.js';
import type { Question } from '../platform/http/routes.js';
import { fingerprint, overrideOf } from '../platform/http/server.js';
import { nextTurn } from '../platform/slices.js';
import { changesOf, type Change } from './json-changes.engine.js';
import { type Shadow, Shadows, type Snapshot } from './shadows.js';

type Hypothetical = { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
type Scenario = { readonly name: string | null; readonly commands: readonly Hypothetical[] };
type Named = { readonly alternative?: string };
type Refusal = Named & { readonly index: number; readonly path: string } & ProblemDocument;
type Granted = Named & { readonly index: number; readonly path: string; readonly rules: readonly string[] };
type Result = Named & {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly changes: readonly Change[];
};

const MOST_COMMANDS = 1_000;
const MOST_ALTERNATIVES = 10;
const MOST_READS = 50;
const LONGEST_MS = 20_000;
/** Each holds a copy of the read models: a few wait for their turn, more are sent away. */
const MOST_WAITING = 8;

export class RunSimulation extends Query<object> {
  constructor(
    readonly scenarios: readonly Scenario[],
    readonly read: readonly string[],
    readonly asked: Question,
  ) {
    super();
  }
}

/**
 * What if: hypothetical commands through the same controllers, deciders and projections, over the history as it stands,
 * in a shadow of the service that is thrown away. Commands run with the role they need, inside the caller's division;
 * whatever is read is read with the caller's own rights.
 */
@QueryHandler(RunSimulation)
export class RunSimulationHandler implements IQueryHandler<RunSimulation> {
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly shadows: Shadows) {}

  async execute(simulation: RunSimulation): Promise<object> {
    assertBounds(simulation);
    if (this.waiting >= MOST_WAITING) throw new Problem('rate-limited');
    this.waiting += 1;
    const done = this.turn.then(() => this.run(simulation));
    this.turn = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      this.waiting -= 1;
    }
  }

  private async run({ scenarios, read, asked }: RunSimulation): Promise<object> {
    const snapshot = await this.shadows.snapshot(asked.atPosition);
    const run = new Run(snapshot, read, asked);
    try {
      for (const scenario of scenarios) await run.play(scenario);
    } finally {
      await snapshot.close();
    }
    const { rejected, granted, results } = run;
    const compared = scenarios.length > 1 ? { comparison: comparison(results) } : {};
    return { position: snapshot.position, rejected, granted, results, ...compared };
  }
}

function assertBounds({ scenarios, read }: RunSimulation): void {
  const commands = scenarios.reduce((sum, one) => sum + one.commands.length, 0);
  const over = commands > MOST_COMMANDS || scenarios.length > MOST_ALTERNATIVES || read.length > MOST_READS;
  const facts = { commands: `${commands}`, alternatives: `${scenarios.length}`, read: `${read.length}` };
  if (over) throw new Rejected('too-many', { facts });
  unrepeated(scenarios.map(({ name }) => name ?? ''));
}

/** One simulation on its way. */
class Run {
  readonly rejected: Refusal[] = [];
  readonly granted: Granted[] = [];
  readonly results: Result[] = [];
  private before: readonly unknown[] | undefined;
  private readonly until = performance.now() + LONGEST_MS;
  /** New in every simulation, so that no key of the log is ever met. */
  private readonly key = randomUUID();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly read: readonly string[],
    private readonly asked: Question,
  ) {}

  async play({ name, commands }: Scenario): Promise<void> {
    const named = name === null ? {} : { alternative: name };
    const shadow = await this.snapshot.open(this.asked.caller);
    try {
      // The history is the same for all alternatives, so it is read once.
      this.before ??= await this.answers(shadow);
      for (const [index, command] of commands.entries()) await this.perform(shadow, named, index, command);
      const after = await this.answers(shadow);
      for (const [index, path] of this.read.entries()) {
        const [old, now] = [this.before[index], after[index]];
        this.results.push({ ...named, path, before: old, after: now, changes: changesOf(old, now) });
      }
    } finally {
      await shadow.close();
    }
  }

  private async perform(shadow: Shadow, named: Named, index: number, { path, body }: Hypothetical): Promise<void> {
    this.assertTime();
    // A shadow answers within one turn of the event loop; others get theirs between two commands.
    await nextTurn();
    const routes = shadow.app.get(CommandRoutes);
    const by = (role: Caller['role'], key: string, to: string): Invocation => ({
      // The second person is never the first, whatever role asked.
      caller: { subject: `simulated-${role}-of-${key}`, role, division: this.asked.caller.division },
      commandId: commandIdOf(this.key, `${named.alternative ?? ''}#${index}#${key}`),
      fingerprint: fingerprint('POST', to, body),
      path: to,
      body,
      dryRun: false,
      ...overrideOf(body),
    });
    try {
      const { roles } = routes.find(path).route.card;
      const role = (['recorder', 'approver'] as const).find((one) => roles.includes(one));
      if (role === undefined) throw new Problem('forbidden');
      const command = by(role, 'command', path);
      const answer = await routes.dispatch(path, body, command);
      const approval = approvalOf(answer);
      if (approval === undefined) return;
      await routes.dispatch(approval, {}, { ...by('approver', 'approval', approval), body: {} });
      this.granted.push({ ...named, index, path, rules: command.override?.rules ?? [] });
    } catch (error) {
      this.rejected.push({ ...named, index, path, ...this.told(error, path) });
    }
  }

  /** A viewer sees no rows, so the figures of a refusal, which may be one household's, are left out. */
  private told(error: unknown, path: string): ProblemDocument {
    const { language, caller } = this.asked;
    const shown =
      error instanceof Rejected && caller.role === 'viewer' ? new Rejected(error.code, withoutFacts(error)) : error;
    const problem = documentOf(shown, { language, instance: path, requestId: this.key });
    if (problem.code === 'internal') throw error;
    return problem;
  }

  private async answers(shadow: Shadow): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const [index, path] of this.read.entries()) {
      this.assertTime();
      await nextTurn();
      answers.push(await this.answer(shadow, path, index));
    }
    return answers;
  }

  /** What a read shows; null where there is no such thing (yet). A read that is wrong in itself refuses the simulation. */
  private async answer({ app, authorization }: Shadow, url: string, index: number): Promise<unknown> {
    const headers = { authorization, 'accept-language': this.asked.language };
    const reply = await app.inject({ method: 'GET', url, headers });
    const isJson = /^application\/(problem\+)?json\b/.test(String(reply.headers['content-type']));
    const body = isJson ? (JSON.parse(reply.body) as { code?: string }) : undefined;
    if (reply.statusCode === 200 && body) return body;
    if (reply.statusCode === 404 && body?.code !== 'not-found') return null;
    if (reply.statusCode === 403) throw new Problem('forbidden');
    if (reply.statusCode >= 500) throw new Problem('projection-behind');
    throw new Problem('invalid-field', { errors: [{ pointer: `/read/${index}`, code: 'isListOfReads' }] });
  }

  private assertTime(): void {
    if (performance.now() < this.until) return;
    throw new Rejected('too-many', { facts: { seconds: String(LONGEST_MS / 1_000) } });
  }
}

function withoutFacts({ details: { facts: _, eventIds: __, ...rest } }: Rejected): Rejected['details'] {
  return rest;
}

/** Where a command waits for its second person, who in a simulation agrees. */
function approvalOf({ status, body }: Answer): string | undefined {
  const { approvalId } = body as { approvalId?: string };
  return status === 202 && approvalId !== undefined ? `/v1/approvals/${approvalId}/grant` : undefined;
}

/** Every place that differs in some alternative, with what each makes of it. */
function comparison(results: readonly Result[]): object[] {
  const names = [...new Set(results.map(({ alternative }) => alternative!))];
  const rows = new Map<string, { path: string; pointer: string; before: unknown; after: Record<string, unknown> }>();
  for (const { alternative, path, changes } of results)
    for (const { pointer, before, after } of changes) {
      const key = `${path} ${pointer}`;
      const row = rows.get(key) ?? {
        ...{ path, pointer, before },
        after: Object.fromEntries(names.map((name) => [name, before])),
      };
      row.after[alternative!] = after;
      rows.set(key, row);
    }
  return [...rows.values()];
}
