import type { Override } from '../../kernel/decider.js';
import { deterministicId } from '../../kernel/ids.js';

export type Role = 'recorder' | 'approver' | 'auditor' | 'viewer' | 'admin' | 'system';
export type Caller = { readonly subject: string; readonly role: Role; readonly division: string };

/** One command as it was asked for: by whom, under which key, and with what permission. */
export type Invocation = {
  readonly caller: Caller;
  /** UUIDv5 of caller and idempotency key: the same request again has the same id. */
  readonly commandId: string;
  /** SHA-256 of method, path with query and canonical body. */
  readonly fingerprint: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  readonly ifMatch?: number;
  /** The command makes the thing its path names no id of yet. */
  readonly creates?: boolean;
  /** The division the command concerns, where the stream it goes to does not exist yet. */
  readonly division?: string;
  /** Warnings the caller asks to have set aside, and why. */
  readonly override?: { readonly rules: readonly string[]; readonly reason: string };
  /** What a second person has granted for this very command. */
  readonly granted?: Override;
  readonly correlationId?: string;
  readonly causationId?: string;
};

export const commandIdOf = (subject: string, key: string): string => deterministicId('command', subject, key);

const SYSTEM: Caller = { subject: 'process-manager', role: 'system', division: '*' };

/** The invocation of a process manager: its id follows from the event it answers, so a crash repeats it harmlessly. */
export function following(event: { eventId: string; metadata: { correlationId: string } }, step: string): Invocation {
  const commandId = deterministicId('following', event.eventId, step);
  return {
    caller: SYSTEM,
    commandId,
    fingerprint: commandId,
    path: `process-manager:${step}`,
    body: {},
    dryRun: false,
    correlationId: event.metadata.correlationId,
    causationId: event.eventId,
  };
}
