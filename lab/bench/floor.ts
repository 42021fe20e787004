/**
 * The floor of the benchmark, which is a node:http server that makes one JSON round trip to one worker thread for each
 * request. The constant event has the size of the events that the gateway's functions get, and contains the body of a
 * POST. There is no routing, no authorizer and no log. A gateway in Node that runs functions in threads can hardly be
 * faster. The program reads `{event}` as JSON from argv and prints its port.
 */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { hello, take } from './fixture/handler.ts';

type Result = { statusCode: number; headers: Record<string, string>; body: string };

/** The event of a GET request has no body; in events of REST APIs, `body` is null. */
type Event = { body?: string | null | undefined };

function serve(event: Event): void {
  const worker = new Worker(new URL(import.meta.url));
  const waiting = new Map<number, ServerResponse>();
  let lastId = 0;
  worker.on('message', (message: string) => {
    const bar = message.indexOf('|');
    const id = Number(message.slice(0, bar));
    const { statusCode, headers, body } = JSON.parse(message.slice(bar + 1)) as Result;
    const response = waiting.get(id);
    waiting.delete(id);
    response?.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
    response?.end(body);
  });
  const send = (response: ServerResponse): void => {
    lastId += 1;
    waiting.set(lastId, response);
    worker.postMessage(`${lastId}|${JSON.stringify(event)}`);
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      send(response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [only] = chunks;
      const none = event.body;
      event.body = (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString();
      send(response);
      event.body = none;
    });
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
}

if (isMainThread) {
  const { event } = JSON.parse(process.argv[2] ?? '{}') as { event: Event };
  serve(event);
} else {
  parentPort?.on('message', (message: string) => {
    const bar = message.indexOf('|');
    const event = JSON.parse(message.slice(bar + 1)) as Event;
    const { body = null } = event;
    const called = body === null ? hello() : take({ body });
    void called.then((result) => {
      parentPort?.postMessage(`${message.slice(0, bar)}|${JSON.stringify(result)}`);
    });
  });
}
