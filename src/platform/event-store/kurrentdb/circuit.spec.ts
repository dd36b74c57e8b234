import { beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../event-store.js';
import { Circuit } from './circuit.js';

describe('the circuit', () => {
  let now = 0;
  let circuit: Circuit;

  beforeEach(() => {
    now = 0;
    circuit = new Circuit({ failures: 3, openMs: 100 }, () => now);
  });
  const fail = (times: number) => {
    for (let count = 0; count < times; count++) circuit.failedOnce();
  };

  it('lets everybody through until so many calls in a row have failed', () => {
    fail(2);
    expect(() => circuit.enter()).not.toThrow();
    circuit.succeeded();
    fail(2);
    expect(circuit.state).toBe('closed');
    fail(1);
    expect(circuit.state).toBe('open');
    expect(() => circuit.enter()).toThrow(StoreUnavailable);
  });

  it('lets one caller try after a while, and the others wait for what becomes of it', () => {
    fail(3);
    now = 100;
    expect(circuit.state).toBe('half-open');
    expect(() => circuit.enter()).not.toThrow();
    expect(() => circuit.enter()).toThrow(StoreUnavailable);
    circuit.failedOnce();
    now = 199;
    expect(() => circuit.enter()).toThrow(StoreUnavailable);
    now = 200;
    expect(() => circuit.enter()).not.toThrow();
    circuit.succeeded();
    expect(() => circuit.enter()).not.toThrow();
    expect(circuit.state).toBe('closed');
  });

  it('lets another caller try when the first never comes back', () => {
    fail(3);
    now = 100;
    circuit.enter();
    now = 201;
    expect(() => circuit.enter()).not.toThrow();
  });
});
