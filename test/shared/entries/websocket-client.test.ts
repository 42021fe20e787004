import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connectChannels } from '#shared/entries/websocket-client.ts';
import type { Socket, SocketClass } from '#shared/entries/websocket-client.ts';

describe('connectChannels', () => {
  it('connects at once, with the given class, and subscribes on request', async () => {
    const sockets: (Socket & { readonly made: readonly unknown[]; readonly sent: string[] })[] = [];
    const webSocket = function (...made: readonly unknown[]) {
      const sent: string[] = [];
      const socket = {
        made,
        sent,
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        send: (text: string) => void sent.push(text),
        close: () => undefined,
      };
      sockets.push(socket);
      return socket;
    } as unknown as SocketClass;

    const channels = connectChannels({ url: 'wss://example', token: () => 'e30', webSocket });
    await turn();
    const [socket] = sockets;
    socket?.onopen?.({} as never);
    channels.subscribe('orders', { message: () => undefined });
    channels.close();

    assert.deepEqual(socket?.made, ['wss://example', ['bearer', 'e30']]);
    assert.ok(socket.sent.some((text) => text.includes('"subscribe"') && text.includes('"orders"')));
  });
});
