/** The features that a case may need from a target in addition to requests and responses. */
import { isControlCase } from '../schema/read-cases.ts';
import { stepsOf } from '../schema/parity-case.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { ParityCase } from '../schema/parity-case.ts';

/** Names of the needs in reports. */
const NEEDS = {
  controlPlane: 'control plane calls',
  stack: 'resources of other services',
  functions: 'Lambda functions',
  events: 'functions that send their events to the runner',
  backend: 'access to the HTTP backend of the runner',
  awsBackend: 'a stand-in for an AWS service',
  issuer: 'access to the OpenID issuer of the runner',
  clock: 'a clock that can be moved',
  domains: 'custom domains',
  identities: 'IAM identities that the case defines',
  signature: 'requests signed by the runner',
  waf: 'AWS WAF',
  alarms: 'CloudWatch alarms on a clock that can be moved',
  cloudfront: 'CloudFront in front of an API',
  accessLog: 'access logs',
  testInvoke: 'TestInvokeMethod',
  gatewayResponses: 'GetGatewayResponses',
  canary: 'a second deployment, created with API calls',
  refusal: 'a refused template',
  permissions: 'permissions for Lambda functions',
  websocket: 'WebSocket APIs',
  httpApi: 'HTTP APIs',
  management: '@connections',
  addresses: 'requests to a path outside the stage',
} as const;

export type Need = keyof typeof NEEDS;

/**
 * Returns the reason why the target cannot run the case; undefined if it can.
 * @param lacks the needs that the target does not meet, each with its reason. If the reason is undefined, it is derived
 * from the name of the need
 */
export function findLack(
  parityCase: AnyCase,
  lacks: ReadonlyMap<Need, string | undefined>,
): string | undefined {
  for (const need of needsOf(parityCase))
    if (lacks.has(need)) return lacks.get(need) ?? `needs ${NEEDS[need]}`;
  return undefined;
}

function needsOf(parityCase: AnyCase): ReadonlySet<Need> {
  if (isControlCase(parityCase))
    return new Set(parityCase.setup.stack === undefined ? ['controlPlane'] : ['controlPlane', 'stack']);
  const needs = new Set<Need>();
  const add = (isNeeded: boolean, need: Need): void => {
    if (isNeeded) needs.add(need);
  };
  addSetup(parityCase, add);
  for (const { request, expect, advanceMs } of stepsOf(parityCase)) {
    const frames = request.frames ?? [];
    add(advanceMs !== undefined || frames.some((frame) => frame.advanceMs !== undefined), 'clock');
    add(request.sign !== undefined, 'signature');
    add(request.rawUrlPath !== undefined, 'addresses');
    add(request.mode === 'test-invoke', 'testInvoke');
    add(request.mode === 'describe-gateway-responses', 'gatewayResponses');
    add(request.mode === 'deploy', 'refusal');
    add(
      frames.some(({ manage }) => manage !== undefined),
      'management',
    );
    add(expect.accessLog !== undefined, 'accessLog');
    const { event, events, calls, distinctConnectionIds } = expect;
    add(
      [event, events, calls, distinctConnectionIds].some((part) => part !== undefined),
      'events',
    );
  }
  return needs;
}

function addSetup({ api, setup }: ParityCase, add: (isNeeded: boolean, need: Need) => void): void {
  const sources = Object.values(setup.functions ?? {});
  add(api === 'websocket', 'websocket');
  add(api === 'http', 'httpApi');
  add(sources.length > 0, 'functions');
  add(
    sources.some((source) => source.includes('connections.post')),
    'management',
  );
  add(setup.backend !== undefined, 'backend');
  add(setup.awsBackend !== undefined, 'awsBackend');
  add(setup.tokens !== undefined, 'issuer');
  add(setup.domains !== undefined, 'domains');
  add(setup.identities !== undefined, 'identities');
  add(setup.waf !== undefined, 'waf');
  add(setup.alarm !== undefined, 'alarms');
  add(setup.cloudfront !== undefined, 'cloudfront');
  add(setup.accessLog !== undefined, 'accessLog');
  add(setup.canaryDeployment !== undefined, 'canary');
  add(setup.withoutPermission !== undefined, 'permissions');
}
