import { describe, expect, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { parseConnection } from './connection-settings.js';

describe('the connection string', () => {
  it('goes to the client without the credentials, which are in each call', () => {
    const settings = parseConnection('esdb://ledger:s%40cret@db1:2113,db2:2114,db3?tlsCAFile=/etc/ca.crt');
    expect(settings.credentials).toEqual({ username: 'ledger', password: 's@cret' });
    expect(settings.connectionString).not.toContain('cret');
    expect(settings.connectionString).toMatch(/^esdb:\/\/db1:2113,db2:2114,db3:2113\?tlscafile=\/etc\/ca\.crt&/);
    expect(settings.shownAs).toBe('db1:2113,db2:2114,db3:2113');
  });

  it.each(['esdb', 'kurrentdb', 'kurrent', 'kdb'])('may call the store %s', (scheme) => {
    const discovered = parseConnection(`${scheme}+discover://a:b@db.example`).connectionString;
    expect(discovered).toMatch(/^esdb\+discover:\/\/db\.example:2113\?/);
  });

  it.each(['127.0.0.1', '127.9.9.9:1', 'localhost:2113'])('may do without TLS on loopback: %s', (host) => {
    const { connectionString, credentials } = parseConnection(`esdb://${host}?tls=false`);
    expect(connectionString).toContain('tls=false');
    expect(credentials.username).not.toBe('');
    expect(() => EventStoreDBClient.connectionString(connectionString)).not.toThrow();
  });

  it.each([
    ['TLS outside loopback', 'esdb://a:b@10.0.0.1?tls=false', /loopback/],
    ['TLS when one host is outside', 'esdb://127.0.0.1,db2:2113?tls=false', /loopback/],
    ['TLS at a name that only looks like loopback', 'esdb://127.0.0.1.example.com?tls=false', /loopback/],
    ['a password of our own', 'esdb://admin:changeit@db1', /ships with/],
    ['a password of our own, however written', 'esdb://ops:change%69t@db1', /ships with/],
    ['somebody to be', 'esdb://db1:2113', /user:password/],
    ['a whole user', 'esdb://admin@db1', /user:password/],
    ['a known scheme', 'http://a:b@db1', /EVENT_STORE/],
    ['a host', 'esdb://a:b@', /EVENT_STORE/],
    ['a host that can be one', 'esdb://a:b@db 1', /not a host/],
    ['a host the client understands', 'esdb://[::1]:2113?tls=false', /EVENT_STORE/],
    ['a port that can be one', 'esdb://a:b@db1:70000', /not a host/],
    ['settings it may change', 'esdb://a:b@db1?throwOnAppendFailure=false', /may be changed/],
    ['settings it knows', 'esdb://a:b@db1?tlsVerifyCert=false', /may be changed/],
    ['the leader', 'esdb://a:b@db1?nodePreference=follower', /may be changed/],
  ])('needs %s', (_, text, reason) => {
    expect(() => parseConnection(text)).toThrow(reason);
  });

  it('never repeats a password in an error', () => {
    for (const text of ['esdb://a:hunter2@db 1', 'esdb://a:hunter2@db1?nonsense=1', 'nonsense://a:hunter2@db1']) {
      let message = '';
      try {
        parseConnection(text);
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/EVENT_STORE/);
      expect(message).not.toContain('hunter2');
    }
  });
});
