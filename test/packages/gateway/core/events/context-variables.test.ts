import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CONTEXT_READERS,
  contextVariable,
} from '../../../../../packages/gateway/core/events/context-variables.ts';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import { restRequestContext } from '../../../../../packages/gateway/core/events/rest-event.ts';
import { aRequest } from './a-request.ts';
import type { CallerFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

const TOKEN: CallerFacts = { kind: 'jwt', claims: { sub: 'alice', 'cognito:groups': 'a,b' }, scopes: null };
const LAMBDA: CallerFacts = {
  kind: 'lambda',
  principalId: 'alice',
  integrationLatencyMs: 7,
  context: { level: 3, none: null, principalId: 'root' },
};
const SIGNER: CallerFacts = {
  kind: 'iam',
  accessKey: 'AKIA',
  accountId: '123456789012',
  callerId: 'AIDA',
  userId: 'AIDA',
  userArn: 'arn:aws:iam::123456789012:user/alice',
};

const ROWS: [name: string, caller: CallerFacts | undefined, value: string | undefined][] = [
  ['authorizer.claims.sub', TOKEN, 'alice'],
  ['authorizer.claims.cognito:groups', TOKEN, 'a,b'],
  ['authorizer.claims.constructor', TOKEN, undefined],
  ['authorizer.principalId', TOKEN, undefined],
  ['authorizer.principalId', LAMBDA, 'alice'],
  ['authorizer.level', LAMBDA, '3'],
  ['authorizer.none', LAMBDA, undefined],
  ['authorizer.toString', LAMBDA, undefined],
  ['identity.userArn', SIGNER, 'arn:aws:iam::123456789012:user/alice'],
  ['identity.user', SIGNER, 'AIDA'],
  ['identity.principalOrgId', SIGNER, undefined],
  ['identity.principalOrgId', { ...SIGNER, organizationId: 'o-a1b2c3d4e5' }, 'o-a1b2c3d4e5'],
  ['identity.userArn', LAMBDA, undefined],
  ['authorizer.principalId', undefined, undefined],
  ['httpMethod', undefined, 'GET'],
];

describe('contextVariable', () => {
  for (const [name, caller, value] of ROWS)
    it(`reads ${name} of a ${caller?.kind ?? 'nameless'} caller as ${value ?? 'nothing'} (docs/aws §7.3)`, () => {
      assert.equal(contextVariable({ ...aRequest(), caller }, name), value);
    });
});

/** Members of the request context that no reader of `CONTEXT_READERS` has, with the reason. */
const IN_TEMPLATES_ONLY: Readonly<Record<string, string>> = {
  operationName: 'AWS documents it for events, not as a variable',
  'authorizer.integrationLatency': 'log-variables.ts reads it for access logs',
};
/** Variables that are not members of the request context, with the reason. */
const NOT_IN_TEMPLATES: Readonly<Record<string, string>> = {
  routeKey: 'a REST API has no route keys',
  wafResponseCode: 'MappingInput adds it',
  webaclArn: 'MappingInput adds it',
};

const WHOLE = {
  headers: new HeaderList([
    'Host',
    'abc123-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com',
    'User-Agent',
    'curl/8',
  ]),
  api: {
    ...aRequest().api,
    protocol: 'rest',
    endpointType: 'PRIVATE',
    vpcEndpoints: new Map([['vpce-0123456789abcdef0', 'vpc-0b2']]),
  },
  stage: { ...aRequest().stage, isCanary: false },
  route: { ...aRequest().route, operationName: 'getPet' },
  clientCertificate: {
    clientCertPem: '-----BEGIN',
    subjectDN: 'CN=shop',
    issuerDN: 'CN=partners',
    serialNumber: 'a1:b2',
    validity: { notBefore: 'May 28 12:30:02 2019 GMT', notAfter: 'Aug  5 09:36:04 2021 GMT' },
  },
} as const;
const API_KEY = { id: 'k1', value: 'secret' };

function leavesOf(value: unknown, name = ''): [name: string, text: string][] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([key, one]) => leavesOf(one, name === '' ? key : `${name}.${key}`));
  return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
}

describe('restRequestContext, which mapping templates of REST APIs read', () => {
  const callers = [SIGNER, LAMBDA, { kind: 'anonymous' } as const];
  const paths: readonly (readonly [path: string, source: string])[] = [
    ['/dev/pets/1', 'the usual path'],
    ['//dev/pets/1', 'docs/aws §2.8: a slash before the stage is removed everywhere (recorded)'],
    ['/dev//pets/1', 'docs/aws §2.8: the path of the context contains /stage//x (recorded)'],
  ];
  for (const caller of callers)
    for (const [rawPath, source] of paths)
      it(`has the values of the other variables for ${rawPath} of a caller of kind ${caller.kind} (${source})`, () => {
        const facts = aRequest({ ...WHOLE, rawPath });
        const leaves = leavesOf(restRequestContext(facts, caller, API_KEY));
        for (const [name, text] of leaves)
          if (!(name in IN_TEMPLATES_ONLY))
            assert.equal(
              contextVariable({ ...facts, caller, apiKey: API_KEY }, name),
              text,
              `$context.${name} has another value in mapping templates than in access logs: change rest-event.ts or CONTEXT_READERS`,
            );
      });

  it('has every variable of the request', () => {
    const caller = { ...SIGNER, organizationId: 'o-a1b2c3d4e5' };
    const leaves = leavesOf(restRequestContext(aRequest(WHOLE), caller, API_KEY));
    const names = leaves.map(([name]) => name);
    const expected = [
      ...Object.keys(CONTEXT_READERS).filter((name) => !(name in NOT_IN_TEMPLATES)),
      'operationName',
    ];

    assert.deepEqual(
      names.toSorted(),
      expected.toSorted(),
      'add the variable to restContext of rest-event.ts, too, or say in NOT_IN_TEMPLATES why templates do not have it',
    );
  });
});
