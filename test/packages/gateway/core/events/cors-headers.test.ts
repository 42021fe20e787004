import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isCorsHeader,
  preflightHeaders,
  replyCorsHeaders,
} from '../../../../../packages/gateway/core/events/cors-headers.ts';
import type { CorsPlan } from '../../../../../packages/gateway/core/events/cors-headers.ts';

const NONE: CorsPlan = {
  allowOrigins: ['https://shop.example'],
  allowMethods: [],
  allowHeaders: [],
  exposeHeaders: [],
  allowCredentials: false,
  maxAgeSeconds: undefined,
};
const ORIGIN = 'https://shop.example';
const ALLOWED = ['access-control-allow-origin', ORIGIN];

// Source: API Gateway developer guide, "Configure CORS for HTTP APIs".
describe('the answer to a preflight', () => {
  const rows: readonly (readonly [name: string, cors: Partial<CorsPlan>, headers: readonly string[]])[] = [
    ['has only the origin if nothing else is set', {}, ALLOWED],
    [
      'lists methods',
      { allowMethods: ['GET', 'PUT'] },
      [...ALLOWED, 'access-control-allow-methods', 'GET,PUT'],
    ],
    [
      'lists headers in lower case',
      { allowHeaders: ['X-Trace', 'Authorization'] },
      [...ALLOWED, 'access-control-allow-headers', 'x-trace,authorization'],
    ],
    ['says how long it is valid', { maxAgeSeconds: 0 }, [...ALLOWED, 'access-control-max-age', '0']],
    [
      'allows credentials',
      { allowCredentials: true },
      [...ALLOWED, 'access-control-allow-credentials', 'true'],
    ],
    ['exposes nothing', { exposeHeaders: ['x-id'] }, ALLOWED],
    ['has * for all', { allowOrigins: ['*'] }, ['access-control-allow-origin', '*']],
    ['has the origin for all of a scheme', { allowOrigins: ['https://*'] }, ALLOWED],
    ['has none for another scheme', { allowOrigins: ['http://*'] }, []],
    ['has none for another origin', { allowOrigins: ['https://shop.example.org'] }, []],
  ];
  for (const [name, cors, headers] of rows)
    it(name, () => {
      assert.deepEqual(preflightHeaders({ ...NONE, ...cors }, ORIGIN), headers);
    });
});

describe('the CORS headers of a reply', () => {
  it('expose headers and allow credentials, but are not an answer to a preflight', () => {
    const cors = { ...NONE, allowMethods: ['GET'], exposeHeaders: ['X-Id'], allowCredentials: true };

    assert.deepEqual(replyCorsHeaders(cors, ORIGIN), [
      ...ALLOWED,
      'access-control-expose-headers',
      'x-id',
      'access-control-allow-credentials',
      'true',
    ]);
    assert.deepEqual(replyCorsHeaders(cors, 'https://other.example'), []);
  });

  it("replace the backend's headers, with any spelling", () => {
    assert.deepEqual(
      ['Access-Control-Allow-Origin', 'access-control-max-age', 'access-control-request-method', 'vary'].map(
        isCorsHeader,
      ),
      [true, true, false, false],
    );
  });
});
