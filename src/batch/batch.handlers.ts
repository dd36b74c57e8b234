import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../platform/commands/command-desk.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import { Refused } from '../platform/commands/refusal.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
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

export class RunBatch extends Command<Answer> {
  constructor(
    readonly mode: 'atomic' | 'partial',
    readonly items: readonly Item[],
    readonly by: Invocation,
    readonly key: string,
  ) {
    super();
  }
}

/** Ends an atomic batch at its first refusal, with what that was. */
class ItemFailed extends Error {
  constructor(readonly result: Result) {
    super('an item of the batch failed');
  }
}

@CommandHandler(RunBatch)
export class RunBatchHandler implements ICommandHandler<RunBatch> {
  constructor(
    private readonly routes: CommandRoutes,
    private readonly runner: DeciderRunner,
    private readonly processes: ProcessRunner,
  ) {}

  async execute(batch: RunBatch): Promise<Answer> {
    const results = batch.mode === 'atomic' ? await this.atomic(batch) : await this.partial(batch);
    const succeeded = results.filter(({ status }) => status < 400).length;
    const summary = { total: results.length, succeeded, failed: results.length - succeeded };
    const replayed = results.length > 0 && results.every((result) => result['replayed'] === true);
    const items = results.map(({ replayed: _, ...result }) => result);
    return { status: 207, body: { mode: batch.mode, summary, items }, replayed };
  }

  private async partial(batch: RunBatch): Promise<Result[]> {
    const results: Result[] = [];
    for (const index of batch.items.keys()) results.push(await this.one(batch, index));
    return results;
  }

  /** All on one stream, none waiting for a second person, or nothing at all. */
  private async atomic(batch: RunBatch): Promise<Result[]> {
    const tried: Result[] = [];
    try {
      const { result: results } = await this.runner.atomically(async () => {
        tried.length = 0;
        for (const index of batch.items.keys()) {
          const result = await this.one(batch, index);
          tried.push(result);
          if (result.status >= 400 || result.status === 202) throw new ItemFailed(result);
        }
        return [...tried];
      });
      await this.processes.catchUp();
      return results;
    } catch (error) {
      if (!(error instanceof ItemFailed)) throw error;
      const code = error.result.problem?.code === 'batch-not-one-stream' ? 'batch-not-one-stream' : 'batch-failed';
      const members = { items: tried.map(({ replayed: _, eventIds: __, ...result }) => result) };
      throw new Problem(code, { members });
    }
  }

  private async one({ mode, items, by, key }: RunBatch, index: number): Promise<Result> {
    const { path, body } = items[index]!;
    const item = itemInvocation(by, key, index, path, body as Record<string, unknown>);
    try {
      const { route } = this.routes.find(path);
      if (!route.card.roles.includes(by.caller.role)) throw new Problem('forbidden');
      const answer = await this.routes.dispatch(path, body, item);
      const {
        eventIds,
        revision: _,
        position: __,
        ...more
      } = answer.body as { eventIds?: string[]; revision?: number; position?: number };
      return {
        index,
        status: answer.status,
        ...(eventIds ? { eventIds } : {}),
        ...more,
        replayed: answer.replayed === true,
      };
    } catch (error) {
      const problem = documentOf(error, { language: 'zh', instance: path, requestId: item.commandId });
      // A store that is away is no verdict on the item: together or not at all then means not now.
      if (problem.code === 'internal' || (mode === 'atomic' && problem.status === 503)) throw error;
      return { index, status: problem.status, problem, replayed: error instanceof Refused && error.replayed };
    }
  }
}
