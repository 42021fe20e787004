/** What the client needs from its environment. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostOf } from '#shared/websocket/client/host.ts';
import type { SocketClass } from '#shared/websocket/client/host.ts';

describe('hostOf', () => {
  it('connects by the given class, with the given protocols', () => {
    const made: unknown[][] = [];
    const given = function (...messages: unknown[]) {
      made.push(messages);
    } as unknown as SocketClass;
    const protocols = ['bearer', 'token'] as const;

    hostOf(given).connect('wss://example', protocols);

    assert.deepEqual(made, [['wss://example', ['bearer', 'token']]]);
    assert.notEqual(made[0]?.[1], protocols);
  });

  it('says what to pass if there is no WebSocket', (t) => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
    Reflect.deleteProperty(globalThis, 'WebSocket');
    t.after(() => own !== undefined && Object.defineProperty(globalThis, 'WebSocket', own));

    assert.throws(
      () => hostOf(),
      /pass an implementation, such as \{ webSocket: WebSocket \} of the package ws/,
    );
  });

  it('has a time that only goes forward, and ids that differ', () => {
    const host = hostOf(function () {} as unknown as SocketClass);
    const before = host.nowMs();

    assert.ok(host.nowMs() >= before);
    assert.match(host.newId(), /^[0-9a-f]{24}$/);
    assert.notEqual(host.newId(), host.newId());
  });

  it('runs something later, unless it is cancelled', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const host = hostOf(function () {} as unknown as SocketClass);
    const run: string[] = [];
    host.after(10, () => run.push('a'));
    host.after(10, () => run.push('b'))();

    t.mock.timers.tick(10);

    assert.deepEqual(run, ['a']);
  });
});
