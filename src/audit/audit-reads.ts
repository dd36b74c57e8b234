import { Injectable } from '@nestjs/common';
import { notFound, Rejected } from '../kernel/rejection.js';
import type { Caller } from '../platform/commands/invocation.js';
import { envelopeOf } from '../platform/event-store/chain.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { Problem } from '../platform/http/problem.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import type { SqlValue } from '../platform/sqlite.js';
import { type Checked, checkLog, headsOf } from './log-check.js';
import { consistencyPath, inclusionPath } from './merkle-tree.js';
import { publicKeyOf, signedText } from './signing-key.js';
import { type TreeHead } from './tree-heads.decider.js';
import { TreeHeads } from './tree-heads.js';

const hex = (hashes: readonly Uint8Array[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('hex'));

/** A head with the text its signature is over and its key in PEM: what `openssl` needs to check it by hand. */
const shownHead = (head: TreeHead) => ({
  ...head,
  signed: signedText(head),
  publicKeyPem: publicKeyOf(head.publicKey).export({ type: 'spki', format: 'pem' }) as string,
});

/** What an auditor asks of the tree. */
@Injectable()
export class AuditReads {
  constructor(
    private readonly heads: TreeHeads,
    private readonly reads: ReadDesk,
    private readonly store: EventStore,
  ) {}

  /** The head over everything recorded so far; with `leaves`, every leaf hash, to point at single events later. */
  async head(withLeaves: boolean): Promise<object> {
    const head = await this.newest();
    return { ...shownHead(head), ...(withLeaves ? { leafHashes: this.heads.leafHashes(head.size) } : {}) };
  }

  async list(): Promise<object> {
    return { items: (await this.heads.heads()).map(shownHead) };
  }

  /** That one event stands in the log under the newest head, with its envelope to hash again. */
  async proof(eventId: string, caller: Caller): Promise<object> {
    const head = await this.newest();
    const position = this.positionOf(eventId, caller);
    const found = position === undefined ? undefined : this.heads.leafAt(position);
    const [stored] = position === undefined ? [] : await this.store.readAll(position - 1, 1);
    if (!found || !stored) throw notFound('event');
    return {
      eventId,
      position,
      leafIndex: found.leaf,
      leafHash: found.hash,
      treeSize: head.size,
      rootHash: head.rootHash,
      path: hex(inclusionPath(this.heads.subtree, found.leaf, head.size)),
      envelope: envelopeOf(stored),
      head: shownHead(head),
    };
  }

  /** That the log of size `to` begins with the log of size `from`. */
  async consistency(from: number, to: number | undefined): Promise<object> {
    const head = await this.newest();
    const second = to ?? head.size;
    for (const [parameter, size] of [
      ['from', from],
      ['to', second],
    ] as const)
      if (size < 1 || size > head.size || from > second)
        throw new Problem('invalid-parameter', { errors: [{ parameter, code: 'invalidParameter' }] });
    return {
      from: { size: from, rootHash: this.heads.rootHash(from) },
      to: { size: second, rootHash: this.heads.rootHash(second) },
      path: hex(consistencyPath(this.heads.subtree, from, second)),
    };
  }

  /** Everything that can be checked of the log as it is stored now, from the first event on. */
  async verify({ size, rootHash }: { size?: number; rootHash?: string }): Promise<Checked & { ok: boolean }> {
    const kept = size === undefined || rootHash === undefined ? {} : { heads: [{ size, rootHash }] };
    const checked = await checkLog(this.store, await headsOf(this.store), kept);
    return { ok: checked.findings.length === 0, ...checked };
  }

  /** A bundle is the whole chain or none: who sees only a part of it gets what can be cut, events and exports. */
  assertSeesAll({ division }: Caller): void {
    if (division === '*') return;
    const sql = 'SELECT 1 AS found FROM subjects_v1_streams WHERE division NOT LIKE ? LIMIT 1';
    if (this.reads.get(sql, `${division}%`)) throw new Rejected('outside-division');
  }

  async newest(): Promise<TreeHead> {
    const head = await this.heads.current();
    // Nothing is recorded, so there is nothing to have signed.
    if (!head) throw notFound('event');
    return head;
  }

  private positionOf(eventId: string, { division }: Caller): number | undefined {
    const scope: { sql: string; values: SqlValue[] } =
      division === '*' ? { sql: '1', values: [] } : { sql: 's.division LIKE ?', values: [`${division}%`] };
    const sql = `SELECT e.position AS position FROM log_v1_events e LEFT JOIN subjects_v1_streams s ON s.stream = e.stream
      WHERE e.event_id = ? AND ${scope.sql}`;
    return this.reads.get<{ position: number }>(sql, eventId, ...scope.values)?.position;
  }
}
