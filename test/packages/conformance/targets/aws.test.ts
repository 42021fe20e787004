import assert from 'node:assert/strict';
import { afterEach, before, after, describe, it } from 'node:test';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import { lackOfAws, openAccess } from '../../../../packages/conformance/targets/aws.ts';
import { someOptions } from '../../../support/a-conformance-target.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { Server } from '../../../../packages/conformance/play/backends.ts';
import type { ControlCase } from '../../../../packages/conformance/schema/control-case.ts';

const control = (first: string, last: string): ControlCase => ({
  id: 'control',
  source: { kind: 'documented', page: 'p' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [{ call: first, input: {} }] },
  request: { mode: 'control', call: last, input: {} },
  expect: { status: 200, body: {} },
});
const outOfReach = 'AWS cannot reach a server on this machine';
const notCalled = (call: string): string =>
  `the runner never calls ${call} on AWS, because the call changes the whole account or creates a resource that cannot be found by name`;

describe('lackOfAws', () => {
  for (const [name, asked, lack] of [
    ['a REST API', aParityCase(), undefined],
    ['calls of a REST API', control('CreateRestApi', 'GetRestApi'), undefined],
    ['a domain first', control('CreateDomainName', 'GetDomainName'), notCalled('CreateDomainName')],
    ['a setting of the account', control('GetAccount', 'UpdateAccount'), notCalled('UpdateAccount')],
    ['a link', control('GetAccount', 'CreateVpcLink'), notCalled('CreateVpcLink')],
    ['keys of a file', control('GetAccount', 'ImportApiKeys'), notCalled('ImportApiKeys')],
    [
      'a certificate',
      control('GetAccount', 'GenerateClientCertificate'),
      notCalled('GenerateClientCertificate'),
    ],
    ['a backend', aParityCase({ setup: { stage: 'dev', backend: 'echo' } }), outOfReach],
    ['tokens', aParityCase({ setup: { stage: 'dev', tokens: {} } }), outOfReach],
    ['events', aParityCase({ expect: { calls: {} } }), outOfReach],
    [
      'a web ACL',
      aParityCase({ setup: { stage: 'dev', waf: { webAcl: {} } } }),
      'AWS bills web ACLs by the month, so the runner does not create any',
    ],
    ['domains', aParityCase({ setup: { stage: 'dev', domains: [] } }), 'needs custom domains'],
  ] as const)
    it(`${lack === undefined ? 'asks for' : 'does not ask for'} ${name}`, () => {
      assert.equal(lackOfAws(asked), lack);
    });
});

describe('openAccess', () => {
  const { env } = process;
  before(() => {
    process.env = { ...env, AWS_ACCESS_KEY_ID: 'AKIDOFATEST', AWS_SECRET_ACCESS_KEY: 'secret-of-a-test' };
  });
  after(() => {
    process.env = env;
  });
  const open: Server[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  async function anAws(identity: string, status = 200) {
    const server = await startServer(({ path }) =>
      path === '/' ? { status, headers: {}, body: identity } : { status: 204, headers: {}, body: '' },
    );
    open.push(server);
    return server;
  }
  const ACCOUNT = '<GetCallerIdentityResult><Account>210987654321</Account></GetCallerIdentityResult>';
  const call = { call: 'DeleteConnection', stage: 'abc/live', input: { ConnectionId: 'c' } };

  for (const { name, given, path } of [
    { name: 'an endpoint', given: (url: string) => ({ endpoint: `${url}/` }), path: '/abc/live' },
    {
      name: 'AWS_ENDPOINT_URL',
      given: (url: string) => ({ environment: { AWS_ENDPOINT_URL: url } }),
      path: '/abc/live',
    },
    {
      name: 'an address of stages',
      given: (url: string) => ({ endpoint: url, invokeUrl: `${url}/run/{api}` }),
      path: '/run/abc',
    },
  ])
    it(`asks at ${name} to whom the account belongs, and calls stages there`, async () => {
      const server = await anAws(ACCOUNT);

      const access = await openAccess(someOptions({ region: 'eu-west-1', ...given(server.url) }));
      await access.target.send('apigatewaymanagementapi', call);
      access.target.close();

      const [asked, called] = server.seen;
      assert.deepEqual([access.accountId, access.target.accountId], ['210987654321', '210987654321']);
      assert.deepEqual([access.endpoint, access.target.region], [server.url, 'eu-west-1']);
      assert.match(asked?.body.toString() ?? '', /Action=GetCallerIdentity/);
      assert.match(asked?.headers['authorization'] ?? '', /Credential=AKIDOFATEST\/\d{8}\/eu-west-1\/sts\//);
      assert.equal(called?.path, `${path}/@connections/c`);
    });

  it('says how it was refused', async () => {
    const server = await anAws('<Code>InvalidClientTokenId</Code>'.padEnd(300, '.'), 403);

    await assert.rejects(openAccess(someOptions({ endpoint: server.url })), {
      message: `GetCallerIdentity answers 403: ${'<Code>InvalidClientTokenId</Code>'.padEnd(200, '.')}`,
    });
  });
});
