import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { shanghaiDate } from '../kernel/dates.js';
import { deterministicId } from '../kernel/ids.js';
import { Clock } from '../platform/clock.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import type { Caller } from '../platform/commands/invocation.js';
import { EventStore, StoreUnavailable, type Subscription } from '../platform/event-store/event-store.js';
import { LOGGER } from '../platform/operations/system.controller.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { rootAt } from './merkle-tree.js';
import { SigningKey } from './signing-key.js';
import { HEADS_ID, type TreeHead, treeHeadsDecider } from './tree-heads.decider.js';
import { subtree } from './tree.read-model.js';

/** At most so many events stand in the log before a head is signed over them. */
export const HEAD_INTERVAL = 1_000;
const WAIT_MS = 5_000;
const SIGNER: Caller = { subject: 'audit', role: 'system', division: '*' };

/** Reads the tree and signs its heads: at intervals, when somebody asks, and when the service closes. */
@Injectable()
export class TreeHeads implements OnApplicationBootstrap, OnApplicationShutdown {
  private subscription: Subscription | undefined;
  private signing: Promise<void> | undefined;
  private keyOnRecord = false;

  constructor(
    private readonly runner: DeciderRunner,
    private readonly store: EventStore,
    private readonly projections: ProjectionRunner,
    private readonly key: SigningKey,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.recordKey();
    } catch (error) {
      // The service starts before a shared store answers; the first event seen then brings the key on record.
      if (!this.store.shared || !(error instanceof StoreUnavailable)) throw error;
    }
    this.subscription = await this.store.subscribe(() => this.signWhenDue());
  }

  /** With a new key file the same tree is signed again under the new id, so that the change of keys is on record. */
  private async recordKey(): Promise<void> {
    const last = (await this.heads()).at(-1);
    if (last && last.keyId !== this.key.keyId) await this.sign();
    this.keyOnRecord = true;
  }

  async onApplicationShutdown(): Promise<void> {
    // A service that did not start, because its log is not whole, does not sign it either.
    if (!this.subscription) return;
    await this.subscription.close();
    await this.signing;
    await this.current().catch((error: unknown) => this.logger.warn({ err: error }, 'no tree head at the close'));
  }

  /** Every head, oldest first. */
  async heads(): Promise<readonly TreeHead[]> {
    return (await this.runner.state(treeHeadsDecider, HEADS_ID)).state.heads;
  }

  /** The head over everything there is; signed now where events came since the last. Undefined for an empty log. */
  async current(): Promise<TreeHead | undefined> {
    await this.projections.waitFor(await this.store.head(), WAIT_MS);
    const last = (await this.heads()).at(-1);
    if (this.size() > (last?.size ?? 0)) await this.sign();
    return (await this.heads()).at(-1);
  }

  /** Leaves in the tree. */
  size(): number {
    const sql = 'SELECT coalesce(max(leaf), -1) + 1 AS size FROM tree_v1_leaves';
    return this.projections.get<{ size: number }>(sql)!.size;
  }

  readonly subtree = (level: number, node: number): Buffer => subtree(this.projections, level, node);

  rootHash(size: number): string {
    return Buffer.from(rootAt(this.subtree, size)).toString('hex');
  }

  /** The leaf of the event at a position. */
  leafAt(position: number): { leaf: number; hash: string } | undefined {
    return this.projections.get('SELECT leaf, hash FROM tree_v1_leaves WHERE position = ?', position);
  }

  /** Every leaf hash up to a size, for whoever wants to be able to point at a single event later. */
  leafHashes(size: number): string[] {
    const sql = 'SELECT hash FROM tree_v1_leaves WHERE leaf < ? ORDER BY leaf';
    return this.projections.all<{ hash: string }>(sql, size).map(({ hash }) => hash);
  }

  private async sign(): Promise<void> {
    const size = this.size();
    const now = this.clock.now();
    const head = this.key.head(size, this.rootHash(size), now.toISOString());
    const commandId = deterministicId('tree-head', String(size), this.key.keyId);
    const command = {
      type: 'SignTreeHead',
      data: { ...head, occurredOn: shanghaiDate(now.getTime()) },
    } as const;
    await this.runner.run(treeHeadsDecider, HEADS_ID, command, {
      caller: SIGNER,
      commandId,
      fingerprint: commandId,
      path: 'audit:sign',
      body: {},
      dryRun: false,
      creates: true,
    });
  }

  private signWhenDue(): void {
    this.signing ??= this.signDue()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'no tree head signed; the next event tries again'))
      .finally(() => (this.signing = undefined));
  }

  private async signDue(): Promise<void> {
    if (!this.keyOnRecord) await this.recordKey();
    const last = (await this.heads()).at(-1);
    if (this.size() - (last?.size ?? 0) >= HEAD_INTERVAL) await this.sign();
  }
}
