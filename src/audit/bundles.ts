import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { notFound } from '../kernel/rejection.js';
import { Clock } from '../platform/clock.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { writeBundle } from './bundle.js';
import type { Period } from './bundle-tables.js';
import { packZip } from './bundle-zip.js';
import { SigningKey } from './signing-key.js';
import { TreeHeads } from './tree-heads.js';
import { zipStream } from './zip-stream.js';

/** Makes audit bundles of the running service's log. */
@Injectable()
export class Bundles {
  constructor(
    private readonly heads: TreeHeads,
    private readonly store: EventStore,
    private readonly projections: ProjectionRunner,
    private readonly key: SigningKey,
    private readonly clock: Clock,
  ) {}

  /** A zip file at `path`, up to the head signed now. `filled` are read models just filled from this log, if any. */
  async pack(period: Period, path: string, filled?: string): Promise<void> {
    if (!(await this.heads.current())) throw notFound('event');
    const directory = mkdtempSync(join(tmpdir(), 'renewal-bundle-'));
    try {
      const heads = await this.heads.heads();
      const { store, projections, key } = this;
      const source = {
        store,
        projections,
        key,
        heads,
        now: this.clock.now(),
        ...(filled === undefined ? {} : { filled }),
      };
      await writeBundle(source, period, directory);
      await packZip(directory, path);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** The same as a stream. */
  stream(period: Period): Promise<Readable> {
    return zipStream((path) => this.pack(period, path));
  }
}
