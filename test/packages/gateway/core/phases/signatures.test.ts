import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { createIdentities, parseIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { ACCOUNT_ID, functionArn } from '../../../../support/a-stack.ts';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const HOST = 'abcdefghij.execute-api.localhost:3000';
const API_ARN = `arn:aws:execute-api:us-east-1:${ACCOUNT_ID}:abcdefghij`;
const MASKED_PETS = 'arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/GET/pets';
const SECRET = 'a-secret-of-this-test';

const statement = (Effect: string, Resource: string): string =>
  `{ Version: '2012-10-17', Statement: [{ Effect: ${Effect}, Action: 'execute-api:Invoke', Resource: '${Resource}' }] }`;

const IDENTITIES = `identities:
  - { name: alice, accessKeyId: AKIALOCAL000ALICE, secretAccessKey: ${SECRET}, policies: [${statement('Allow', `${API_ARN}/dev/GET/*`)}] }
  - { name: bob, accessKeyId: AKIALOCAL00000BOB, secretAccessKey: ${SECRET}, policies: [] }
  - { name: mallory, accessKeyId: AKIALOCAL0MALLORY, secretAccessKey: ${SECRET}, policies: [${statement('Allow', '*')}, ${statement('Deny', `${API_ARN}/*`)}] }
  - { name: carol, accountId: '999999999999', accessKeyId: AKIALOCAL000CAROL, secretAccessKey: ${SECRET}, policies: [${statement('Allow', '*')}] }
  - { name: dave, accountId: '999999999999', accessKeyId: AKIALOCAL0000DAVE, secretAccessKey: ${SECRET}, policies: [] }
`;
const KEYS: Readonly<Record<string, string>> = {
  alice: 'AKIALOCAL000ALICE',
  bob: 'AKIALOCAL00000BOB',
  mallory: 'AKIALOCAL0MALLORY',
  carol: 'AKIALOCAL000CAROL',
  dave: 'AKIALOCAL0000DAVE',
};

function withIdentities(resources: Readonly<Record<string, TestResource>>): TestApi {
  const api = anApi(resources, { list: ok });
  api.ports.identities = createIdentities(parseIdentities(IDENTITIES, 'f.yml', ACCOUNT_ID));
  return api;
}

const IAM = { AuthorizationType: 'AWS_IAM' };

/** `/pets` behind IAM; `apiProperties` contain the resource policy. */
function iamApi(apiProperties: JsonObject = {}): Record<string, TestResource> {
  const resources = restApi(IAM);
  const api = resources['Api'];
  assert.ok(api);
  return { ...resources, Api: { ...api, properties: { ...api.properties, ...apiProperties } } };
}

type Signing = {
  readonly service?: string;
  readonly region?: string;
  readonly nowEpochMs?: number;
  readonly secret?: string;
};

/** Headers of a GET of `/dev/pets?limit=1`, signed by one of the identities. */
function signedBy(name: string, signing: Signing = {}): string[] {
  const { service = 'execute-api', region = 'us-east-1', nowEpochMs = EPOCH_MS, secret = SECRET } = signing;
  const headers = signRequest({
    method: 'GET',
    url: new URL(`http://${HOST}/dev/pets?limit=1`),
    service,
    region,
    nowEpochMs,
    accessKeyId: KEYS[name] ?? name,
    secretAccessKey: secret,
  });
  return Object.entries(headers).flat();
}

class Hash {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | Uint8Array) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

/** The query of a URL that the SDK's own signer has signed. */
async function presignedQuery(expiresIn: number): Promise<string> {
  const signer = new SignatureV4({
    service: 'execute-api',
    region: 'us-east-1',
    sha256: Hash as never,
    credentials: { accessKeyId: KEYS['alice'] ?? '', secretAccessKey: SECRET },
  });
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname: HOST,
    path: '/dev/pets',
    headers: { host: HOST },
    query: {},
  };
  const signed = await signer.presign(request, { expiresIn, signingDate: new Date(EPOCH_MS) });
  return new URLSearchParams(signed.query as Record<string, string>).toString();
}

const TARGET = '/dev/pets?limit=1';

describe('serve behind AWS_IAM on a REST API', () => {
  it('admits a signer that its own policy allows, and shows the signer to the function', async () => {
    const api = withIdentities(iamApi());

    const reply = await api.send({ target: TARGET, headers: signedBy('alice') });

    assert.equal(reply.status, 200);
    const event = api.ports.invoker.calls[0]?.event as {
      requestContext: { authorizer?: unknown; identity: Record<string, unknown> };
      headers: Record<string, unknown>;
    };
    const { accessKey, accountId, caller, user, userArn } = event.requestContext.identity;
    assert.deepEqual(
      { accessKey, accountId, caller, user, userArn },
      {
        accessKey: 'AKIALOCAL000ALICE',
        accountId: ACCOUNT_ID,
        caller: 'AIDALOCAL000ALICE',
        user: 'AIDALOCAL000ALICE',
        userArn: `arn:aws:iam::${ACCOUNT_ID}:user/alice`,
      },
    );
    assert.equal(event.requestContext.authorizer, undefined);
    assert.equal(event.headers['Authorization'], undefined, 'a signature is for the gateway alone');
    assert.doesNotMatch(JSON.stringify(event), new RegExp(SECRET));
  });

  it('takes a presigned URL until it expires', async () => {
    const api = withIdentities(iamApi());
    const target = `/dev/pets?${await presignedQuery(60)}`;

    const before = await api.send({ target, headers: ['Host', HOST] });
    api.ports.clock.advance(61_000);
    const after = await api.send({ target, headers: ['Host', HOST] });

    assert.equal(before.status, 200);
    assert.deepEqual([after.status, headerOf(after, 'x-amzn-errortype')], [403, 'InvalidSignatureException']);
  });

  const defects: { name: string; headers: string[]; body: RegExp; errorType: string }[] = [
    {
      name: 'no signature',
      headers: ['Host', HOST],
      body: /^\{"message":"Missing Authentication Token"\}$/,
      errorType: 'MissingAuthenticationTokenException',
    },
    {
      name: 'a bearer token',
      headers: ['Host', HOST, 'Authorization', 'Bearer abc'],
      body: /^\{"message":"Invalid key=value pair \(missing equal-sign\) in Authorization header/,
      errorType: 'IncompleteSignatureException',
    },
    {
      name: 'a header that lacks everything',
      headers: ['Host', HOST, 'Authorization', 'AWS4-HMAC-SHA256 a=b'],
      body: /Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\./,
      errorType: 'IncompleteSignatureException',
    },
    {
      name: 'a signature of six minutes ago',
      headers: signedBy('alice', { nowEpochMs: EPOCH_MS - 360_000 }),
      body: /"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z/,
      errorType: 'InvalidSignatureException',
    },
    {
      name: 'a wrong secret',
      headers: signedBy('alice', { secret: 'another-secret' }),
      body: /"The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key/,
      errorType: 'InvalidSignatureException',
    },
    {
      name: 'an unknown key',
      headers: signedBy('AKIALOCALNOBODY0'),
      body: /^\{"message":"The security token included in the request is invalid\."\}$/,
      errorType: 'UnrecognizedClientException',
    },
    {
      name: 'the scope of another service',
      headers: signedBy('alice', { service: 's3' }),
      body: /"Credential should be scoped to correct service: 'execute-api'\. "/,
      errorType: 'InvalidSignatureException',
    },
    {
      name: 'the scope of another region',
      headers: signedBy('alice', { region: 'eu-west-1' }),
      body: /"Credential should be scoped to a valid region/,
      errorType: 'InvalidSignatureException',
    },
  ];
  for (const { name, headers, body, errorType } of defects)
    it(`answers 403 to ${name} with AWS's message (docs/aws §4.6)`, async () => {
      const api = withIdentities(iamApi());

      const reply = await api.send({ target: TARGET, headers });

      assert.equal(reply.status, 403);
      assert.match(String(reply.body), body);
      assert.equal(headerOf(reply, 'x-amzn-errortype'), errorType);
      assert.equal(api.ports.invoker.calls.length, 0);
    });

  it('refuses a signed request that was changed on its way', async () => {
    const api = withIdentities(iamApi());

    const reply = await api.send({ target: '/dev/pets?limit=100', headers: signedBy('alice') });

    assert.equal(reply.status, 403);
  });

  const POLICY = (Effect: string, AWS: string) => ({
    Policy: {
      Statement: [{ Effect, Principal: { AWS }, Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }],
    },
  });
  const decisions: { name: string; who: string; api?: JsonObject; status: number; body?: string }[] = [
    {
      name: 'no policy allows the signer',
      who: 'bob',
      status: 403,
      body: `{"Message":"User: arn:aws:iam::${ACCOUNT_ID}:user/bob is not authorized to perform: execute-api:Invoke on resource: ${MASKED_PETS}"}`,
    },
    {
      name: 'his own policy denies it',
      who: 'mallory',
      status: 403,
      body: `{"Message":"User: arn:aws:iam::${ACCOUNT_ID}:user/mallory is not authorized to perform: execute-api:Invoke on resource: ${MASKED_PETS} with an explicit deny"}`,
    },
    {
      name: 'only the resource policy allows him (table A)',
      who: 'bob',
      api: POLICY('Allow', `arn:aws:iam::${ACCOUNT_ID}:user/bob`),
      status: 200,
    },
    {
      name: 'the resource policy denies his account (table A)',
      who: 'alice',
      api: POLICY('Deny', ACCOUNT_ID),
      status: 403,
    },
    {
      name: 'the resource policy mentions only others (table A)',
      who: 'alice',
      api: POLICY('Allow', '888888888888'),
      status: 200,
    },
    {
      name: 'the caller is from another account and the API has no policy (table B)',
      who: 'carol',
      status: 403,
    },
    {
      name: 'he is of another account and both allow (table B)',
      who: 'carol',
      api: POLICY('Allow', '999999999999'),
      status: 200,
    },
    {
      name: 'he is of another account and only the API allows (table B)',
      who: 'dave',
      api: POLICY('Allow', '999999999999'),
      status: 403,
    },
  ];
  for (const { name, who, api: apiProperties, status, body } of decisions)
    it(`answers ${status} to ${who}: ${name} (docs/aws §1.2, §1.4)`, async () => {
      const api = withIdentities(iamApi(apiProperties));

      const reply = await api.send({ target: TARGET, headers: signedBy(who) });

      assert.equal(reply.status, status);
      if (body !== undefined) assert.equal(reply.body, body);
    });
});

describe('serve behind AWS_IAM on an HTTP API', () => {
  const resources: Record<string, TestResource> = {
    Api: {
      type: 'AWS::ApiGatewayV2::Api',
      id: 'abcdefghij',
      properties: { Name: 'pets', ProtocolType: 'HTTP' },
    },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: 'abcdefghij',
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: functionArn('list'),
      },
    },
    Pets: {
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId: 'abcdefghij', RouteKey: 'GET /pets', Target: 'integrations/Run', ...IAM },
    },
    Stage: {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: 'abcdefghij', StageName: 'dev', AutoDeploy: true },
    },
  };

  for (const [name, headers] of [
    ['an unsigned request', ['Host', HOST]],
    ['a wrong secret', signedBy('alice', { secret: 'another-secret' })],
    ['whom nobody has allowed', signedBy('bob')],
  ] as const)
    it(`answers Forbidden and nothing else to ${name} (docs/aws §4.6)`, async () => {
      const api = withIdentities(resources);

      const reply = await api.send({ target: TARGET, headers });

      assert.deepEqual([reply.status, reply.body], [403, '{"message":"Forbidden"}']);
    });

  it('admits a signer that its policy allows', async () => {
    const api = withIdentities(resources);

    const reply = await api.send({ target: TARGET, headers: signedBy('alice') });

    assert.equal(reply.status, 200);
    const event = api.ports.invoker.calls[0]?.event as { requestContext: { authorizer: { iam: object } } };
    assert.deepEqual(event.requestContext.authorizer.iam, {
      accessKey: 'AKIALOCAL000ALICE',
      accountId: ACCOUNT_ID,
      callerId: 'AIDALOCAL000ALICE',
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: `arn:aws:iam::${ACCOUNT_ID}:user/alice`,
      userId: 'AIDALOCAL000ALICE',
    });
  });
});

// IAM user guide, "AWS JSON policy elements: Principal": an account as principal "delegates authority to the account".
describe('a resource policy that allows an account', () => {
  const rows = [
    { name: 'bob', principal: ACCOUNT_ID, status: 403 },
    { name: 'bob', principal: `arn:aws:iam::${ACCOUNT_ID}:root`, status: 403 },
    { name: 'bob', principal: `arn:aws:iam::${ACCOUNT_ID}:user/bob`, status: 200 },
    { name: 'alice', principal: ACCOUNT_ID, status: 200 },
    { name: 'carol', principal: '999999999999', status: 200 },
  ];
  for (const { name, principal, status } of rows)
    it(`makes ${status} of a call by ${name} if the principal is ${principal}`, async () => {
      const allow = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'execute-api:Invoke' };
      const Policy = { Version: '2012-10-17', Statement: [{ ...allow, Resource: 'execute-api:/*' }] };
      const api = withIdentities(iamApi({ Policy }));

      assert.equal((await api.send({ target: TARGET, headers: signedBy(name) })).status, status);
    });
});
