import { ErrorType } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';

/**
 * What a failed call means for us:
 * - `conflict`: the stream is at another revision;
 * - `missing`: the stream has no events, `deleted`: somebody deleted it;
 * - `refused`: the server understood and says no, and will say no again;
 * - `unknown`: anything else. It may have happened, so it is repeated with the same ids at the same revision.
 */
export type Failure = 'conflict' | 'missing' | 'deleted' | 'refused' | 'unknown';

const BY_TYPE: Readonly<Record<string, Failure>> = {
  [ErrorType.WRONG_EXPECTED_VERSION]: 'conflict',
  [ErrorType.STREAM_NOT_FOUND]: 'missing',
  [ErrorType.NO_STREAM]: 'missing',
  [ErrorType.STREAM_DELETED]: 'deleted',
  [ErrorType.ACCESS_DENIED]: 'refused',
  [ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED]: 'refused',
  [ErrorType.INVALID_ARGUMENT]: 'refused',
};

/** gRPC codes that mean the request itself is at fault: INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED. */
const REFUSED_CODES: ReadonlySet<unknown> = new Set([3, 7, 12, 16]);

/**
 * By type, then by code, never by text: while a server starts or stops its errors come untyped ("Server Is Not Ready", a
 * bare Error with code 14), and what is not known for certain is an unknown outcome.
 */
export function classify(error: unknown): Failure {
  if (typeof error !== 'object' || error === null) return 'unknown';
  // Our own verdict on an answer is final.
  if (error instanceof StoreUnavailable) return 'refused';
  const { type, code } = error as { type?: unknown; code?: unknown };
  if (typeof type === 'string' && BY_TYPE[type]) return BY_TYPE[type];
  return REFUSED_CODES.has(code) ? 'refused' : 'unknown';
}

/** UNKNOWN: the server worked on the call and failed. It is there, so this says nothing about its health. */
export const isAnswer = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === 2;

/** A call that gave no sign of life within our own deadline; the client's deadlines do not cover reads. */
export class NoAnswer extends Error {
  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`);
    this.name = 'NoAnswer';
  }
}

/** True where nothing was heard at all: then the connection itself is in doubt, not just the call. */
export const isSilence = (error: unknown): boolean =>
  error instanceof NoAnswer || (error as { type?: unknown } | undefined)?.type === ErrorType.DEADLINE_EXCEEDED;

export const isTooLarge = (error: unknown): boolean =>
  (error as { type?: unknown } | undefined)?.type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED;
