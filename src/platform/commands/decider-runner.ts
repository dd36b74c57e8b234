import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Decider, type Decision, type Fact } from '../../kernel/decider.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { deterministicId, inScope } from '../../kernel/ids.js';
import { isNeverRecorded, notFound, Rejected } from '../../kernel/rejection.js';
import { Clock } from '../clock.js';
import { chained, type Unhashed } from '../event-store/chain.js';
import { EventCatalogue, type RecordedEvent } from '../event-store/codec.js';
import { CommandIndex, KeyReused, StaleRevision } from './command-index.js';
import {
  type EncodedEvent,
  type EventMetadata,
  EventStore,
  NO_STREAM,
  RevisionConflict,
} from '../event-store/event-store.js';
import type { Invocation } from './invocation.js';
import { COMMAND_REFUSED, refusalFact, Refused, refusedBy } from './refusal.js';

/** What became of a command. `events` are those the command recorded on its own stream, read back on a replay. */
export type Outcome = {
  readonly stream: string;
  readonly events: readonly RecordedEvent[];
  readonly revision: number;
  readonly position: number;
  readonly replayed: boolean;
};

/** The command waits, or waited, for a second person: its own key hears that for ever. */
export class WaitingForSecondPerson extends Error {
  constructor(readonly approvalId: string) {
    super(`waiting for approval ${approvalId}`);
  }
}

/** Nothing was stored: what a dry run would have recorded. */
export type Rehearsal = { readonly stream: string; readonly events: readonly Fact[] };

type Remembered = { readonly fingerprint: string; readonly first: number; readonly count: number };
type Folded<State> = {
  state: State;
  revision: number;
  hash: string | null;
  /** Command ids of the stream: a repeat is answered from the stream itself, whatever happens to any table. */
  readonly commands: Map<string, Remembered>;
};
/** Streams of requests that wait for a second person. */
const APPROVAL = 'approval-';
/** Commands decided one upon the other, to be appended together or not at all. */
type Transaction = {
  stream?: string;
  decider?: AnyDecider;
  folded?: Folded<unknown>;
  base: number;
  readonly encoded: EncodedEvent[];
  readonly commands: Map<string, string>;
};
type AnyDecider = Decider<unknown, unknown, Fact>;

const PAGE = 2_000;
const CACHED_STREAMS = 50_000;
/** More conflicts in a row than any honest race makes. */
const LARGEST_RETRY = 50;

/** Load, fold, decide, append: the only place that does it. */
@Injectable()
export class DeciderRunner {
  private readonly folded = new LRUCache<string, Folded<unknown>>({ max: CACHED_STREAMS });
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly transactions = new AsyncLocalStorage<Transaction>();

  constructor(
    private readonly store: EventStore,
    private readonly catalogue: EventCatalogue,
    private readonly index: CommandIndex,
    private readonly clock: Clock,
  ) {}

  /** Runs one command on one stream. Throws Rejected (recorded where it must be), KeyReused, StaleRevision. */
  run<State, Command, Event extends Fact>(
    decider: Decider<State, Command, Event>,
    id: string,
    command: Command,
    by: Invocation,
  ): Promise<Outcome> {
    const stream = `${decider.category}-${id}`;
    const transaction = this.transactions.getStore();
    if (transaction) return this.join(transaction, decider as unknown as AnyDecider, stream, command, by);
    // One key used at once for two streams is still used once: its requests take turns, as those of one stream do.
    return this.inTurn(by.commandId, () =>
      this.inTurn(stream, () => this.attempt(decider as unknown as AnyDecider, stream, command, by)),
    );
  }

  /**
   * Everything `work` runs is decided in order on one stream and appended at once, or not at all: the first refusal
   * throws and nothing is recorded. On a conflict all of it is decided again.
   */
  async atomically<T>(work: () => Promise<T>): Promise<{ result: T; position?: number }> {
    for (let attempt = 0; attempt < LARGEST_RETRY; attempt++) {
      const transaction: Transaction = { base: NO_STREAM, encoded: [], commands: new Map() };
      const result = await this.transactions.run(transaction, work);
      const { stream, decider, encoded, base, commands } = transaction;
      if (!stream || !decider || encoded.length === 0) return { result };
      const folded = await this.load(decider, stream);
      try {
        const { position } = await this.store.append(stream, encoded, base);
        for (const [commandId, fingerprint] of commands)
          this.index.appended(commandId, { stream, fingerprint }, position);
        await this.refresh(decider, stream, folded);
        return { result, position };
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
        await this.refresh(decider, stream, folded);
      }
    }
    throw new RevisionConflict('transaction', NO_STREAM);
  }

  /** True inside `atomically`: what crosses to other streams waits until it is recorded. */
  get isAtomic(): boolean {
    return this.transactions.getStore() !== undefined;
  }

  private async join(
    transaction: Transaction,
    decider: AnyDecider,
    stream: string,
    command: unknown,
    by: Invocation,
  ): Promise<Outcome> {
    if (transaction.stream !== undefined && transaction.stream !== stream) throw new Rejected('batch-not-one-stream');
    if (!transaction.folded) {
      const { state, revision, hash, commands } = await this.load(decider, stream);
      transaction.folded = { state: structuredClone(state), revision, hash, commands: new Map(commands) };
      Object.assign(transaction, { stream, decider, base: revision });
    }
    const { folded } = transaction;
    await this.assertKeyFree(stream, by);
    const earlier = folded.commands.get(by.commandId);
    if (earlier && earlier.first <= transaction.base) return this.replay(stream, earlier, by);
    const decision = this.decide(decider, folded, command, by);
    const { encoded, recorded } = this.link(stream, folded, decision, by, earlier?.count ?? 0);
    transaction.encoded.push(...encoded);
    transaction.commands.set(by.commandId, by.fingerprint);
    this.fold(decider, folded, recorded);
    return { stream, events: recorded, revision: folded.revision, position: 0, replayed: false };
  }

  /** The same validation and rules, and nothing stored. */
  async rehearse<State, Command, Event extends Fact>(
    decider: Decider<State, Command, Event>,
    id: string,
    command: Command,
    by: Invocation,
  ): Promise<Rehearsal> {
    const stream = `${decider.category}-${id}`;
    const folded = await this.load(decider as unknown as AnyDecider, stream);
    const { events } = this.decide(decider as unknown as AnyDecider, folded, command, by);
    return { stream, events };
  }

  /** The folded state of a stream, for handlers whose decision needs to know it. Never to be changed. */
  async state<State, Command, Event extends Fact>(
    decider: Decider<State, Command, Event>,
    id: string,
  ): Promise<{ state: State; revision: number }> {
    const stream = `${decider.category}-${id}`;
    const transaction = this.transactions.getStore();
    const folded =
      transaction?.stream === stream ? transaction.folded! : await this.load(decider as unknown as AnyDecider, stream);
    return { state: folded.state as State, revision: folded.revision };
  }

  private async attempt(decider: AnyDecider, stream: string, command: unknown, by: Invocation): Promise<Outcome> {
    for (let attempt = 0; attempt < LARGEST_RETRY; attempt++) {
      const folded = await this.load(decider, stream);
      await this.assertKeyFree(stream, by);
      const earlier = folded.commands.get(by.commandId);
      if (earlier) return this.replay(stream, earlier, by);
      try {
        return await this.decideAndAppend(decider, stream, folded, command, by);
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
        await this.refresh(decider, stream, folded);
      }
    }
    throw new RevisionConflict(stream, NO_STREAM);
  }

  private async decideAndAppend(
    decider: AnyDecider,
    stream: string,
    folded: Folded<unknown>,
    command: unknown,
    by: Invocation,
  ): Promise<Outcome> {
    let decision: Decision<Fact>;
    let refusal: Rejected | undefined;
    try {
      decision = this.decide(decider, folded, command, by);
    } catch (error) {
      if (!(error instanceof Rejected) || isNeverRecorded(error) || by.caller.role === 'system') throw error;
      refusal = error;
      const isNew = decider.divisionOf(folded.state) === undefined;
      decision = { events: [refusalFact(error, by, this.clock, isNew)], ...policyOf(error) };
    }
    if (decision.events.length === 0)
      return { stream, events: [], revision: folded.revision, position: 0, replayed: false };
    const outcome = await this.append(decider, stream, folded, decision, by);
    if (refusal) throw new Refused(refusal.code, refusal.details, false);
    return outcome;
  }

  private decide(decider: AnyDecider, folded: Folded<unknown>, command: unknown, by: Invocation): Decision<Fact> {
    const division = decider.divisionOf(folded.state);
    if (division === undefined && !by.creates && by.caller.role !== 'system') throw notFound(decider.subject);
    if (division !== undefined && !inScope(by.caller.division, division)) throw outside(decider, by);
    if (by.ifMatch !== undefined && by.ifMatch !== folded.revision) throw new StaleRevision(folded.revision);
    if (division !== undefined && by.creates) throw clash(decider, command, by);
    try {
      return decider.decide(folded.state, command, by.granted?.rules ?? []);
    } catch (error) {
      throw asksSecondPerson(error, by) ? waitingFor(error, division) : error;
    }
  }

  private async append(
    decider: AnyDecider,
    stream: string,
    folded: Folded<unknown>,
    decision: Decision<Fact>,
    by: Invocation,
  ): Promise<Outcome> {
    const { encoded, recorded } = this.link(stream, folded, decision, by, 0);
    const appended = await this.store.append(stream, encoded, folded.revision);
    // On a shared store somebody may have read the stream anew, and what was just appended with it.
    this.fold(
      decider,
      folded,
      recorded.filter(({ revision }) => revision > folded.revision),
    );
    // A granted command's id was first used by its request, which keeps it: the request's own key answers 202 for ever.
    if (!by.granted) this.index.appended(by.commandId, { stream, fingerprint: by.fingerprint }, appended.position);
    return { stream, events: recorded, ...appended, replayed: false };
  }

  /** The facts of a decision as they will be stored, each linked to the one before it. */
  private link(stream: string, folded: Folded<unknown>, decision: Decision<Fact>, by: Invocation, from: number) {
    const encoded: EncodedEvent[] = [];
    const recorded: RecordedEvent[] = [];
    let hash = folded.hash;
    decision.events.forEach((fact, index) => {
      const event = this.dress(stream, fact, from + index, decision, by);
      const revision = folded.revision + 1 + index;
      const link = chained(stream, revision, event, hash);
      const metadata = { ...event.metadata, previousHash: hash, hash: link.hash } as EventMetadata;
      hash = link.hash;
      encoded.push({ eventId: link.eventId, type: link.type, data: link.data, metadata: link.metadata });
      // What is evolved and answered is what a reader will find, not the objects a caller handed in.
      recorded.push({ ...event, data: JSON.parse(link.data), stream, revision, position: 0, metadata });
    });
    return { encoded, recorded };
  }

  private dress(stream: string, fact: Fact, index: number, decision: Decision<Fact>, by: Invocation): Unhashed {
    const { subject, role, division } = by.caller;
    const recordedAt = this.clock.now().toISOString();
    const data = by.granted && fact.type !== COMMAND_REFUSED ? { ...fact.data, override: by.granted } : fact.data;
    return {
      // An id stands for one text: two replicas that decide the same command must not share ids, or a store that
      // compares ids alone would tell both that theirs is the event it keeps.
      eventId: deterministicId('event', by.commandId, stream, String(index), recordedAt, canonicalJson(data)),
      type: fact.type,
      data,
      metadata: {
        commandId: by.commandId,
        fingerprint: by.fingerprint,
        actor: { subject, role, division },
        recordedAt,
        correlationId: by.correlationId ?? by.commandId,
        causationId: by.causationId ?? by.commandId,
        schemaVersion: fact.type === COMMAND_REFUSED ? 1 : this.catalogue.version(fact.type),
        ...(decision.policyId === undefined ? {} : { policyId: decision.policyId }),
        ...(decision.rules === undefined ? {} : { rules: decision.rules }),
      },
    };
  }

  private async load(decider: AnyDecider, stream: string): Promise<Folded<unknown>> {
    const cached = this.folded.get(stream);
    if (cached && !this.store.shared) return cached;
    const folded = cached ?? { state: decider.initial(), revision: NO_STREAM, hash: null, commands: new Map() };
    await this.refresh(decider, stream, folded);
    this.folded.set(stream, folded);
    return folded;
  }

  private async refresh(decider: AnyDecider, stream: string, folded: Folded<unknown>): Promise<void> {
    for (;;) {
      const page = await this.store.readStream(stream, folded.revision + 1, PAGE);
      // Another reader of the same cached fold may have been here while this one waited.
      const fresh = page.filter((event) => event.revision > folded.revision);
      this.fold(
        decider,
        folded,
        fresh.map((event) => this.catalogue.decode(event)),
      );
      if (page.length < PAGE) return;
    }
  }

  private fold(decider: AnyDecider, folded: Folded<unknown>, events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (event.revision !== folded.revision + 1) throw new Error(`${event.stream} has a gap at ${event.revision}`);
      if (event.type !== COMMAND_REFUSED) folded.state = decider.evolve(folded.state, event);
      folded.revision = event.revision;
      folded.hash = event.metadata.hash;
      const { commandId, fingerprint } = event.metadata;
      const known = folded.commands.get(commandId);
      folded.commands.set(commandId, {
        fingerprint,
        first: known?.first ?? event.revision,
        count: (known?.count ?? 0) + 1,
      });
    }
  }

  private async replay(stream: string, { fingerprint, first, count }: Remembered, by: Invocation): Promise<Outcome> {
    if (fingerprint !== by.fingerprint) throw new KeyReused();
    const stored = await this.store.readStream(stream, first, count);
    const events = stored.map((event) => this.catalogue.decode(event));
    const last = events.at(-1);
    if (!last) throw new Error(`${stream} lost the events of command ${by.commandId}`);
    if (last.type === COMMAND_REFUSED) throw refusedBy(last);
    return { stream, events, revision: last.revision, position: last.position, replayed: true };
  }

  private async assertKeyFree(stream: string, by: Invocation): Promise<void> {
    if (by.caller.role === 'system' || by.granted) return;
    const first = await this.index.find(by.commandId);
    if (!first || first.stream === stream) return;
    if (first.fingerprint !== by.fingerprint || !first.stream.startsWith(APPROVAL)) throw new KeyReused();
    throw new WaitingForSecondPerson(first.stream.slice(APPROVAL.length));
  }

  /** Commands on one stream take turns in this process; between processes the exact revision decides. */
  private async inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(stream);
    const turn = (async () => {
      await before?.catch(() => undefined);
      return work();
    })();
    this.turns.set(stream, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(stream) === turn) this.turns.delete(stream);
    }
  }
}

/** Outside the caller's division a thing does not exist; a clash of ids with one is told without recording it there. */
const outside = (decider: AnyDecider, by: Invocation): Rejected =>
  by.creates ? new Rejected('already-exists', { unrecorded: true }) : notFound(decider.subject);

/** The id is taken; but what the body names and does not exist is told first. */
function clash(decider: AnyDecider, command: unknown, by: Invocation): Rejected {
  try {
    decider.decide(decider.initial(), command, by.granted?.rules ?? []);
  } catch (error) {
    if (error instanceof Rejected && isNeverRecorded(error) && error.code !== 'needs-second-person') return error;
  }
  return new Rejected('already-exists');
}

/** A warning whose every rule the caller has named, with a reason, goes to a second person instead of being refused. */
const asksSecondPerson = (error: unknown, by: Invocation): error is Rejected =>
  error instanceof Rejected &&
  (error.code === 'needs-second-person' ||
    (error.code === 'needs-override' &&
      by.override !== undefined &&
      (error.details.rules ?? []).every((rule) => by.override!.rules.includes(rule))));

const waitingFor = ({ details }: Rejected, division: string | undefined): Rejected =>
  new Rejected('needs-second-person', division === undefined ? details : { ...details, division });

const policyOf = ({
  details: { policyId, rule, rules },
}: Rejected): { policyId?: string; rules?: readonly string[] } => ({
  ...(policyId === undefined ? {} : { policyId }),
  ...(rules ? { rules } : rule === undefined ? {} : { rules: [rule] }),
});
