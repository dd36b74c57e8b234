import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../commands/invocation.js';

const COOKIE = 'renewal-session';
const MOST_SESSIONS = 10_000;
const WORKING_DAY_MS = 8 * 3_600_000;
const IN_HEADER = new RegExp(`(?:^|;) *${COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`);

/**
 * Who looks at the pages: a random id in a cookie stands for the holder of a key. Kept in memory, gone with the process.
 * A session reads; it never records: commands take a key alone, so no other site can make a browser send one.
 */
export class Sessions {
  private readonly callers = new LRUCache<string, Caller>({
    max: MOST_SESSIONS,
    ttl: WORKING_DAY_MS,
    updateAgeOnGet: true,
  });

  open(caller: Caller): string {
    const id = randomBytes(32).toString('base64url');
    this.callers.set(id, caller);
    return id;
  }

  has(id: string): boolean {
    return this.callers.has(id);
  }

  callerOf(cookies: string | undefined): Caller | undefined {
    const id = idIn(cookies);
    return id === undefined ? undefined : this.callers.get(id);
  }

  close(cookies: string | undefined): void {
    const id = idIn(cookies);
    if (id !== undefined) this.callers.delete(id);
  }
}

const idIn = (cookies: string | undefined): string | undefined => IN_HEADER.exec(cookies ?? '')?.[1];

/** The value of `Set-Cookie`; without an id the cookie is taken back. */
export const sessionCookie = (id: string | undefined, isSecure: boolean): string =>
  `${COOKIE}=${id ?? ''}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}${id === undefined ? '; Max-Age=0' : ''}`;
