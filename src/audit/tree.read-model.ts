import { envelopeOf } from '../platform/event-store/chain.js';
import { isAside } from '../platform/event-store/event-store.js';
import { type Incoming, ReadModel, type Writer } from '../platform/projections/read-model.js';
import { leafHash, nodeHash } from './merkle-tree.js';

/**
 * The Merkle tree over the log in the store's order: every leaf with its position, and the root of every complete
 * subtree, so that any root and any proof is a handful of rows. Signed heads are outside the tree they sign.
 */
export class TreeReadModel extends ReadModel {
  readonly name = 'tree_v1';
  readonly tables = ['tree_v1_leaves', 'tree_v1_nodes'];
  readonly schema = `
    CREATE TABLE tree_v1_leaves (
      leaf     INTEGER PRIMARY KEY,
      position INTEGER NOT NULL UNIQUE,
      hash     TEXT NOT NULL
    ) STRICT;
    CREATE TABLE tree_v1_nodes (
      level INTEGER NOT NULL,
      node  INTEGER NOT NULL,
      hash  TEXT NOT NULL,
      PRIMARY KEY (level, node)
    ) STRICT, WITHOUT ROWID;
  `;

  apply({ stored }: Incoming, write: Writer): void {
    if (isAside(stored.stream)) return;
    const { leaf } = write.get<{ leaf: number }>('SELECT coalesce(max(leaf), -1) + 1 AS leaf FROM tree_v1_leaves')!;
    let hash = leafHash(envelopeOf(stored));
    write.run('INSERT INTO tree_v1_leaves VALUES (?, ?, ?)', leaf, stored.position, hash.toString('hex'));
    // A right child completes its parent, and perhaps that one its own.
    for (let [level, node] = [0, leaf]; node % 2 === 1; level++) {
      hash = nodeHash(subtree(write, level, node - 1), hash);
      node = (node - 1) / 2;
      write.run('INSERT INTO tree_v1_nodes VALUES (?, ?, ?)', level + 1, node, hash.toString('hex'));
    }
  }
}

const LEAF = 'SELECT hash FROM tree_v1_leaves WHERE leaf = ?';
const NODE = 'SELECT hash FROM tree_v1_nodes WHERE level = ? AND node = ?';

/** The root of a complete subtree, as the tables keep it. */
export function subtree(
  read: { get<Row>(sql: string, ...values: number[]): Row | undefined },
  level: number,
  node: number,
): Buffer {
  const row = level === 0 ? read.get<{ hash: string }>(LEAF, node) : read.get<{ hash: string }>(NODE, level, node);
  if (!row) throw new Error(`the tree has no node ${node} at level ${level}`);
  return Buffer.from(row.hash, 'hex');
}
