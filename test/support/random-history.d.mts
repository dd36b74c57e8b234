export type Told = {
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly data: { readonly occurredOn: string } & Readonly<Record<string, unknown>>;
};
/** A number in [0, 1) at each call, the same for the same seed. */
export function randomFrom(seed: number): () => number;
/** At least `count` facts of a made-up city: money in and out in every book, the same for the same seed. */
export function randomHistory(
  seed: number,
  count: number,
  shape?: { readonly schemeEvents?: number; readonly ids?: number },
): Generator<Told>;
