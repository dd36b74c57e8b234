import { Injectable } from '@nestjs/common';
import type { BusinessDate } from '../kernel/dates.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import { closedThrough, periodDecider } from './period.decider.js';

/** How far the books are closed for a division: its own closes, and those of every division it lies in. */
@Injectable()
export class PeriodBook {
  constructor(private readonly runner: DeciderRunner) {}

  async closedThrough(...divisionCodes: readonly string[]): Promise<BusinessDate | null> {
    const prefixes = new Set(divisionCodes.flatMap((code) => [code.slice(0, 2), code.slice(0, 4), code.slice(0, 6)]));
    let latest: BusinessDate | null = null;
    for (const prefix of prefixes) {
      const { state } = await this.runner.state(periodDecider, prefix);
      const through = closedThrough(state);
      if (through !== null && (latest === null || through > latest)) latest = through;
    }
    return latest;
  }
}
