/**
 * Resource policies of REST APIs with each kind of authorization. The oracle reads the drawn statements by IAM's
 * documentation ("Principal", "Condition operators", "Policy evaluation logic") and tables A and B of docs/aws §1.2.
 */
import { signRequest } from '../../packages/base/aws/sign-request.ts';
import { createIdentities, parseIdentities } from '../../packages/gateway/core/policy/identities.ts';
import { serve } from '../../packages/gateway/core/pipeline.ts';
import { receive } from '../../packages/gateway/core/receive.ts';
import { ACCOUNT_ID, invokeUri } from '../support/a-stack.ts';
import { anApi } from '../support/an-api.ts';
import { pickFrom } from '../support/pick.ts';
import { API_ID, restRoutes } from '../support/routed-apis.ts';
import { EPOCH_MS } from '../support/virtual-ports.ts';
import { count } from './promises.ts';
import type { TestApi } from '../support/an-api.ts';
import type { Pick } from '../support/pick.ts';
import type { DrawnPromise, Tally } from './promises.ts';

type Effect = 'Allow' | 'Deny';
/** What a policy decides about a request. */
type Word = 'allow' | 'deny' | 'silence';
type Test = { readonly operator: string; readonly key: string; readonly value: string };
type Statement = {
  readonly effect: Effect;
  readonly principal: string;
  readonly isExcluding: boolean;
  readonly resource: string;
  readonly test: Test | undefined;
};
type Caller = { readonly name: string; readonly accountId: string; readonly own: Word };
type Asked = {
  readonly caller: Caller | undefined;
  readonly path: string;
  readonly address: string;
  readonly agent: string | undefined;
  readonly vpce: string | undefined;
};

const FOREIGN = '999999999999';
const SECRET = 'a-secret-of-this-test';
const ENDPOINT = 'vpce-0123456789abcdef0';
const PRINCIPALS = [
  '*',
  ACCOUNT_ID,
  FOREIGN,
  `arn:aws:iam::${ACCOUNT_ID}:root`,
  `arn:aws:iam::${ACCOUNT_ID}:user/silent`,
  `arn:aws:iam::${FOREIGN}:user/allowed`,
];
const CALLERS: readonly Caller[] = (['allow', 'deny', 'silence'] as const).flatMap((own) =>
  [ACCOUNT_ID, FOREIGN].map((accountId) => ({
    name: { allow: 'allowed', deny: 'denied', silence: 'silent' }[own],
    accountId,
    own,
  })),
);
const RESOURCES = [
  '*',
  '/*',
  '/dev/*',
  '/prod/*',
  '/dev/GET/signed',
  '/dev/GET/Signed',
  '/*/GET/op?n',
  '/dev/*/custom',
  '/dev/GET/*n',
  '/dev/POST/*',
];
const TESTS: readonly Test[] = [
  ...['IpAddress', 'NotIpAddress', 'IpAddressIfExists'].flatMap((operator) =>
    ['203.0.113.0/24', '203.0.113.9', '203.0.113.9/31', '0.0.0.0/0', '2001:db8::/32', '::/0'].map(
      (value) => ({ operator, key: 'aws:SourceIp', value }),
    ),
  ),
  ...[
    'StringEquals',
    'StringNotEquals',
    'StringEqualsIfExists',
    'StringNotEqualsIfExists',
    'StringEqualsIgnoreCase',
    'StringLike',
  ].flatMap((operator) => [
    { operator, key: 'AWS:SourceVpce', value: ENDPOINT },
    { operator, key: 'aws:SourceVpce', value: ENDPOINT.toUpperCase() },
    { operator, key: 'aws:UserAgent', value: 'agent*' },
    { operator, key: 'aws:userAgent', value: 'Agent/1' },
    { operator, key: 'aws:PrincipalAccount', value: ACCOUNT_ID },
  ]),
  { operator: 'Null', key: 'aws:SourceVpce', value: 'true' },
  { operator: 'Null', key: 'aws:UserAgent', value: 'false' },
];

export const resourcePolicies: DrawnPromise = {
  name: 'resource-policies',
  says: 'a resource policy decides with NONE, IAM and Lambda authorization as tables A and B say',
  few: 24,
  many: 10_000,
  meets: [
    'allowed',
    'refused',
    'private',
    'open',
    'signed',
    'custom',
    'delegated to the account',
    'NotResource',
    'another account',
    'a missing key',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const isPrivate = pick.chance(0.4);
    if (isPrivate) count(tally, 'private');
    const statements = Array.from({ length: 1 + pick.upTo(3) }, () => drawStatement(pick));
    let verdict: Word = 'silence';
    const api = load(statements, isPrivate, () => verdict);
    for (let index = 0; index < 24; index += 1) {
      const path = pick.one(['open', 'signed', 'custom']);
      const asked: Asked = {
        path,
        caller: path === 'signed' ? pick.one(CALLERS) : undefined,
        address: pick.one(['203.0.113.9', '::ffff:203.0.113.8', '198.51.100.7', '2001:db8::1']),
        agent: pick.one([undefined, 'Agent/1', 'agent/1', 'agent*']),
        vpce: isPrivate && pick.chance(0.7) ? pick.one([ENDPOINT, 'vpce-0fedcba987654321f']) : undefined,
      };
      verdict = pick.one(['allow', 'deny', 'silence'] as const);
      const isAllowed = decide(statements, asked, isPrivate, verdict, tally);
      count(tally, path);
      count(tally, isAllowed ? 'allowed' : 'refused');
      const status = await send(api, asked);
      if (status !== (isAllowed ? 200 : 403))
        return `${JSON.stringify({ statements, isPrivate, asked, verdict })} got ${status}`;
    }
    return undefined;
  },
};

function drawStatement(pick: Pick): Statement {
  return {
    effect: pick.chance(0.65) ? 'Allow' : 'Deny',
    principal: pick.chance(0.5) ? '*' : pick.one(PRINCIPALS),
    isExcluding: pick.chance(0.15),
    resource: pick.one(RESOURCES),
    test: pick.chance(0.5) ? pick.one(TESTS) : undefined,
  };
}

function load(statements: readonly Statement[], isPrivate: boolean, verdictOf: () => Word): TestApi {
  const Statement = statements.map(({ effect, principal, isExcluding, resource, test }) => ({
    Effect: effect,
    Principal: principal === '*' ? '*' : { AWS: principal },
    Action: 'execute-api:Invoke',
    [isExcluding ? 'NotResource' : 'Resource']: resource === '*' ? '*' : `execute-api:${resource}`,
    ...(test !== undefined && { Condition: { [test.operator]: { [test.key]: test.value } } }),
  }));
  const types = isPrivate ? { EndpointConfiguration: { Types: ['PRIVATE'] } } : {};
  const auth = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: {
      RestApiId: API_ID,
      Type: 'REQUEST',
      AuthorizerUri: invokeUri('auth'),
      AuthorizerResultTtlInSeconds: 0,
    },
  };
  const resources = restRoutes(
    {
      'GET /open': {},
      'GET /signed': { AuthorizationType: 'AWS_IAM' },
      'GET /custom': { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' },
    },
    { api: { Policy: { Version: '2012-10-17', Statement }, ...types }, more: { Auth: auth } },
  );
  const functions = {
    echo: () => ({ statusCode: 200 }),
    auth: () => ({ principalId: 'p', policyDocument: documentOf(verdictOf()) }),
  };
  const api = anApi(resources, functions, { vpcEndpoints: new Map([[ENDPOINT, 'vpc-1']]) });
  const identities = CALLERS.map((caller) => ({
    name: caller.name,
    accountId: caller.accountId,
    accessKeyId: keyOf(caller),
    secretAccessKey: SECRET,
    policies: [documentOf(caller.own)],
  }));
  api.ports.identities = createIdentities(
    parseIdentities(JSON.stringify({ identities }), 'f.yml', ACCOUNT_ID),
  );
  return api;
}

function documentOf(word: Word): object {
  const Resource = word === 'silence' ? 'arn:aws:execute-api:us-east-1:*:other/*' : '*';
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: word === 'deny' ? 'Deny' : 'Allow', Action: 'execute-api:*', Resource }],
  };
}

function keyOf({ name, accountId }: Caller): string {
  return `AKIALOCAL${accountId === FOREIGN ? 'F' : 'O'}${name.toUpperCase()}`.padEnd(20, '0');
}

async function send(api: TestApi, { caller, path, address, agent, vpce }: Asked): Promise<number> {
  const host = `${API_ID}${vpce === undefined ? '' : `-${vpce}`}.execute-api.localhost`;
  const url = new URL(`http://${host}/dev/${path}`);
  const signing = {
    method: 'GET',
    url,
    service: 'execute-api',
    region: 'us-east-1',
    nowEpochMs: EPOCH_MS,
    secretAccessKey: SECRET,
  };
  const signed: Record<string, string> =
    caller === undefined ? { host } : signRequest({ ...signing, accessKeyId: keyOf(caller) });
  const rawHeaders = [
    ...Object.entries(signed).flat(),
    ...(agent === undefined ? [] : ['User-Agent', agent]),
  ];
  const wire = {
    method: 'GET',
    target: url.pathname,
    rawHeaders,
    body: undefined,
    remoteAddress: address,
    httpVersion: '1.1',
  };
  return (await serve(receive(wire, api.api.served, api.ports), api.ports)).status;
}

// The oracle.

function decide(
  statements: readonly Statement[],
  asked: Asked,
  isPrivate: boolean,
  verdict: Word,
  tally: Tally,
): boolean {
  const applying = statements.filter((statement) => applies(statement, asked, isPrivate, tally));
  if (applying.some(({ effect }) => effect === 'Deny')) return false;
  const { caller } = asked;
  const allows = applying.map(({ principal }) => principal);
  if (asked.path === 'open') return allows.length > 0;
  if (asked.path === 'custom') return verdict !== 'deny' && (verdict === 'allow' || allows.length > 0);
  if (caller === undefined || caller.own === 'deny') return false;
  if (caller.accountId === FOREIGN) {
    count(tally, 'another account');
    return caller.own === 'allow' && allows.length > 0;
  }
  // An account as principal only delegates to the account, whose own policies must then allow the call.
  const direct = allows.filter((principal) => principal === '*' || principal.includes(':user/'));
  if (direct.length < allows.length) count(tally, 'delegated to the account');
  return caller.own === 'allow' || direct.length > 0;
}

function applies(
  { principal, isExcluding, resource, test }: Statement,
  asked: Asked,
  isPrivate: boolean,
  tally: Tally,
): boolean {
  const { caller, path } = asked;
  const account = /\d{12}/.exec(principal)?.[0];
  const isUser = principal.includes(':user/');
  const isNamed =
    principal === '*' ||
    (caller?.accountId === account && (!isUser || principal.endsWith(`/${caller?.name}`)));
  if (!isNamed) return false;
  if (isExcluding) count(tally, 'NotResource');
  const pattern = resource === '*' ? '.*' : resource.replaceAll('*', '.*').replaceAll('?', '.');
  const isMatched = new RegExp(`^${pattern}$`).test(`/dev/GET/${path}`);
  return isMatched !== isExcluding && (test === undefined || holds(test, asked, isPrivate, tally));
}

function holds({ operator, key, value }: Test, asked: Asked, isPrivate: boolean, tally: Tally): boolean {
  const values: Record<string, string | undefined> = {
    'aws:sourceip': asked.address.replace('::ffff:', ''),
    'aws:sourcevpce': isPrivate ? asked.vpce : undefined,
    'aws:useragent': asked.agent,
    'aws:principalaccount': asked.caller?.accountId,
  };
  const found = values[key.toLowerCase()];
  if (operator === 'Null') return (found === undefined) === (value === 'true');
  const isNegated = operator.includes('Not');
  if (found === undefined) {
    count(tally, 'a missing key');
    return isNegated || operator.endsWith('IfExists');
  }
  const name = operator.replace('IfExists', '').replace('Not', '');
  if (name === 'IpAddress') return isInBlock(value, found) !== isNegated;
  if (name === 'StringLike') return new RegExp(`^${value.replaceAll('*', '.*')}$`).test(found);
  if (name === 'StringEqualsIgnoreCase') return found.toLowerCase() === value.toLowerCase();
  return (found === value) !== isNegated;
}

/** The drawn addresses in the drawn blocks, as counted by hand. */
function isInBlock(block: string, address: string): boolean {
  if (address.includes(':')) return block.includes(':');
  if (block === '203.0.113.9') return address === block;
  return block === '0.0.0.0/0' || (address.startsWith('203.0.113.') && !block.includes(':'));
}
