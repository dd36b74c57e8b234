import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { EventStore } from '../event-store/event-store.js';
import { ProjectionRunner } from '../projections/projection-runner.js';

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What an operator watches: requests, the log's head, and how far the read models are behind it. */
@Injectable()
export class Metrics implements OnApplicationShutdown {
  private readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'renewal_http_request_seconds',
    help: 'Time to answer a request, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [this.registry],
  });
  readonly refusals = new Counter({
    name: 'renewal_refusals_total',
    help: 'Requests refused, by problem code.',
    labelNames: ['code'],
    registers: [this.registry],
  });

  constructor(store: EventStore, projections: ProjectionRunner) {
    new Gauge({
      name: 'renewal_log_head_position',
      help: 'Position of the last event in the log.',
      registers: [this.registry],
      async collect() {
        this.set(await store.head().catch(() => Number.NaN));
      },
    });
    new Gauge({
      name: 'renewal_projection_position',
      help: 'Position all read models have reached.',
      registers: [this.registry],
      collect() {
        this.set(projections.position);
      },
    });
    new Gauge({
      name: 'renewal_projections_degraded',
      help: 'Read models that stopped at an event they could not take.',
      registers: [this.registry],
      collect() {
        this.set(projections.degraded().length);
      },
    });
  }

  /** The process itself: its memory, its turns. Once in a process, for its observers never end. */
  observeProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The observers keep the registry, and through it whatever it measures: a closed store would keep its files open. */
  onApplicationShutdown(): void {
    this.registry.clear();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
