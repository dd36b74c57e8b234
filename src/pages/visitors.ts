import { Inject, Injectable } from '@nestjs/common';
import { DemoCity } from '../demo/demo-city.js';
import { type ApiKeys, KEYS } from '../platform/auth/api-keys.js';
import { Sessions } from '../platform/auth/sessions.js';
import type { Caller } from '../platform/commands/invocation.js';
import { Settings } from '../platform/config/settings.js';
import type { EdgeRequest } from '../platform/http/routes.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;
const GUEST: Caller = { subject: 'demo-visitor', role: 'viewer', division: '1404' };

/** Who may look at a page: the holder of a key, of a session, or on this very machine anybody at the invented city. */
@Injectable()
export class Visitors {
  private guestSession: string | undefined;

  constructor(
    @Inject(KEYS) private readonly keys: ApiKeys,
    private readonly sessions: Sessions,
    private readonly demo: DemoCity,
    private readonly settings: Settings,
  ) {}

  isGuest(caller: Caller | undefined): boolean {
    return caller === GUEST;
  }

  isDemo(): Promise<boolean> {
    return this.demo.isHere();
  }

  /** A session for a key; undefined where it is nobody's. */
  signIn(key: string): string | undefined {
    const caller = this.keys.callerOf(key);
    return caller && this.sessions.open(caller);
  }

  signOut(request: EdgeRequest): void {
    // All guests share one session: none of them ends it for the others.
    if (!this.isGuest(this.sessions.callerOf(request.headers.cookie))) this.sessions.close(request.headers.cookie);
  }

  /**
   * The invented city is open to whoever sits at this machine, so that a newcomer sees it after one line. The name in
   * the address must be this machine's too, or any site could have a browser read it under a name of its own.
   */
  async asGuest(request: EdgeRequest): Promise<{ caller: Caller; session: string } | undefined> {
    if (request.headers.authorization !== undefined || !LOOPBACK.test(this.settings.host)) return undefined;
    const { host = '' } = request.headers;
    if (!LOOPBACK.test(host.replace(/:\d+$/, '')) || !(await this.isDemo())) return undefined;
    if (this.guestSession === undefined || !this.sessions.has(this.guestSession))
      this.guestSession = this.sessions.open(GUEST);
    return { caller: GUEST, session: this.guestSession };
  }
}
