/** The key was used before for something else. Not recorded: the first use keeps the key. */
export class KeyReused extends Error {}

/** The caller's `If-Match` is not the stream's revision. Not recorded. */
export class StaleRevision extends Error {
  constructor(readonly currentRevision: number) {
    super(`the stream is at revision ${currentRevision}`);
  }
}

export type KnownCommand = { readonly stream: string; readonly fingerprint: string };

/**
 * Where a command id was first used, over all streams, so that a key used again on another path is found. It can be
 * rebuilt from the log: it is a projection, with what this process appended since in front of it.
 */
export abstract class CommandIndex {
  abstract find(commandId: string): Promise<KnownCommand | undefined>;
  abstract appended(commandId: string, known: KnownCommand, position: number): void;
}
