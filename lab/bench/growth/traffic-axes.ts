/** One axis varies the number of concurrent clients; the other varies the size of bodies. */
import type { Axis } from './axis.ts';
import { CPU, MEMORY, OF_REQUESTS, P99, PER_SECOND } from './columns.ts';
import { askUnderLoad, serving } from './served.ts';
import { httpRoutes } from './stacks.ts';

/** Number of connections for large bodies. With more connections, such bodies would fill the machine's memory. */
const FEW_CONNECTIONS = 4;
/** Sizes of bodies in bytes. The payload limit of Lambda is 6 MiB, which includes the rest of the event. */
const BODIES = [100, 1_000, 10_000, 100_000, 1_000_000, 6_000_000];
const OF_BODIES = [
  { ...PER_SECOND, atMost: 'linear' },
  { ...P99, atMost: 'linear' },
  { ...CPU, atMost: 'linear' },
  { ...MEMORY, atMost: 'linear' },
] as const;

const connections: Axis = {
  name: 'connections',
  title: 'Connections',
  counts: 'keep-alive connections',
  sizes: [1, 8, 64, 512, 4_096],
  columns: [
    ...OF_REQUESTS.map((column) => (column === P99 ? { ...P99, atMost: 'linear' as const } : column)),
    MEMORY,
  ],
  how: 'One route of an HTTP API with one function. Each connection sends its next request as soon as it has a response. The functions of an account process 1,000 events at a time unless AWS raises that quota: `--concurrency 5000`.',
  why: 'A request waits for all requests that arrived before it, so on busy processors twice as many clients wait twice as long. A request costs more when thousands are waiting, because their objects outlive the young generation and are copied. Opening the connections is included in the processor time, but not in the rate.',
  measure: (size, seconds) =>
    serving({ name: 'connections', template: httpRoutes(1) }, (served) =>
      askUnderLoad(served, { path: '/r0', connections: size, seconds }),
    ),
};

const bodyUp: Axis = {
  name: 'body-up',
  title: 'Body of a request',
  counts: 'bytes of the body',
  sizes: BODIES,
  columns: OF_BODIES,
  how: `POST to one route of an HTTP API, ${FEW_CONNECTIONS} connections. API Gateway accepts 10 MB, but an event for a function can have at most 6 MiB, including the body.`,
  why: 'A body becomes text, part of the JSON of the event, a message to the instance and a string again, so each byte is copied and read a fixed number of times.',
  measure: (size, seconds) =>
    serving({ name: 'body-up', template: httpRoutes(1) }, (served) =>
      askUnderLoad(served, {
        path: '/r0',
        connections: FEW_CONNECTIONS,
        bodyBytes: size,
        seconds,
        headers: { 'Content-Type': 'text/plain' },
      }),
    ),
};

const bodyDown: Axis = {
  name: 'body-down',
  title: 'Body of a response',
  counts: 'bytes of the body',
  sizes: BODIES,
  columns: OF_BODIES,
  how: `GET of one route of an HTTP API whose function returns that many bytes, ${FEW_CONNECTIONS} connections.`,
  why: 'The result of the function is JSON that is written once and parsed once, and then written to the socket.',
  measure: (size, seconds) => {
    const source = `const body = 'x'.repeat(${size});
exports.handler = async () => ({ statusCode: 200, body });`;
    return serving(
      { name: 'body-down', template: httpRoutes(1), files: { 'src/index.js': source } },
      (served) =>
        askUnderLoad(served, { path: '/r0', connections: FEW_CONNECTIONS, expectedBody: size, seconds }),
    );
  },
};

export const TRAFFIC_AXES: readonly Axis[] = [connections, bodyUp, bodyDown];
