import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Controller, type OnModuleDestroy, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AccessLog } from '../platform/access/access-log.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { disclosed } from '../platform/http/disclosures.js';
import { Problem } from '../platform/http/problem.js';
import { Asked, type EdgeRequest, POSITION_TEXT, type Question, READERS, Streams } from '../platform/http/routes.js';
import { GetEvents } from './history.handlers.js';

const PING_MS = 15_000;
const PAGE = 500;
/** More readers than one process should serve; another replica takes them. */
const MOST_FEEDS = 1_000;

type Page = {
  readonly items: readonly { readonly position: number }[];
  readonly next: string | null;
  position: number;
};

/** The log as it grows, to whoever may read it: the events of `GET /v1/events`, as server-sent events. */
@ApiTags('history')
@Controller('v1/events')
export class EventStreamController implements OnModuleDestroy {
  private readonly feeds = new Set<Feed>();

  constructor(
    private readonly queries: QueryBus,
    private readonly store: EventStore,
    private readonly access: AccessLog,
  ) {}

  /**
   * 事件流. `id` is the position: a reader that comes back with `Last-Event-ID` misses nothing and hears nothing twice.
   * Without it, and without `after`, the stream begins now.
   */
  @Streams('stream', {
    roles: READERS,
    parameters: {
      stream: /^.{1,120}$/u,
      type: /^[A-Za-z]{1,60}$/,
      compound: /^.{1,64}$/,
      after: POSITION_TEXT,
    },
  })
  async stream(@Asked() asked: Question, @Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    if (this.feeds.size >= MOST_FEEDS) throw new Problem('rate-limited');
    const position = await this.beginning(asked, request);
    const note = (rows: number | null) => this.access.note(disclosed(request.routeOptions.url!, request, rows));
    // How much it will be is known at its end, and said in a second line; this one is durable before the first event.
    await note(null);
    reply.hijack();
    // Gone while we looked: nobody would ever say so again.
    if (reply.raw.destroyed) return;
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // A proxy that collects the answer before it passes it on would hold back every event.
      'X-Accel-Buffering': 'no',
    });
    const feed = new Feed(reply.raw, position, (after) => this.read(asked, after));
    this.feeds.add(feed);
    const subscribed = this.store.subscribe(() => feed.wake());
    const ping = setInterval(() => feed.ping(), PING_MS);
    reply.raw.once('close', () => {
      clearInterval(ping);
      this.feeds.delete(feed);
      void subscribed.then((subscription) => subscription.close());
      // A store that is away loses the count, and not the line that says who listens.
      if (feed.sent > 0) note(feed.sent).catch(() => undefined);
    });
    await subscribed;
    feed.wake();
  }

  /** Streams end before the server does, or it would wait for readers that never leave. */
  onModuleDestroy(): void {
    for (const feed of this.feeds) feed.end();
  }

  private async beginning({ filters }: Question, { headers }: EdgeRequest): Promise<number> {
    const head = await this.store.head();
    const last = headers['last-event-id'];
    const told = last ?? filters['after'];
    if (told === undefined) return head;
    // Beyond the end nothing would ever come, and nobody would be told: the log is not the one the reader knows.
    if (!POSITION_TEXT.test(String(told)) || Number(told) > head)
      throw new Problem('invalid-parameter', {
        errors: [
          { ...(last === undefined ? { parameter: 'after' } : { header: 'Last-Event-ID' }), code: 'invalidParameter' },
        ],
      });
    return Number(told);
  }

  private read(asked: Question, after: number): Promise<Page> {
    const filters = { ...asked.filters, after: String(after) };
    return this.queries.execute(new GetEvents({ ...asked, filters, limit: PAGE })) as Promise<Page>;
  }
}

/** One reader's connection: from its position on, in order, at the pace it takes them. */
class Feed {
  private readonly left = new AbortController();
  private running = false;
  private again = false;
  /** Events this reader was sent. */
  sent = 0;

  constructor(
    private readonly out: ServerResponse,
    private position: number,
    private readonly read: (after: number) => Promise<Page>,
  ) {
    out.once('close', () => this.left.abort());
    out.on('error', () => this.left.abort());
    out.flushHeaders();
  }

  /** There may be something new. Several calls while one is at work make one more round. */
  wake(): void {
    this.again = true;
    if (this.running) return;
    this.running = true;
    // What cannot be read ends the stream; the reader comes back to the same position and hears why.
    this.follow().then(
      () => (this.running = false),
      () => this.end(),
    );
  }

  ping(): void {
    if (!this.left.signal.aborted) this.out.write(': ping\n\n');
  }

  end(): void {
    this.left.abort();
    this.out.end();
  }

  private async follow(): Promise<void> {
    while (this.again && !this.left.signal.aborted) {
      this.again = false;
      for (;;) {
        const { items, next, position } = await this.read(this.position);
        for (const item of items) await this.send(item);
        if (next === null) {
          this.position = Math.max(this.position, position);
          break;
        }
      }
    }
  }

  private async send(item: { readonly position: number }): Promise<void> {
    const { signal } = this.left;
    signal.throwIfAborted();
    this.position = item.position;
    this.sent += 1;
    const taken = this.out.write(`id: ${item.position}\ndata: ${JSON.stringify(item)}\n\n`);
    if (!taken) await once(this.out, 'drain', { signal });
  }
}
