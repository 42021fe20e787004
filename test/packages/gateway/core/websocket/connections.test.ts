import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Connections } from '../../../../../packages/gateway/core/websocket/connections.ts';
import {
  BUFFER_LIMIT_BYTES,
  CLOSED_BY_API,
  GOING_AWAY,
} from '../../../../../packages/gateway/core/websocket/limits.ts';
import { aDetail, FakeSocket, VirtualClock } from './fixture.ts';

const MINUTE_MS = 60_000;

describe('Connections', () => {
  it('finds a connection by API, stage and id together', () => {
    const connections = new Connections(new VirtualClock());
    const connection = connections.open(aDetail({ apiId: 'api1', stageName: 'dev' }), new FakeSocket());
    const { connectionId } = connection;

    assert.equal(connections.find('api1', 'dev', connectionId), connection);
    assert.equal(connections.find('api2', 'dev', connectionId), undefined);
    assert.equal(connections.find('api1', 'prod', connectionId), undefined);
    assert.equal(connections.find('api1', 'dev', 'AAAAAAAAAAAAAAA='), undefined);
  });

  it('removes a connection before its closing handshake is complete', () => {
    const connections = new Connections(new VirtualClock());
    const socket = new FakeSocket();
    const connection = connections.open(aDetail(), socket);

    connections.end(connection, CLOSED_BY_API);

    assert.equal(connections.count, 0);
    assert.deepEqual(socket.closures, [CLOSED_BY_API]);
  });

  // docs/aws §11.4, §11.6: idle 10 minutes, lifetime 2 hours, closed with 1001 "Going away".
  const limits: readonly {
    readonly name: string;
    readonly messagesAtMinutes: readonly number[];
    readonly minutes: number;
    readonly isEnded: boolean;
  }[] = [
    { name: 'keeps a connection silent for 9 minutes', messagesAtMinutes: [], minutes: 9, isEnded: false },
    { name: 'ends a connection silent for 10 minutes', messagesAtMinutes: [], minutes: 10, isEnded: true },
    {
      name: 'counts silence from the last message',
      messagesAtMinutes: [9],
      minutes: 18,
      isEnded: false,
    },
    {
      name: 'ends a busy connection after 2 hours',
      messagesAtMinutes: Array.from({ length: 120 }, (_, minute) => minute),
      minutes: 120,
      isEnded: true,
    },
  ];
  for (const { name, messagesAtMinutes, minutes, isEnded } of limits) {
    it(name, () => {
      const clock = new VirtualClock();
      const connections = new Connections(clock);
      const socket = new FakeSocket();
      const connection = connections.open(aDetail(), socket);

      for (let minute = 0; minute <= minutes; minute += 1) {
        if (messagesAtMinutes.includes(minute)) connections.touch(connection);
        connections.sweep();
        if (minute < minutes) clock.pass(MINUTE_MS);
      }

      assert.deepEqual(socket.closures, isEnded ? [GOING_AWAY] : []);
    });
  }

  for (const [name, movedMinutes, isEnded] of [
    ['follows the clock that is moved on', [10], true],
    ['keeps who is within the limit on the moved clock', [9], false],
    ['takes back what was moved', [9, -9, 9], false],
  ] as const)
    it(name, () => {
      const clock = new VirtualClock();
      const connections = new Connections(clock);
      const socket = new FakeSocket();
      connections.open(aDetail(), socket);

      for (const minutes of movedMinutes) {
        clock.moveWall(minutes * MINUTE_MS);
        connections.sweep();
      }

      assert.deepEqual(socket.closures, isEnded ? [GOING_AWAY] : []);
    });

  it('keeps no connection longer because the clock was moved back', () => {
    const clock = new VirtualClock();
    const connections = new Connections(clock);
    const socket = new FakeSocket();
    connections.open(aDetail(), socket);

    clock.moveWall(-60 * MINUTE_MS);
    clock.pass(10 * MINUTE_MS);
    connections.sweep();

    assert.deepEqual(socket.closures, [GOING_AWAY]);
  });

  it('does not end a connection whose message arrived while the clock was set back for a moment', () => {
    const clock = new VirtualClock();
    const connections = new Connections(clock);
    const socket = new FakeSocket();
    const connection = connections.open(aDetail(), socket);

    clock.moveWall(-60 * MINUTE_MS);
    connections.touch(connection);
    clock.moveWall(60 * MINUTE_MS);
    connections.sweep();

    assert.deepEqual(socket.closures, []);
  });

  it('refuses a message once the client has too much unread', () => {
    const connections = new Connections(new VirtualClock());
    const socket = new FakeSocket();
    const connection = connections.open(aDetail(), socket);

    assert.equal(connections.deliver(connection, 'hello'), 'sent');
    socket.bufferedBytes = BUFFER_LIMIT_BYTES;
    assert.equal(connections.deliver(connection, 'hello'), 'full');

    assert.deepEqual(socket.sent, ['hello']);
  });

  it('counts a message to the client as activity', () => {
    const clock = new VirtualClock();
    const connections = new Connections(clock);
    const connection = connections.open(aDetail(), new FakeSocket());

    clock.pass(5 * MINUTE_MS);
    connections.deliver(connection, 'hello');

    assert.equal(connection.lastActiveAtEpochMs, clock.nowEpochMs());
  });
});
