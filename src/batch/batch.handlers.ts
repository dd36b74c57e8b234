import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { SECOND_PERSON } from '../kernel/decider.js';
import { isNeverRecorded, Rejected, type TriedItem } from '../kernel/rejection.js';
import type { Answer } from '../platform/commands/command-desk.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import { Refused } from '../platform/commands/refusal.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import type { Language } from '../platform/http/messages.js';
import { Problem, type ProblemDocument } from '../platform/http/problem.js';
import { documentOf } from '../platform/http/problem.filter.js';
import { itemInvocation } from '../platform/http/server.js';

type Item = { readonly path: string; readonly body: object };
type Result = {
  readonly index: number;
  readonly status: number;
  readonly eventIds?: readonly string[];
  readonly problem?: ProblemDocument;
} & Record<string, unknown>;
/** The no to one row. */
class Refusal {
  constructor(
    readonly error: unknown,
    readonly problem: ProblemDocument,
    readonly replayed: boolean,
  ) {}
}

export class RunBatch extends Command<Answer> {
  constructor(
    readonly mode: 'atomic' | 'partial',
    readonly items: readonly Item[],
    readonly by: Invocation,
    readonly key: string,
    readonly language: Language,
  ) {
    super();
  }
}

@CommandHandler(RunBatch)
export class RunBatchHandler implements ICommandHandler<RunBatch> {
  constructor(
    private readonly routes: CommandRoutes,
    private readonly runner: DeciderRunner,
    private readonly processes: ProcessRunner,
    private readonly store: EventStore,
  ) {}

  async execute(batch: RunBatch): Promise<Answer> {
    await this.runner.assertKeys([batch.by, ...batch.items.map((_, index) => invocationOf(batch, index))]);
    if (batch.mode === 'atomic') return this.atomic(batch);
    // Tried only, each row sees what those before it would have done.
    const rows = (): Promise<Result[]> => this.partial(batch);
    return summed(batch, batch.by.dryRun ? await this.runner.trial(batch.by, rows) : await rows());
  }

  private async partial(batch: RunBatch): Promise<Result[]> {
    const results: Result[] = [];
    for (const index of batch.items.keys()) {
      const result = await this.one(batch, index);
      results.push(result instanceof Refusal ? failed(index, result) : result);
    }
    return results;
  }

  /** All on one stream, none waiting for a second person, or nothing at all. */
  private async atomic(batch: RunBatch): Promise<Answer> {
    const { result, position } = await this.runner.atomically(batch.by, async () => {
      const results: Result[] = [];
      for (const index of batch.items.keys()) {
        const one = await this.one(batch, index);
        if (one instanceof Refusal) throw batchFailed(batch, results, one);
        results.push(one);
      }
      return results;
    });
    await this.processes.catchUp();
    // What crossed has arrived by now, further on than this command's own place.
    return summed(batch, result, position === undefined ? 0 : this.store.lastAcknowledged);
  }

  private async one(batch: RunBatch, index: number): Promise<Result | Refusal> {
    const { path, body } = batch.items[index]!;
    const item = invocationOf(batch, index);
    try {
      const { route } = this.routes.find(path);
      if (!route.card.roles.includes(item.caller.role)) throw new Problem('forbidden');
      const { status, replayed = false, body: answer } = await this.routes.dispatch(path, body, item);
      const { revision: _, position = 0, ...more } = answer as { revision?: number; position?: number };
      return { index, status, ...more, replayed, position };
    } catch (thrown) {
      // The stream remembers that the whole of it was refused before.
      if (thrown instanceof Rejected && thrown.details.items) throw thrown;
      const error = waitsForNobody(thrown);
      const problem = documentOf(error, { language: batch.language, instance: path, requestId: item.commandId });
      // A store that is away is no verdict on the item: together or not at all then means not now.
      if (problem.code === 'internal' || (batch.mode === 'atomic' && problem.status === 503)) throw thrown;
      return new Refusal(error, problem, error instanceof Refused && error.replayed);
    }
  }
}

function summed({ mode, by }: RunBatch, results: readonly Result[], recordedAt = 0): Answer {
  const succeeded = results.filter(({ status }) => status < 400).length;
  const summary = { total: results.length, succeeded, failed: results.length - succeeded };
  const replayed = results.length > 0 && results.every((result) => result['replayed'] === true);
  const position = results.reduce((last, one) => Math.max(last, Number(one['position'] ?? 0)), recordedAt);
  const items = results.map(({ replayed: _, position: __, ...result }) => result);
  return {
    status: by.dryRun ? 200 : 207,
    body: { mode, summary, items },
    replayed,
    dryRun: by.dryRun,
    ...(position > 0 ? { position } : {}),
  };
}

const invocationOf = ({ items, by, key }: RunBatch, index: number): Invocation =>
  itemInvocation(by, key, index, items[index]!.path, items[index]!.body as Record<string, unknown>);

const failed = (index: number, { error, problem, replayed }: Refusal): Result => ({
  index,
  status: problem.status,
  problem,
  replayed,
  position: error instanceof Refused ? error.position : 0,
});

/** Commands together wait for nobody: what would wait for a second person is what a single one is told first. */
function waitsForNobody(error: unknown): unknown {
  if (!(error instanceof Rejected) || error.code !== 'needs-second-person') return error;
  const { rules = [] } = error.details;
  return rules.includes(SECOND_PERSON) ? new Rejected('batch-failed') : new Rejected('needs-override', error.details);
}

/** Why nothing was recorded: the rows as far as they were tried. A refusal by a rule or a state stays under the key. */
function batchFailed({ items }: RunBatch, before: readonly Result[], { error, problem }: Refusal): Error {
  const code = problem.code === 'batch-not-one-stream' ? 'batch-not-one-stream' : 'batch-failed';
  const good = before.map(({ index, status }): TriedItem => ({ index, status }));
  const bad = { index: before.length, status: problem.status };
  if (!(error instanceof Rejected) || isNeverRecorded(error))
    return new Problem(code, { members: { items: [...good, { ...bad, problem }] } });
  const { rule, rules, policyId } = error.details;
  const named = { ...(rule ? { rule } : {}), ...(rules ? { rules } : {}), ...(policyId ? { policyId } : {}) };
  const refusal = { code: error.code, details: error.details };
  return new Rejected(code, { ...named, items: [...good, { ...bad, path: items[before.length]!.path, refusal }] });
}
