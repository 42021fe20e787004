/** Every variable that AWS documents for access logs: since which phase it has a value, and for which kind of API. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTEXT_READERS } from '../../../../../packages/gateway/core/events/context-variables.ts';
import { LOG_READERS, logReader } from '../../../../../packages/gateway/core/events/log-variables.ts';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import { aRequest } from './a-request.ts';
import type { LogFacts } from '../../../../../packages/gateway/core/events/log-variables.ts';
import type { CallerFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

/** How far a request came. Each step has the facts of the steps before it. */
const STEPS = [
  'arrival',
  'screen',
  'match',
  'authenticate',
  'authorize',
  'meter',
  'integrate',
  'fail',
] as const;
type Step = (typeof STEPS)[number];

const PRIVATE = {
  apiId: 'abc123',
  accountId: '123456789012',
  region: 'us-east-1',
  domainName: 'abc123-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com',
  endpointType: 'PRIVATE',
  vpcEndpoints: new Map([['vpce-0123456789abcdef0', 'vpc-0b2']]),
  basePathMatched: 'shop',
  routingRuleId: 'rule1',
};
const HOST = 'abc123-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com';
const CERTIFICATE = {
  clientCertPem: '-----BEGIN',
  subjectDN: 'CN=shop',
  issuerDN: 'CN=partners',
  serialNumber: 'a1:b2',
  validity: { notBefore: 'May 28 12:30:02 2019 GMT', notAfter: 'Aug  5 09:36:04 2021 GMT' },
};
const LAMBDA: CallerFacts = {
  kind: 'lambda',
  principalId: 'alice',
  integrationLatencyMs: 7,
  requestId: () => 'a-1',
  context: { level: 3 },
};
const SIGNER: CallerFacts = {
  kind: 'iam',
  accessKey: 'AKIA',
  accountId: '123456789012',
  callerId: 'AIDA',
  userId: 'AIDA',
  userArn: 'arn:aws:iam::123456789012:user/alice',
  organizationId: 'o-1',
};
const TOKEN: CallerFacts = { kind: 'jwt', claims: { sub: 'alice' }, scopes: null };

function factsAt(step: Step, protocol: 'rest' | 'http' | 'websocket', caller: CallerFacts): LogFacts {
  const has = (one: Step): boolean => STEPS.indexOf(step) >= STEPS.indexOf(one);
  const whole = aRequest();
  const check = { status: 200, latencyMs: 3, error: 'no' };
  const isIam = caller.kind === 'iam';
  return {
    request: {
      ...whole,
      headers: new HeaderList(['Host', HOST, 'User-Agent', 'curl/8']),
      clientCertificate: CERTIFICATE,
      tls: { version: 'TLSv1.2', cipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256' },
      api: { ...PRIVATE, protocol },
      stage: has('match') ? { ...whole.stage, isCanary: false } : undefined,
      route: has('match') ? whole.route : undefined,
      screened: has('screen') ? { code: 'WAF_ALLOW', by: 'arn:aws:wafv2:acl', latencyMs: 2 } : undefined,
      caller: has('authenticate') ? caller : undefined,
      apiKey: has('meter') ? { id: 'k1', value: 'secret' } : undefined,
    },
    status: 200,
    responseBytes: 11,
    latencyMs: 12,
    authenticate: isIam && has('authenticate') ? check : undefined,
    authorizer: !isIam && has('authenticate') ? check : undefined,
    authorize: has('authorize') ? check : undefined,
    integration: has('integrate')
      ? {
          status: 201,
          endpointStatus: 200,
          latencyMs: 9,
          error: 'e',
          requestId: 'i-1',
          requestId2: 'i-2',
          stream: { headMs: 1, firstContentMs: 2 },
        }
      : undefined,
    failure: has('fail')
      ? { message: 'Forbidden', responseType: 'ACCESS_DENIED', validationErrorString: '[x]' }
      : undefined,
    overrides: () =>
      has('integrate') && protocol === 'rest'
        ? {
            request: { header: { 'X-Page': ['1', '2'] }, path: { id: ['7'] }, querystring: { q: ['a'] } },
            response: { header: { 'X-Total': ['9'] }, status: 201 },
          }
        : undefined,
    connection:
      protocol === 'websocket'
        ? {
            connectionId: 'c1',
            connectedAtEpochMs: 1,
            eventType: 'DISCONNECT',
            messageId: 'm1',
            disconnectStatusCode: 1001,
            disconnectReason: 'gone',
          }
        : undefined,
  };
}

type Kind = 'rest' | 'http' | 'websocket';
type Row = readonly [name: string, since: Step, caller?: CallerFacts, kinds?: readonly Kind[]];

const REST = 'developer guide, "Variables for access logging for API Gateway"';
const ROWS: readonly Row[] = [
  ...['accountId', 'apiId', 'domainName', 'domainPrefix', 'extendedRequestId', 'httpMethod'].map(
    at('arrival'),
  ),
  ...['identity.sourceIp', 'identity.userAgent', 'path', 'protocol', 'requestId'].map(at('arrival')),
  ...['requestTime', 'requestTimeEpoch', 'responseLatency', 'responseLength', 'status'].map(at('arrival')),
  ...['dataProcessed', 'xrayTraceId', 'endpointType', 'tlsVersion', 'cipherSuite'].map(at('arrival')),
  ...['customDomain.basePathMatched', 'customDomain.routingRuleIdMatched'].map(at('arrival')),
  ...[
    'clientCertPem',
    'subjectDN',
    'issuerDN',
    'serialNumber',
    'validity.notBefore',
    'validity.notAfter',
  ].map((part) => at('arrival')(`identity.clientCert.${part}`)),
  ...['identity.vpceId', 'identity.vpcId'].map(at('arrival')),
  ...['wafResponseCode', 'webaclArn', 'waf.status', 'waf.latency'].map(at('screen')),
  ...['deploymentId', 'resourceId', 'resourcePath', 'stage', 'isCanaryRequest'].map(at('match')),
  ['routeKey', 'match', LAMBDA, ['http', 'websocket']],
  ...[
    'status',
    'latency',
    'error',
    'integrationLatency',
    'integrationStatus',
    'requestId',
    'principalId',
    'level',
  ].map((part) => at('authenticate')(`authorizer.${part}`)),
  ['authorizer.claims.sub', 'authenticate', TOKEN],
  ...['status', 'latency', 'error'].map((part) => at('authenticate', SIGNER)(`authenticate.${part}`)),
  ...['accessKey', 'accountId', 'caller', 'principalOrgId', 'user', 'userArn'].map((part) =>
    at('authenticate', SIGNER)(`identity.${part}`),
  ),
  ...['status', 'latency', 'error'].map((part) => at('authorize')(`authorize.${part}`)),
  ...['identity.apiKey', 'identity.apiKeyId'].map(at('meter')),
  ...['error', 'integrationStatus', 'latency', 'requestId', 'status'].map((part) =>
    at('integrate')(`integration.${part}`),
  ),
  ...['responseTransferMode', 'timeToAllHeaders', 'timeToFirstContent'].map((part) =>
    at('integrate')(`integration.${part}`),
  ),
  ...['integrationErrorMessage', 'integrationLatency', 'integrationStatus'].map(at('integrate')),
  ...['awsEndpointRequestId', 'awsEndpointRequestId2'].map(at('integrate')),
  ...['message', 'messageString', 'responseType', 'validationErrorString'].map((part) =>
    at('fail')(`error.${part}`),
  ),
  ...[
    'requestOverride.header.X-Page',
    'requestOverride.path.id',
    'requestOverride.querystring.q',
    'responseOverride.header.X-Total',
    'responseOverride.status',
  ].map((name): Row => [name, 'integrate', LAMBDA, ['rest']]),
  ...['connectionId', 'connectedAt', 'eventType', 'messageId', 'messageDirection'].map(ofSockets),
  ...['disconnectStatusCode', 'disconnectReason'].map(ofSockets),
];

function at(since: Step, caller: CallerFacts = LAMBDA): (name: string) => Row {
  return (name) => [name, since, caller];
}

function ofSockets(name: string): Row {
  return [name, 'arrival', LAMBDA, ['websocket']];
}

/** Variables that AWS documents and that no request has a value for here, with the reason. */
const WITHOUT_VALUE: Readonly<Record<string, string>> = {
  'identity.cognitoAuthenticationProvider': 'no identity pool is served',
  'identity.cognitoAuthenticationType': 'no identity pool is served',
  'identity.cognitoIdentityId': 'no identity pool is served',
  'identity.cognitoIdentityPoolId': 'no identity pool is served',
  'waf.error': 'the evaluation of a web ACL does not fail here',
  'authorizer.claims': 'AWS: "Calling $context.authorizer.claims returns null."',
};

describe('a documented variable of access logs', () => {
  for (const [name, since, caller = LAMBDA, kinds = ['rest', 'http', 'websocket']] of ROWS)
    it(`${name} has a value since ${since}, in logs of ${kinds.join(', ')} (${REST})`, () => {
      const read = logReader(name);
      for (const kind of ['rest', 'http', 'websocket'] as const)
        for (const step of STEPS) {
          const isKnown = kinds.includes(kind) && STEPS.indexOf(step) >= STEPS.indexOf(since);

          assert.equal(read?.(factsAt(step, kind, caller)) !== undefined, isKnown, `${kind} at ${step}`);
        }
    });

  for (const [name, why] of Object.entries(WITHOUT_VALUE))
    it(`${name} has no value: ${why}`, () => {
      assert.equal(logReader(name)?.(factsAt('fail', 'rest', TOKEN)), undefined);
    });

  it('is every variable that is read', () => {
    const documented = new Set([...ROWS.map(([name]) => name), ...Object.keys(WITHOUT_VALUE)]);

    for (const name of [...Object.keys(CONTEXT_READERS), ...Object.keys(LOG_READERS)])
      assert.ok(
        documented.has(name),
        `$context.${name} is read, but no row says since when it has a value: add it to ROWS, or to WITHOUT_VALUE with the reason`,
      );
  });

  it('joins the values of an override, as the header that they make (docs/aws §7.4)', () => {
    const facts = factsAt('integrate', 'rest', LAMBDA);

    assert.equal(logReader('requestOverride.header.X-Page')?.(facts), '1,2');
    assert.equal(logReader('requestOverride.header.constructor')?.(facts), undefined);
    assert.equal(logReader('requestOverride.status'), undefined);
  });

  it('has the VPC and its endpoint of a private API', () => {
    const facts = factsAt('arrival', 'rest', LAMBDA);

    assert.equal(logReader('identity.vpceId')?.(facts), 'vpce-0123456789abcdef0');
    assert.equal(logReader('identity.vpcId')?.(facts), 'vpc-0b2');
  });
});
