import { status as Code, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { sendUnaryData, ServerReadableStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type LogRecord, type Proposed, ProtocolTestLog } from './protocol-test-log.js';

/** What may go wrong with an append. */
export const APPEND_FAULTS = [
  'never-answers', // takes it and stays silent
  'stored-never-answers', // stores it and stays silent
  'fails-before', // fails before it is stored
  'answer-lost', // stores it, then the connection fails
  'answer-forgotten', // stores it, loses the answer and does not recognise its repetition
  'stored-twice', // the request is delivered twice
  'wrong-revision', // says that the revision is wrong, which is not true
  'not-leader', // somebody else leads
  'not-ready', // an untyped error of a server that starts or stops
  'unknown', // a failure without further word
] as const;
/** What may go wrong with a read. */
export const READ_FAULTS = ['never-answers', 'fails-before', 'drops-mid-stream', 'not-leader', 'not-ready'] as const;
export type Fault = (typeof APPEND_FAULTS)[number] | (typeof READ_FAULTS)[number];

type AppendCall = ServerReadableStream<AppendReq, AppendResp>;
type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
type Wants = { readonly stream: string; readonly expected: number | undefined; readonly events: readonly Proposed[] };

const FORWARDS = 0;

/**
 * A server that speaks EventStoreDB's protocol on the client's own generated definitions and fails on purpose. It knows
 * what the adapter uses and nothing else; calls of the client's batch path are counted, for there must be none.
 */
export class ProtocolTestServer {
  port = 0;
  /** Somebody else, where this node does not lead. */
  leader: ProtocolTestServer | undefined;
  batchCalls = 0;
  readonly confirmed: string[] = [];
  private server = new Server();
  private readonly faults = { append: [] as Fault[], read: [] as Fault[] };
  private readonly forgotten = new Set<string>();
  private readonly live = new Set<ReadCall>();

  constructor(
    readonly log = new ProtocolTestLog(),
    private readonly members: () => readonly ProtocolTestServer[] = () => [this],
  ) {}

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Listens on loopback; again on the same port after `stop`. */
  async start(): Promise<this> {
    this.server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    this.server.addService(streamsService.StreamsService, {
      append: (call: AppendCall, answer: sendUnaryData<AppendResp>) => this.append(call, answer),
      read: (call: ReadCall) => this.read(call),
      batchAppend: (call: { end(): void }) => {
        this.batchCalls++;
        call.end();
      },
      delete: refuse,
      tombstone: refuse,
    });
    this.server.addService(gossipService.GossipService, {
      read: (_: unknown, answer: sendUnaryData<InstanceType<typeof gossip.ClusterInfo>>) => answer(null, this.gossip()),
    });
    this.server.addService(featuresService.ServerFeaturesService, {
      getSupportedMethods: (call: ServerUnaryCall<unknown, never>, answer: sendUnaryData<never>) => {
        this.batchCalls++;
        refuse(call, answer);
      },
    });
    this.port = await new Promise((resolve, reject) => {
      this.server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    return this;
  }

  /** Cuts every connection at once. */
  async stop(): Promise<void> {
    this.live.clear();
    this.server.forceShutdown();
  }

  /** The next calls fail, in this order, one each. */
  failAppends(...faults: readonly Fault[]): void {
    this.faults.append.push(...faults);
  }

  failReads(...faults: readonly Fault[]): void {
    this.faults.read.push(...faults);
  }

  heal(): void {
    this.faults.append.length = 0;
    this.faults.read.length = 0;
    this.forgotten.clear();
  }

  /** Ends every subscription with an error. */
  dropSubscriptions(): void {
    for (const call of this.live) call.emit('error', failure(Code.UNAVAILABLE, 'dropped'));
    this.live.clear();
  }

  private append(call: AppendCall, answer: sendUnaryData<AppendResp>): void {
    const requests: AppendReq[] = [];
    call.on('data', (request: AppendReq) => requests.push(request));
    call.on('error', () => undefined);
    call.on('end', () => {
      if (this.isNotLeader(call.metadata)) return answer(notLeader(this.leader!), null);
      this.answerAppend(wants(requests), this.faults.append.shift(), answer);
    });
  }

  private answerAppend(request: Wants, fault: Fault | undefined, answer: sendUnaryData<AppendResp>): void {
    switch (fault) {
      case 'never-answers':
        return;
      case 'stored-never-answers':
        return void this.store(request);
      case 'fails-before':
        return answer(failure(Code.UNAVAILABLE, 'connection lost'), null);
      case 'answer-forgotten':
        this.store(request);
        this.forgotten.add(key(request));
        return answer(failure(Code.UNAVAILABLE, 'connection lost'), null);
      case 'answer-lost':
        this.store(request);
        return answer(failure(Code.UNAVAILABLE, 'connection lost'), null);
      case 'not-leader':
        return answer(notLeader(this.leader ?? this), null);
      case 'not-ready':
        return answer(failure(Code.UNAVAILABLE, 'Server Is Not Ready'), null);
      case 'unknown':
        return answer(failure(Code.UNKNOWN, 'something failed'), null);
      case 'wrong-revision':
        return answer(null, wrongRevision(request, 4_711));
      default:
        if (fault === 'stored-twice') this.store(request);
        return this.store(request, answer);
    }
  }

  private store(request: Wants, answer: sendUnaryData<AppendResp> = () => undefined): void {
    if (this.forgotten.has(key(request))) return answer(null, wrongRevision(request, request.events.length));
    const result = this.log.append(request.stream, request.events, request.expected);
    if (result.kind === 'deleted') return answer(streamDeleted(request.stream), null);
    if (result.kind === 'wrong-revision') return answer(null, wrongRevision(request, result.current));
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(`${result.position}`).setPreparePosition(`${result.position}`);
    const success = new streams.AppendResp.Success().setCurrentRevision(`${result.revision}`).setPosition(position);
    answer(null, new streams.AppendResp().setSuccess(success));
  }

  private read(call: ReadCall): void {
    call.on('error', () => undefined);
    if (this.isNotLeader(call.metadata)) return void call.emit('error', notLeader(this.leader!));
    const options = call.request.getOptions()!;
    if (options.hasSubscription()) return this.subscribe(call, options);
    const fault = this.faults.read.shift();
    if (fault === 'never-answers') return;
    if (fault === 'not-leader') return void call.emit('error', notLeader(this.leader ?? this));
    if (fault === 'not-ready') return void call.emit('error', failure(Code.UNAVAILABLE, 'Server Is Not Ready'));
    if (fault === 'fails-before') return void call.emit('error', failure(Code.UNAVAILABLE, 'connection lost'));
    const page = options.hasAll() ? this.pageOfAll(options) : this.pageOfStream(options);
    if (page === 'invalid') return void call.emit('error', failure(Code.UNKNOWN, 'InvalidPosition'));
    if (page === 'deleted') return void call.emit('error', streamDeleted(streamOf(options)));
    if (page === 'missing') {
      const missing = new streams.ReadResp.StreamNotFound();
      missing.setStreamIdentifier(options.getStream()!.getStreamIdentifier());
      call.write(new streams.ReadResp().setStreamNotFound(missing));
      return void call.end();
    }
    const shown = fault === 'drops-mid-stream' ? page.slice(0, Math.floor(page.length / 2)) : page;
    for (const record of shown) call.write(toResponse(record));
    if (fault === 'drops-mid-stream') setImmediate(() => call.emit('error', failure(Code.UNAVAILABLE, 'reset')));
    else call.end();
  }

  private pageOfStream(options: ReadReq.Options): readonly LogRecord[] | 'missing' | 'deleted' {
    const visible = this.log.visible(streamOf(options));
    if (visible === 'deleted') return visible;
    if (visible.length === 0) return 'missing';
    const from = options.getStream()!;
    const count = Number(options.getCount());
    if (options.getReadDirection() !== FORWARDS) return visible.slice(-count).toReversed();
    const first = from.hasRevision() ? Number(from.getRevision()) : 0;
    const index = firstIndex(visible, ({ revision }) => revision >= first);
    return visible.slice(index, index + count);
  }

  private pageOfAll(options: ReadReq.Options): readonly LogRecord[] | 'invalid' {
    const all = options.getAll()!;
    const count = Number(options.getCount());
    const at = all.hasPosition() ? Number(all.getPosition()!.getCommitPosition()) : undefined;
    const { records } = this.log;
    const index = at === undefined ? undefined : firstIndex(records, ({ position }) => position >= at);
    if (options.getReadDirection() !== FORWARDS) {
      const end = index ?? records.length;
      return records.slice(Math.max(0, end - count), end).toReversed();
    }
    const page = records.slice(index ?? 0, (index ?? 0) + count);
    // The server cannot read from the middle of a record; beyond the end it finds nothing and says so.
    return at !== undefined && page[0] && page[0].position !== at ? 'invalid' : page;
  }

  private subscribe(call: ReadCall, options: ReadReq.Options): void {
    const id = `subscription-${this.confirmed.length}`;
    this.confirmed.push(id);
    this.live.add(call);
    const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id);
    call.write(new streams.ReadResp().setConfirmation(confirmation));
    const regex = new RegExp(options.getFilter()!.getStreamIdentifier()!.getRegex());
    const unfollow = this.log.follow((record) => {
      if (!regex.test(record.stream)) return;
      // Delivered twice, as a subscription that resumes may do.
      call.write(toResponse(record));
      call.write(toResponse(record));
    });
    for (const over of ['cancelled', 'close', 'error'])
      call.on(over, () => {
        unfollow();
        this.live.delete(call);
      });
  }

  private isNotLeader(metadata: Metadata): boolean {
    return this.leader !== undefined && metadata.get('requires-leader').length > 0;
  }

  private gossip(): InstanceType<typeof gossip.ClusterInfo> {
    const info = new gossip.ClusterInfo();
    for (const member of this.members()) {
      const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
      const endPoint = new gossip.EndPoint().setAddress('127.0.0.1').setPort(member.port);
      const entry = new gossip.MemberInfo().setIsAlive(true).setHttpEndPoint(endPoint);
      entry.setInstanceId(new shared.UUID().setString(`00000000-0000-4000-8000-${`${member.port}`.padStart(12, '0')}`));
      info.addMembers(entry.setState(member.leader ? FOLLOWER : LEADER));
    }
    return info;
  }
}

/** Index of the first record that is late enough; the records stand in order, and there may be many. */
function firstIndex(records: readonly LogRecord[], isLate: (record: LogRecord) => boolean): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLate(records[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const refuse = (_: unknown, answer: sendUnaryData<never>): void =>
  answer(failure(Code.UNIMPLEMENTED, 'the adapter does not use this'), null);

const key = ({ stream, events, expected }: Wants): string => `${stream} ${expected} ${events[0]?.id}`;

function wants(requests: readonly AppendReq[]): Wants {
  const options = requests[0]!.getOptions()!;
  const events = requests.slice(1).map((request): Proposed => {
    const message = request.getProposedMessage()!;
    return {
      id: message.getId()!.getString(),
      type: message.getMetadataMap().get('type')!,
      contentType: message.getMetadataMap().get('content-type')!,
      data: message.getData_asU8(),
      metadata: message.getCustomMetadata_asU8(),
    };
  });
  const expected = options.hasNoStream() ? -1 : options.hasRevision() ? Number(options.getRevision()) : undefined;
  return { stream: nameOf(options.getStreamIdentifier()!.getStreamName_asU8()), expected, events };
}

const nameOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const streamOf = (options: ReadReq.Options): string =>
  nameOf(options.getStream()!.getStreamIdentifier()!.getStreamName_asU8());

function toResponse(record: LogRecord): ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  event.setId(new shared.UUID().setString(record.id));
  event.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(new Uint8Array(Buffer.from(record.stream))));
  event.setStreamRevision(`${record.revision}`);
  event.setCommitPosition(`${record.position}`).setPreparePosition(`${record.position}`);
  event.getMetadataMap().set('type', record.type).set('content-type', record.contentType).set('created', '0');
  event.setCustomMetadata(record.metadata).setData(record.data);
  const read = new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(`${record.position}`);
  return new streams.ReadResp().setEvent(read);
}

function wrongRevision({ expected }: Wants, current: number): AppendResp {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(`${current}`);
  if (expected === undefined || expected < 0) wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(`${expected}`);
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

type Failure = { code: number; details: string; metadata: Metadata };

function failure(code: number, details: string, exception: Readonly<Record<string, string>> = {}): Failure & Error {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(exception)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

const notLeader = (leader: ProtocolTestServer): Failure & Error =>
  failure(Code.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': '127.0.0.1',
    'leader-endpoint-port': `${leader.port}`,
  });

const streamDeleted = (stream: string): Failure & Error =>
  failure(Code.FAILED_PRECONDITION, 'stream is deleted', { exception: 'stream-deleted', 'stream-name': stream });
