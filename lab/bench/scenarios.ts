/**
 * The requests of the benchmark. Each kind of API has a plain route and a route behind a cached authorizer, and one
 * more route takes a body (fixture/serverless.yml).
 */
import { TAKEN_BYTES } from './fixture/handler.ts';
import type { Scenario } from './measure.ts';

export const HEADERS = {
  accept: 'application/json',
  'user-agent': 'gatewright-bench',
  'x-request-source': 'bench',
};
const AUTHORIZED = { ...HEADERS, authorization: 'Bearer bench' };
/** JSON with exactly the number of bytes that the function expects. */
const BODY = JSON.stringify({ note: 'x'.repeat(TAKEN_BYTES - '{"note":""}'.length) });
const GET = { method: 'GET', headers: HEADERS } as const;
const POST = {
  method: 'POST',
  headers: { ...HEADERS, 'content-type': 'application/json' },
  body: BODY,
} as const;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'rest', kind: 'rest', path: '/hello', ...GET },
  {
    name: 'rest-authorized',
    kind: 'rest',
    path: '/guarded',
    ...GET,
    headers: AUTHORIZED,
  },
  { name: 'http', kind: 'http', path: '/hello', ...GET },
  {
    name: 'http-authorized',
    kind: 'http',
    path: '/guarded',
    ...GET,
    headers: AUTHORIZED,
  },
];

export const WITH_BODY: readonly Scenario[] = [
  { name: 'rest-post', kind: 'rest', path: '/take', ...POST },
  { name: 'http-post', kind: 'http', path: '/take', ...POST },
];

/** Scenarios with many concurrent requests, in which a response waits until all earlier responses are done. */
export const CROWDS: readonly Scenario[] = (['rest', 'http'] as const).flatMap((kind) =>
  [256, 1_000].map((connections) => ({
    name: `${kind}-${connections}`,
    kind,
    path: '/hello',
    ...GET,
    connections,
  })),
);
