import { Injectable } from '@nestjs/common';

/** Lets everybody else who waits have their turn first: between the many parts of one answer. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** How long one turn may hold the process before others get theirs. */
const TURN_MS = 5;

type Job = { readonly step: () => boolean; readonly fail: (error: unknown) => void };

/**
 * Heavy calculations take turns of a few milliseconds, all of them together one turn between two rounds of the event
 * loop: however many are asked for at once, every other request is answered in between.
 */
@Injectable()
export class Slices {
  private readonly jobs: Job[] = [];
  private running = false;

  /** Drives a calculation that yields between its steps. Same answer, same errors. */
  run<Result>(steps: Generator<void, Result, void>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const step = (): boolean => {
        const { done, value } = steps.next();
        if (done) resolve(value);
        return done === true;
      };
      this.jobs.push({ step, fail: reject });
      if (this.running) return;
      this.running = true;
      setImmediate(() => this.turn());
    });
  }

  private turn(): void {
    const end = performance.now() + TURN_MS;
    while (this.jobs.length > 0 && performance.now() < end) {
      const job = this.jobs.shift()!;
      if (!this.isDone(job, end)) this.jobs.push(job);
    }
    this.running = this.jobs.length > 0;
    if (this.running) setImmediate(() => this.turn());
  }

  private isDone({ step, fail }: Job, end: number): boolean {
    try {
      while (!step()) if (performance.now() >= end) return false;
    } catch (error) {
      fail(error);
    }
    return true;
  }
}
