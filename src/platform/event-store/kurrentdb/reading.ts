import type { StreamingRead } from '@eventstore/db-client';
import { NoAnswer } from './errors.js';

/**
 * Everything a bounded read answers. The client gives reads no deadline, so a read that shows nothing new for
 * `silenceMs` is given up here.
 */
export function collect<T>(read: StreamingRead<T>, silenceMs: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const all: T[] = [];
    const give = (error: Error) => {
      clearTimeout(timer);
      read.cancel().catch(() => undefined);
      reject(error);
    };
    const timer = setTimeout(() => give(new NoAnswer(silenceMs)), silenceMs);
    read.on('data', (value) => {
      all.push(value);
      timer.refresh();
    });
    read.on('end', () => {
      clearTimeout(timer);
      resolve(all);
    });
    // The listener stays: a stream that fails again after it was given up must not take the process down.
    read.on('error', give);
  });
}
