import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import type { PhaseName } from '../../../../../packages/gateway/core/trail.ts';

const ABOUT = {
  kind: 'request',
  protocol: 'rest',
  method: 'GET',
  path: '/orders',
  tookMs: 1,
  apiId: 'a',
  apiName: 'a',
  stageName: 'dev',
  stages: ['dev'],
  routeKey: 'GET /orders',
  failure: 'it did not succeed',
  code: undefined,
  defect: undefined,
  isDeployed: false,
  nearMisses: [],
  screened: [],
  injected: [],
  guard: undefined,
  policies: [],
  meter: undefined,
  validation: undefined,
  cache: undefined,
  integration: undefined,
} as const;

type Row = readonly [
  phase: PhaseName,
  changed: Pick<Circumstances, 'status' | 'restatus'> & { readonly kind?: Circumstances['kind'] },
  headline: string,
];

const usual = (status: number) => ({ type: 'DEFAULT_5XX', usual: status, of: 'DEFAULT_5XX' });

/** The phases are those of packages/gateway/core/trail.ts that can fail, and the kinds those of `Circumstances`. */
const ROWS: readonly Row[] = [
  ['screen', { status: 403 }, 'GET /orders was refused with 403 in the phase screen.'],
  ['match', { status: 404 }, 'GET /orders was refused with 404 in the phase match.'],
  ['authenticate', { status: 401 }, 'GET /orders was refused with 401 in the phase authenticate.'],
  ['authenticate', { status: 500 }, 'GET /orders failed with 500 in the phase authenticate.'],
  ['authorize', { status: 403 }, 'GET /orders was refused with 403 in the phase authorize.'],
  ['meter', { status: 429 }, 'GET /orders was refused with 429 in the phase meter.'],
  ['validate', { status: 400 }, 'GET /orders was refused with 400 in the phase validate.'],
  ['cache', { status: 403 }, 'GET /orders was refused with 403 in the phase cache.'],
  ['map-request', { status: 415 }, 'GET /orders was refused with 415 in the phase map-request.'],
  ['map-request', { status: 500 }, 'GET /orders failed with 500 in the phase map-request.'],
  ['integrate', { status: 502 }, 'GET /orders failed with 502 in the phase integrate.'],
  ['integrate', { status: 504 }, 'GET /orders failed with 504 in the phase integrate.'],
  ['map-response', { status: 502 }, 'GET /orders failed with 502 in the phase map-response.'],
  ['integrate', { status: 400, restatus: usual(502) }, 'GET /orders failed with 400 in the phase integrate.'],
  ['meter', { status: 503, restatus: usual(429) }, 'GET /orders was refused with 503 in the phase meter.'],
  [
    'integrate',
    { kind: 'handshake', status: 502 },
    'The handshake on stage dev failed with 502 in the phase integrate.',
  ],
  [
    'integrate',
    { kind: 'message', status: 500 },
    'The message for GET /orders failed with 500 in the phase integrate.',
  ],
  ['screen', { kind: 'post', status: 410 }, 'The call GET @connections was refused with 410.'],
];

describe('the headline of a request that did not succeed', () => {
  for (const [phase, changed, headline] of ROWS)
    it(`says: ${headline}`, () => {
      assert.equal(explain({ ...ABOUT, phase, ...changed }).headline, headline);
    });
});
