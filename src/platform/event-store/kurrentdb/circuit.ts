import { StoreUnavailable } from '../event-store.js';

export type CircuitOptions = {
  /** Calls that fail one after another before the circuit opens. */
  readonly failures: number;
  /** How long it answers for the server before it lets one caller try. */
  readonly openMs: number;
};

/**
 * Answers at once while the server does not, so that callers hear 503 instead of waiting in line for a deadline. After
 * `openMs` one caller is let through; the first success of anybody closes the circuit.
 */
export class Circuit {
  private failed = 0;
  private openedAt: number | undefined;

  constructor(
    private readonly options: CircuitOptions,
    /** Milliseconds that only grow. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.openedAt === undefined) return 'closed';
    return this.now() - this.openedAt < this.options.openMs ? 'open' : 'half-open';
  }

  /** Throws StoreUnavailable while the circuit is open. Whoever passes it half-open is the one who tries. */
  enter(): void {
    const { state } = this;
    if (state === 'open') throw new StoreUnavailable('the event store does not answer; it is tried again in a moment');
    // The next one waits for what becomes of this one, or for as long again.
    if (state === 'half-open') this.openedAt = this.now();
  }

  succeeded(): void {
    this.failed = 0;
    this.openedAt = undefined;
  }

  failedOnce(): void {
    this.failed += 1;
    if (this.failed >= this.options.failures) this.openedAt = this.now();
  }
}
