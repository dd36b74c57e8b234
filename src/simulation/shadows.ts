import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Caller } from '../platform/commands/invocation.js';

/** A whole service over the history of this one up to a position: what is recorded in it is recorded nowhere. */
export type Shadow = {
  readonly app: NestFastifyApplication;
  /** The header by which `caller` is known there, with the rights they have here. */
  readonly authorization: string;
  close(): Promise<void>;
};

/** The history as it stood when it was asked for; any number of shadows begin from it, one after the other. */
export type Snapshot = {
  readonly position: number;
  open(caller: Caller): Promise<Shadow>;
  /** Nothing of it is left behind. */
  close(): Promise<void>;
};

export abstract class Shadows {
  /** The history now, or as it stood at a position: then its read models are made anew from the log, which is bounded. */
  abstract snapshot(atPosition: number | null): Promise<Snapshot>;
}
