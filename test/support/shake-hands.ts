/** Handshakes with WebSocket APIs, without a socket. */
import { receive } from '../../packages/gateway/core/receive.ts';
import { Connections } from '../../packages/gateway/core/websocket/connections.ts';
import { connect } from '../../packages/gateway/core/websocket/pipeline.ts';
import type { ServedApi } from '../../packages/gateway/core/exchange.ts';
import type { TestPorts } from './virtual-ports.ts';

const UPGRADE = [
  'Host',
  'shop.test',
  'Connection',
  'Upgrade',
  'Upgrade',
  'websocket',
  'Sec-WebSocket-Version',
  '13',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
];

type Handshake = { readonly target: string; readonly headers?: readonly string[] };

/** Returns the status with which a handshake ends, and closes the connection. */
export async function shakeHands(
  api: ServedApi,
  ports: TestPorts,
  { target, headers = [] }: Handshake,
): Promise<number> {
  const wire = { method: 'GET', target, body: undefined, remoteAddress: '127.0.0.1', httpVersion: '1.1' };
  const handshake = receive({ ...wire, rawHeaders: [...UPGRADE, ...headers] }, api, ports);
  const outcome = await connect(handshake, {
    ...ports,
    connections: new Connections(ports.clock),
    findApi: () => api,
  });
  return outcome.kind === 'accepted' ? 101 : outcome.reply.status;
}
