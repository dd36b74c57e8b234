import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/** JSON lines on standard output; bodies, keys and names are never given to it. */
export const openLogger = (level: string): Logger =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });

/** Nest's own messages in the same stream; its start-up chatter only where someone asks for debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug({ message: String(message) });
  }
  error(message: unknown, ...more: unknown[]): void {
    this.logger.error({ message: String(message), more: more.map(String) });
  }
  warn(message: unknown): void {
    this.logger.warn({ message: String(message) });
  }
}
