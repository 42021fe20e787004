/** A server of a REST API, and connections to it that write bytes as they are. */
import { connect } from 'node:net';
import { createApiServer } from '../../../../packages/gateway/server/http.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Connection = {
  readonly received: () => string;
  readonly over: Promise<string>;
  write(text: string): void;
};

export type RawServer = {
  readonly server: Server;
  readonly port: number;
  readonly ports: ReturnType<typeof anApi>['ports'];
  /** `x-wait` delays a request until its entry here is called. */
  readonly waiting: (() => void)[];
  /** One connection; `ends`: the client says that nothing more will come. */
  open(text: string | Buffer, ends?: boolean): Connection;
  close(): void;
};

export async function startRawServer(): Promise<RawServer> {
  const waiting: (() => void)[] = [];
  const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
    async list(event) {
      const { headers, body } = event as { headers: Record<string, string>; body: string | null };
      if (headers['x-wait'] !== undefined) await new Promise<void>((go) => waiting.push(go));
      return { statusCode: 200, headers: { 'x-body': body ?? 'none' }, body: headers['x-name'] ?? 'answer' };
    },
  });
  const server = createApiServer(servedAlone(api.served, ports));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    ports,
    waiting,
    open(text, ends = false) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      let received = '';
      const { promise, resolve } = Promise.withResolvers<string>();
      socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
      socket.on('end', () => socket.end());
      socket.on('close', () => resolve(received));
      socket.on('error', () => undefined);
      if (ends) socket.end(text);
      else socket.write(text);
      return { received: () => received, over: promise, write: (more) => void socket.write(more) };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const statusesOf = (received: string): string[] => received.match(/HTTP\/1\.1 \d{3}/g) ?? [];
export const get = (more = ''): string => `GET /dev/pets HTTP/1.1\r\nHost: pets.example\r\n${more}\r\n`;
