import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { refuseUnserved } from '../../../../packages/gateway/server/refuse-unserved.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';

describe('a client that would make a proxy of the gateway', () => {
  it('has two seconds to read the refusal, and to leave', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const log = new MemoryLog();
    const server = createServer();
    refuseUnserved(server, log);
    const socket = new Duplex({ read: () => undefined, write: () => undefined });

    server.emit('connect', {}, socket);

    t.mock.timers.tick(1_999);
    assert.equal(socket.destroyed, false);
    t.mock.timers.tick(1);
    assert.equal(socket.destroyed, true);
    assert.deepEqual(log.lines, ['405 CONNECT "": the gateway is not a proxy']);
  });
});
