import { Injectable } from '@nestjs/common';
import { Rejected } from '../kernel/rejection.js';
import type { Answer } from '../platform/commands/command-desk.js';
import { CommandIndex } from '../platform/commands/command-index.js';
import { type Caller, commandIdOf, type Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import { Settings } from '../platform/config/settings.js';
import type { EventMetadata } from '../platform/event-store/event-store.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import { fingerprint, overrideOf } from '../platform/http/server.js';
import { COMPOUNDS } from './demo-data.js';
import { bondSteps, FUNDED, fundSteps } from './demo-bond-and-fund.js';
import { grantChains } from './demo-grants.js';
import { ending, incidents } from './demo-incidents.js';
import { siteOf } from './demo-site.js';
import { approver, type Step } from './demo-step.js';
import { storyOf } from './demo-story.js';

const CITY = '1404';
const PEOPLE: Readonly<Record<Step['as'], Caller>> = {
  clerk: { subject: 'demo-clerk', role: 'recorder', division: CITY },
  approver: { subject: 'demo-approver', role: 'approver', division: CITY },
};
/** A later edition of the demonstration gets another number: keys of this one stand in logs for ever. */
const EDITION = 'demo-1';
const FIRST = `${EDITION}:first`;
const LAST = `${EDITION}:last`;

type Keyed = Step & { readonly key: string };
export type Seeded = { readonly events: number; readonly seconds: number };

/**
 * An invented city, recorded through the ordinary commands by two invented people. Keys follow from the place of a step
 * in the tables, so what was recorded before a crash is answered again and the rest is recorded.
 */
@Injectable()
export class DemoCity {
  private here = false;

  constructor(
    private readonly routes: CommandRoutes,
    private readonly index: CommandIndex,
    private readonly store: EventStore,
    private readonly processes: ProcessRunner,
    private readonly settings: Settings,
  ) {}

  /** Whether this log began with the demonstration: nobody's real money is in front of it. */
  async isHere(): Promise<boolean> {
    if (this.here) return true;
    const [first] = await this.store.readAll(0, 1);
    if (first) this.here = (JSON.parse(first.metadata) as EventMetadata).commandId === idOf('clerk', FIRST);
    return this.here;
  }

  /** Seeds where `SEED_DEMO` says so; undefined where there was nothing to do. Throws when a step is not answered as told. */
  async seedAsSet(): Promise<Seeded | undefined> {
    const { seedDemo, eventStore } = this.settings;
    if (seedDemo === 'never') return undefined;
    const before = await this.store.head();
    const isOurs = before === 0 ? eventStore === 'sqlite' : await this.isHere();
    if (seedDemo === 'auto' && !isOurs) return undefined;
    if (await this.index.find(idOf('clerk', LAST))) return undefined;
    const started = performance.now();
    await this.seed();
    return { events: (await this.store.head()) - before, seconds: (performance.now() - started) / 1_000 };
  }

  /** The first award, the other grants, then the compounds, side by side (they share commits), then what needs several. */
  private async seed(): Promise<void> {
    const stories = COMPOUNDS.map((row, index) => ({ id: row.id, ...storyOf(siteOf(row, index)) }));
    const [first, ...chains] = grantChains(stories.flatMap(({ uses }) => uses)).map(keyed) as [Keyed[], ...Keyed[][]];
    await this.play([{ ...first[0]!, key: FIRST }, ...first.slice(1)]);
    await this.playTogether(chains);
    await this.playTogether(stories.map(keyed));
    const funds = FUNDED.map((id) => ({ id: `fund-${id}`, steps: fundSteps(id) }));
    await this.playTogether([{ id: 'bond', steps: bondSteps() }, ...funds, ...incidents()].map(keyed));
    await this.play([{ ...ending(), key: LAST }]);
  }

  /** The first failure stops the others where they are, and nothing is left running behind it. */
  private async playTogether(stories: readonly (readonly Keyed[])[]): Promise<void> {
    const stop = new AbortController();
    const played = await Promise.allSettled(
      stories.map((steps) =>
        this.play(steps, stop.signal).catch((error: unknown) => {
          stop.abort();
          throw error;
        }),
      ),
    );
    for (const one of played) if (one.status === 'rejected') throw one.reason;
  }

  private async play(steps: readonly Keyed[], stop?: AbortSignal): Promise<void> {
    for (const step of steps) {
      if (stop?.aborted) return;
      await this.take(step);
    }
  }

  private async take(step: Keyed): Promise<void> {
    const answer = await this.ask(step);
    const { refused, waits } = step;
    if ('code' in answer) {
      if (refused && answer.code === refused[0] && answer.details.rule === refused[1]) return;
      throw new Error(`demonstration: ${step.key} ${step.path} was refused`, { cause: answer });
    }
    const { approvalId, state } = answer.body as { approvalId?: string; state?: string };
    const isWaiting = answer.status === 202 && approvalId !== undefined;
    if (refused || isWaiting !== (waits !== undefined))
      throw new Error(`demonstration: ${step.key} ${step.path} was answered ${answer.status}`);
    // Slow disks: the money is on its way, and what follows needs it.
    if (state === 'in-transit') await this.processes.catchUp();
    if (waits === undefined || waits === 'waiting') return;
    const verdict = waits === 'granted' ? approver(`approvals/${approvalId}/grant`, {}) : refusal(approvalId!);
    await this.take({ ...verdict, key: `${step.key}:${waits}` });
  }

  private async ask({ path, body, as, key }: Keyed): Promise<Answer | Rejected> {
    const invocation: Invocation = {
      caller: PEOPLE[as],
      commandId: idOf(as, key),
      fingerprint: fingerprint('POST', path, body),
      path,
      body,
      dryRun: false,
      ...overrideOf(body),
    };
    try {
      return await this.routes.dispatch(path, body, invocation);
    } catch (error) {
      if (error instanceof Rejected) return error;
      throw new Error(`demonstration: ${key} ${path} failed`, { cause: error });
    }
  }
}

const idOf = (as: Step['as'], key: string): string => commandIdOf(PEOPLE[as].subject, key);

const keyed = ({ id, steps }: { readonly id: string; readonly steps: readonly Step[] }): Keyed[] =>
  steps.map((step, index) => ({ ...step, key: `${EDITION}:${id}:${index + 1}` }));

const refusal = (approvalId: string): Step =>
  approver(`approvals/${approvalId}/refuse`, { reason: '演示：楼内费用由居民承担，不同意例外' });
