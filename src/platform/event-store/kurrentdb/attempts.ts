import { StoreUnavailable } from '../event-store.js';
import { Circuit, type CircuitOptions } from './circuit.js';
import { classify, isAnswer, isSilence, NoAnswer } from './errors.js';

export type AttemptOptions = {
  /** How long one try may take. */
  readonly attemptMs: number;
  /** How long a caller's patience is, all tries together. */
  readonly patienceMs: number;
  readonly circuit: CircuitOptions;
};

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

/** Repeats what has an unknown outcome, within limits of our own. Only for calls that may be repeated. */
export class Attempts {
  private readonly circuit: Circuit;
  private stopped = false;
  private readonly pausing = new Set<() => void>();

  constructor(
    private readonly options: AttemptOptions,
    /** Called when a try got no answer at all: its connection is not trusted any more. */
    private readonly onSilence: (client: unknown) => void,
  ) {
    this.circuit = new Circuit(options.circuit);
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return this.circuit.state;
  }

  /** No further tries; whoever waits between two hears StoreUnavailable. */
  stop(): void {
    this.stopped = true;
    for (const end of this.pausing) end();
  }

  /**
   * Runs `call`, which keeps `attemptMs` itself, on the client of the moment until it answers. Answers of the server (conflict, missing, refused) are
   * thrown as they come; silence and unknown errors are repeated until patience ends in StoreUnavailable.
   */
  async run<Client, T>(
    client: () => Client,
    call: (client: Client, attemptMs: number) => Promise<T>,
    /** More time for each try, where the call itself is large. */
    extraMs = 0,
  ): Promise<T> {
    this.circuit.enter();
    const attemptMs = this.options.attemptMs + extraMs;
    const giveUpAt = performance.now() + this.options.patienceMs + 2 * extraMs;
    for (let attempt = 0; ; attempt++) {
      if (this.stopped) throw new StoreUnavailable('the store is closed');
      const current = client();
      try {
        const answer = await call(current, attemptMs);
        this.circuit.succeeded();
        return answer;
      } catch (error) {
        if (classify(error) !== 'unknown') {
          this.circuit.succeeded();
          throw error;
        }
        if (!isAnswer(error)) this.circuit.failedOnce();
        if (isSilence(error)) this.onSilence(current);
        const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
        if (performance.now() + pause > giveUpAt)
          throw new StoreUnavailable('the event store did not answer in time', { cause: error });
        await this.pause(pause);
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.pausing.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.pausing.add(end);
    });
  }
}

/** The client's promises may stay silent for ever, whatever deadline they were given; ours do not. */
export async function withinTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(ms)), ms);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
    // What comes too late is dropped.
    promise.catch(() => undefined);
  }
}
