import { Injectable } from '@nestjs/common';

/** The one clock; tests set their own. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
