import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Decider, type Decision, type Fact } from '../../kernel/decider.js';
import { inScope } from '../../kernel/ids.js';
import { isNeverRecorded, notFound, Rejected } from '../../kernel/rejection.js';
import { Clock } from '../clock.js';
import { EventCatalogue, type RecordedEvent } from '../event-store/codec.js';
import { CommandIndex, KeyReused, StaleRevision } from './command-index.js';
import {
  type EncodedEvent,
  EventStore,
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
} from '../event-store/event-store.js';
import { EventWriter } from './event-writer.js';
import type { Invocation } from './invocation.js';
import { COMMAND_REFUSED, refusalFact, Refused, refusedBy } from './refusal.js';
import { type AnyDecider, asksSecondPerson, clash, outside, policyOf, waitingFor } from './verdict.js';

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
/** What commands decided one upon the other make of a stream, before any of it is appended. */
type Draft = {
  readonly decider: AnyDecider;
  readonly folded: Folded<unknown>;
  readonly base: number;
  readonly encoded: EncodedEvent[];
  readonly commands: Map<string, string>;
  /** Of a stream that is not there yet: where its first command puts it. */
  readonly division: string | undefined;
};
/** Drafts by their streams, of the commands that make up `whole`: appended together (then of one stream), or only tried. */
type Transaction = { readonly whole: Invocation; readonly isTrial: boolean; readonly drafts: Map<string, Draft> };

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
  private readonly writer: EventWriter;

  constructor(
    private readonly store: EventStore,
    private readonly catalogue: EventCatalogue,
    private readonly index: CommandIndex,
    private readonly clock: Clock,
  ) {
    this.writer = new EventWriter(catalogue, clock);
  }

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
   * throws and nothing else is recorded. On a conflict all of it is decided again.
   */
  async atomically<T>(whole: Invocation, work: () => Promise<T>): Promise<{ result: T; position?: number }> {
    for (let attempt = 0; attempt < LARGEST_RETRY; attempt++) {
      const transaction: Transaction = { whole, isTrial: false, drafts: new Map() };
      const result = await this.asOne(transaction, work);
      const [only] = transaction.drafts;
      if (!only || only[1].encoded.length === 0 || whole.dryRun) return { result };
      const [stream, { decider, encoded, base, commands }] = only;
      const folded = await this.load(decider, stream);
      try {
        const { position } = await this.store.append(stream, encoded, base);
        // As in `append`: a granted command's id stays with its request.
        for (const [commandId, fingerprint] of whole.granted ? [] : commands)
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

  /** Everything `work` runs is decided in order, on any streams, each upon those before it; nothing is ever stored. */
  trial<T>(whole: Invocation, work: () => Promise<T>): Promise<T> {
    return this.asOne({ whole, isTrial: true, drafts: new Map() }, work);
  }

  /** True inside `atomically` and `trial`: what crosses to other streams does not follow by itself. */
  get isAtomic(): boolean {
    return this.transactions.getStore() !== undefined;
  }
  get isTrial(): boolean {
    return this.transactions.getStore()?.isTrial === true;
  }

  /** Throws where one of these keys was used before for something else. */
  async assertKeys(commands: readonly Invocation[]): Promise<void> {
    for (const { commandId, fingerprint } of commands) {
      const known = await this.index.find(commandId);
      if (known && known.fingerprint !== fingerprint) throw new KeyReused();
    }
  }

  /** Several commands as one, `whole`: refused as one they stay refused under its key, on the stream they began on. */
  private async asOne<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
    const { whole, drafts } = transaction;
    try {
      return await this.transactions.run(transaction, work);
    } catch (error) {
      const [begun] = drafts;
      if (!begun || whole.dryRun || !(error instanceof Rejected) || error instanceof Refused) throw error;
      const [stream, { decider, base, division = whole.division }] = begun;
      const refusing: AnyDecider = {
        ...decider,
        decide: () => {
          throw error;
        },
      };
      const place = division === undefined ? {} : { division };
      const by = { ...whole, creates: base === NO_STREAM, ...place };
      await this.run(refusing, stream.slice(decider.category.length + 1), undefined, by);
      throw error;
    }
  }

  private async join(
    transaction: Transaction,
    decider: AnyDecider,
    stream: string,
    command: unknown,
    by: Invocation,
  ): Promise<Outcome> {
    const { folded, base, encoded, commands } = await this.draft(transaction, decider, stream, by);
    await this.assertKeyFree(stream, by);
    const earlier = folded.commands.get(by.commandId);
    if (earlier && earlier.first <= base) return this.replay(stream, earlier, by);
    const decision = this.decide(decider, folded, command, by);
    const linked = this.writer.write(stream, folded, decision, by, earlier?.count ?? 0);
    const { recorded } = linked;
    encoded.push(...linked.encoded);
    commands.set(by.commandId, by.fingerprint);
    this.fold(decider, folded, recorded);
    return { stream, events: recorded, revision: folded.revision, position: 0, replayed: false };
  }

  private async draft(
    { whole, isTrial, drafts }: Transaction,
    decider: AnyDecider,
    stream: string,
    { division }: Invocation,
  ): Promise<Draft> {
    const begun = drafts.get(stream);
    if (begun) return begun;
    if (!isTrial && drafts.size > 0) throw new Rejected('batch-not-one-stream');
    // Folded anew and not copied: only its own evolve knows how a state is made.
    const folded: Folded<unknown> = { state: decider.initial(), revision: NO_STREAM, hash: null, commands: new Map() };
    await this.refresh(decider, stream, folded);
    const earlier = drafts.size === 0 ? folded.commands.get(whole.commandId) : undefined;
    if (earlier) await this.replay(stream, earlier, whole);
    const base = folded.revision;
    const draft = { decider, folded, base, encoded: [], commands: new Map<string, string>(), division };
    drafts.set(stream, draft);
    return draft;
  }

  /** The same validation and rules, and nothing stored. */
  async rehearse<State, Command, Event extends Fact>(
    decider: Decider<State, Command, Event>,
    id: string,
    command: Command,
    by: Invocation,
  ): Promise<Rehearsal> {
    const stream = `${decider.category}-${id}`;
    const trial = this.transactions.getStore();
    if (trial) return this.join(trial, decider as unknown as AnyDecider, stream, command, by);
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
    const draft = this.transactions.getStore()?.drafts.get(stream);
    const folded = draft?.folded ?? (await this.load(decider as unknown as AnyDecider, stream));
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
    if (refusal) throw new Refused(refusal.code, refusal.details, false, outcome.position);
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
    const { encoded, recorded } = this.writer.write(stream, folded, decision, by, 0);
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
    // They were read before, so they are there: an answer that was cut short is no answer.
    if (stored.length < count) throw new StoreUnavailable(`${stream} was not read whole`);
    const events = stored.map((event) => this.catalogue.decode(event));
    const last = events.at(-1)!;
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
