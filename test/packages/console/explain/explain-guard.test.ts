/** What to change where the policy of an authorizer refuses: it is made for each caller, so none of its statements. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../packages/console/explain/explain.ts';
import type { Circumstances, GuardPolicy } from '../../../../packages/console/explain/circumstances.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET/tiles/7';
const NOTED = { outcome: 'Deny', document: 'maps' };

const refusedBy = (of: GuardPolicy['of'], noted: object | undefined): Circumstances => ({
  kind: 'request',
  protocol: 'rest',
  method: 'GET',
  path: '/tiles/7',
  status: 403,
  tookMs: 1,
  apiId: 'abcdefghij',
  apiName: 'maps',
  stageName: 'dev',
  stages: ['dev'],
  routeKey: 'GET /tiles/{id}',
  phase: of === 'resource' ? 'screen' : 'authorize',
  code: 'ACCESS_DENIED',
  failure: 'it is denied',
  defect: undefined,
  isDeployed: false,
  nearMisses: [],
  screened: [],
  injected: [],
  guard: {
    kind: 'lambda',
    name: 'gate',
    functionName: 'auth',
    places: [],
    ttlSeconds: 0,
    from: 'function',
    ageMs: undefined,
    principal: 'keys|abc',
    simpleAnswer: undefined,
    lines: noted === undefined ? [] : [JSON.stringify(noted)],
    token: undefined,
    trusted: undefined,
  },
  policies: [
    {
      of,
      decision: 'explicit-deny',
      decidedBy: 0,
      action: 'execute-api:Invoke',
      resource: ARN,
      statements: [
        {
          sid: undefined,
          effect: 'Deny',
          applies: true,
          fails: [],
          actions: ['execute-api:Invoke'],
          resources: ['*'],
          conditions: [],
        },
      ],
    },
  ],
  meter: undefined,
  validation: undefined,
  cache: undefined,
  integration: undefined,
  cors: undefined,
});

const EXPLAIN = '`gatewright access explain maps GET /tiles/7` with the same credential';

const ROWS: readonly (readonly [name: string, about: Circumstances, changes: readonly string[]])[] = [
  [
    'no role of the caller may do it',
    refusedBy('authorizer', { ...NOTED, reason: 'insufficient_scope' }),
    [
      'Give keys|abc a role that may GET /tiles/{id}.',
      `Or add a rule to the access document maps (maps.yml) that allows GET /tiles/{id}; ${EXPLAIN} shows its roles and rules.`,
    ],
  ],
  [
    'a quota is spent',
    refusedBy('authorizer', { ...NOTED, reason: 'quota_exceeded' }),
    [`Ask ${EXPLAIN}: it names the rule, the plan or the limit that refuses.`],
  ],
  [
    'a function of the user says so',
    refusedBy('authorizer', undefined),
    [`Let the function auth allow execute-api:Invoke on ${ARN} for keys|abc.`],
  ],
  [
    'the resource policy denies it',
    refusedBy('resource', undefined),
    [
      `Change statement 1 of 1 of the API’s resource policy so that it does not deny execute-api:Invoke on ${ARN}; a Deny overrides every Allow.`,
    ],
  ],
];

describe('what to change about a refusal', () => {
  for (const [name, about, changes] of ROWS)
    it(`is named where ${name}`, () => {
      assert.deepEqual(explain(about).changes, changes);
    });
});
