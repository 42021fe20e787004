/** Circumstances of a request that a policy of an authorizer, or of the API, does not allow. */
import type { Circumstances, GuardPolicy } from '../../packages/gateway/console/explain/circumstances.ts';

export const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET/tiles/7';

export const refusedBy = (of: GuardPolicy['of'], noted: object | undefined): Circumstances => ({
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
});

const [DENYING] = refusedBy('authorizer', undefined).policies;
const OF_GUARD = refusedBy('authorizer', undefined).guard;
if (DENYING === undefined || OF_GUARD === undefined) throw new Error('refusedBy has a guard and a policy');
const [DENY] = DENYING.statements;
if (DENY === undefined) throw new Error('refusedBy has a statement');
export const GUARD = OF_GUARD;

export const notAllowedBy = (
  of: GuardPolicy['of'],
  allow: Partial<GuardPolicy['statements'][number]>,
): Circumstances => ({
  ...refusedBy(of, undefined),
  policies: [
    {
      ...DENYING,
      of,
      decision: 'implicit-deny',
      decidedBy: undefined,
      statements: [{ ...DENY, effect: 'Allow', applies: false, ...allow }],
    },
  ],
});
