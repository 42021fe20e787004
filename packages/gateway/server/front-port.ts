/**
 * A port for a service in front of APIs. It passes complete requests to the service and sends the service's replies.
 */
import { CONNECTION_HEADERS } from '@gatewright/aws/connection-headers';
import { describeFault } from '../core/errors.ts';
import { createServer } from '@gatewright/aws/node-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAllowedHost, refuseHost } from '@gatewright/aws/guards';
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import type { ControlReply, ControlRequest } from '../core/api-call.ts';
import { wordRefusal } from '../core/deployment/wordings/refusal-wordings.ts';
import { MAX_BODY_BYTES } from '../core/exchange.ts';
import type { LogSink } from '../core/ports.ts';
import { originForm } from '../core/receive.ts';
import { MAX_HEADER_BYTES, REQUEST_TIMEOUT_MS } from './http.ts';
import { BodyMemory } from './body-memory.ts';
import { closeServer, listenOn } from './listen.ts';
import { readWhole } from './read-body.ts';

type FrontPortOptions = {
  readonly host: string;
  /** Names that a Host header may contain in addition to the loopback names. */
  readonly allowHosts: () => readonly string[];
  readonly serve: (
    request: ControlRequest & { readonly remoteAddress: string; readonly remotePort: number },
  ) => Promise<ControlReply>;
  /** The maximum memory for request bodies, in bytes. The default is DEFAULT_BODY_MEMORY_BYTES. */
  readonly maxBodyMemoryBytes?: number | undefined;
  readonly log: LogSink;
};

export async function openFrontPort(
  options: FrontPortOptions,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  let port = 0;
  const memory = new BodyMemory(options.log, options.maxBodyMemoryBytes);
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS, ...KEEP_ALIVE_OPTIONS },
    (request, response) => {
      answer(request, { port, memory }, options)
        .then((reply) => send(request, response, reply))
        .catch((fault: unknown) => {
          options.log.write(describeFault(fault));
          response.destroy();
        });
    },
  );
  readPendingBeforeIdleClose(server);
  port = await listenOn(server, options.host, 0, '--port');
  return { port, close: () => closeServer(server) };
}

async function answer(
  request: IncomingMessage,
  { port, memory }: { readonly port: number; readonly memory: BodyMemory },
  { allowHosts, serve, log }: FrontPortOptions,
): Promise<ControlReply> {
  const { method = 'GET', rawHeaders } = request;
  const { host } = request.headers;
  const [path = '', ...query] = originForm(request.url).split('?');
  if (host === undefined) return wordRefusal('without-host');
  // Requests with any other Host are refused. Attack: DNS rebinding, in which a foreign name resolves to this machine.
  if (!isAllowedHost(host, { port, allowHosts: allowHosts(), admitsProxies: true })) {
    const refused = refuseHost(host);
    log.write(`${refused.status} ${method} ${path}: ${refused.message}`);
    return refused;
  }
  const { remoteAddress, remotePort = 0 } = request.socket;
  if (remoteAddress === undefined)
    throw new Error(`${method} ${path} was not served, because the client reset the connection`);
  const announced = (): string | undefined => request.headers['content-length'];
  const rules = { memory, maxBytes: MAX_BODY_BYTES + 1, announced, address: remoteAddress };
  const read = await readWhole(request, rules);
  if (read === undefined) {
    memory.logRefusal(host);
    return wordRefusal('no-body-memory');
  }
  const { body, release } = read;
  try {
    if (body.length > MAX_BODY_BYTES) return wordRefusal('body-too-long');
    const from = { remoteAddress, remotePort };
    return await serve({ method, path, query: query.join('?'), rawHeaders, body, host, ...from });
  } finally {
    release();
  }
}

/**
 * The hop-by-hop and framing headers, which the port writes itself. A backend's other headers are passed on to the
 * client.
 */
const OWN_HEADERS = new Set(CONNECTION_HEADERS);

/** @throws TypeError for a status or header that is not valid in HTTP */
function send(
  { complete }: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: ControlReply,
): void {
  const passed = headers.filter(
    (_, index) => !OWN_HEADERS.has((headers[index - (index % 2)] ?? '').toLowerCase()),
  );
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, [
    ...passed,
    ...(hasBody ? ['Content-Length', String(Buffer.byteLength(body))] : []),
    // The connection is closed after the reply, because the unread bytes of the request cannot be skipped.
    ...(complete ? [] : ['Connection', 'close']),
  ]);
  // Node leaves out the body if the reply must not have one.
  response.end(body);
}
