/** A credential that is masked by its name is masked wherever else the same record repeats it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printAccessDecision } from '@gatewright/aws/access-decision';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import { deriveSecret } from '#shared/endpoints/derive-secret.ts';
import { showFunctions } from '../../../../../packages/gateway/console/endpoints/show-functions.ts';
import { toHar } from '../../../../../packages/gateway/console/records/har.ts';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { withAuthorizer, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import { API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import type { RecordedApi } from '../../../../support/recorded-apis.ts';

const RAW = 'verysecrettoken12345';
const hello = {
  name: 'list',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  memorySizeMb: 128,
  timeoutSeconds: 3,
  stackName: 'stack',
  environment: {},
};

/** Everything that is shown of the newest request in the ring. */
const shownOf = ({ last, records }: RecordedApi): string =>
  JSON.stringify([last(), records.rows(), toHar([last()], '1')]);

const linesOf = ({ records }: RecordedApi): string[] =>
  showFunctions(
    [hello],
    () => ({ instances: 0, busy: 0, started: 0 }),
    records.functionCalls(),
    records.lines,
    records.redactor,
    records.invocations(),
  ).flatMap(({ lines }) => lines.map(({ message }) => message));

const environmentOf = ({ records }: RecordedApi, environment: Readonly<Record<string, string>>): unknown =>
  showFunctions(
    [{ ...hello, environment }],
    () => ({ instances: 0, busy: 0, started: 0 }),
    [],
    undefined,
    records.redactor,
    undefined,
  )[0]?.environment;

const stacksWith = (environment: Readonly<Record<string, string>>): readonly ResolvedStack[] => [
  { functions: [{ environment }], resources: new Map() } as unknown as ResolvedStack,
];

const print = ({ records }: RecordedApi, requestId: string, message: string): void =>
  records.onLine({ functionName: 'list', requestId, level: 'INFO', epochMs: 0, message });

const INVOCATION = 'invocation-1';
/** Returns a function that answers with a result and the id that its log lines contain. */
const answers = (result: object) => (): object => ({
  kind: 'returned',
  payload: JSON.stringify(result),
  requestId: () => INVOCATION,
});
const list = answers({ statusCode: 200, body: 'ok' });

describe('a credential that a record repeats', () => {
  const sent: {
    name: string;
    headers?: string[];
    target?: string;
    body?: string;
    secret: string;
    says?: string;
  }[] = [
    { name: 'of a header without a scheme', headers: ['authorizationToken', RAW], secret: RAW },
    { name: 'of a header after Bearer', headers: ['Authorization', `Bearer ${RAW}`], secret: RAW },
    { name: 'of a header after another scheme', headers: ['Authorization', `DPoP ${RAW}`], secret: RAW },
    { name: 'of a cookie', headers: ['Cookie', `sid=${RAW}; theme=dark`], secret: RAW },
    {
      name: 'of a query, decoded',
      target: '/dev/pets?token=very%2Fsecret%2Ftoken',
      secret: 'very/secret/token',
    },
    { name: 'of a query’s code', target: '/dev/pets?code=4-0AbCdEfGhIj', secret: '4-0AbCdEfGhIj' },
    { name: 'of a body’s member', body: `{"password":"${RAW}","user":"alice"}`, secret: RAW },
  ];
  for (const { name, headers = [], target = '/dev/pets', body, secret } of sent) {
    it(`${name} is masked in lines, answer, path, page and archive`, async () => {
      const api = aRecordedApi(restApi({ HttpMethod: 'ANY' }), {
        list: answers({
          statusCode: 200,
          headers: { 'x-echo': `got ${secret}` },
          body: `you sent ${secret}.`,
        }),
      });
      await api.send({
        method: 'POST',
        target,
        headers: [...headers, 'X-Again', secret],
        ...(body && { body }),
      });
      print(api, INVOCATION, `Token: ${secret} of alice`);

      const shown = shownOf(api);
      assert.ok(!shown.includes(secret), shown);
      assert.match(shown, /Token: \[[0-9a-f]{8}(\.\.\S{4})?\] of alice/);
      assert.match(shown, /you sent \[/);
      assert.deepEqual(
        linesOf(api).map((line) => line.replace(/\[.*\]/, '[]')),
        ['Token: [] of alice'],
      );
      assert.ok(JSON.stringify(api.records.detail('last', true)).includes(secret), 'shown to who asks');
    });
  }

  const SHOWN_ONCE: Readonly<Record<string, readonly [member: string, secret: string]>> = {
    'the key': ['key', printApiKey({ prefix: 'shop_live', keyId: 'AbCd0123AbCd0123' }, 'c0ffee'.repeat(11))],
    'the invitation': ['invitation', `gwinv_${'0a'.repeat(32)}`],
    'the secret of an endpoint': [
      'secret',
      deriveSecret('m'.repeat(32), { source: 'orders', endpointId: 'AbCd0123AbCd0123', secretId: '0' }),
    ],
  };
  for (const [name, [member, secret]] of Object.entries(SHOWN_ONCE))
    it(`that the portal shows once, ${name}, is masked in lines, answer, page and archive`, async () => {
      const api = aRecordedApi(restApi({ HttpMethod: 'ANY' }), {
        list: answers({ statusCode: 200, body: JSON.stringify({ name: 'shop', [member]: secret }) }),
      });
      await api.send({ method: 'POST', target: '/dev/pets', headers: [], body: '{"name":"shop"}' });
      print(api, INVOCATION, `made ${secret}, and again ${secret}`);

      const end = secret.slice(-30);
      assert.ok(!shownOf(api).includes(end), shownOf(api));
      assert.ok(!linesOf(api).join().includes(end));
    });

  // An id is not secret (shared/access/keys/api-key.ts), and commands that advice names need it.
  for (const [what, headers] of [
    ['x-api-key', (key: string) => ['x-api-key', key]],
    ['authorization', (key: string) => ['authorization', `Bearer ${key}`]],
  ] as const)
    it(`is masked if it is an API key in ${what}, but the id of the key is shown`, async () => {
      const keyId = 'AbCd0123AbCd0123';
      const key = printApiKey({ prefix: 'shop_live', keyId }, 'c0ffee'.repeat(11));
      const api = aRecordedApi(restApi(), { list });
      await api.send({ target: '/dev/pets', headers: headers(key) });
      print(api, INVOCATION, `refused ${keyId}: ${key}`);

      assert.match(linesOf(api).join(), /refused AbCd0123AbCd0123: \[/);
      assert.ok(!shownOf(api).includes(key.slice(-30)));
    });

  // The explanation of a 429 named the key as [911a7396..YlrK], which no command takes.
  it('is not the id of an API key, which the context and the record of the decision call key', async () => {
    const keyId = 'AbCd0123AbCd0123';
    const key = printApiKey({ prefix: 'shop_live', keyId }, 'c0ffee'.repeat(11));
    const decision = { document: 'shop', outcome: 'over-quota', key: keyId, customer: 'acme' } as const;
    const api = aRecordedApi(withAuthorizer(TOKEN), {
      list,
      auth: () => ({
        ...policy('Deny', '*'),
        principalId: `partners|${keyId}`,
        context: { accessDecision: printAccessDecision(decision), key: keyId },
      }),
    });

    await api.send({ target: '/dev/pets', headers: ['Authorization', `Bearer ${key}`] });

    assert.match(api.last().story.sentences.join('\n'), /The caller used the API key AbCd0123AbCd0123\./);
    assert.ok(!shownOf(api).includes(key.slice(-30)));
  });

  it('has one fingerprint in every place', async () => {
    const api = aRecordedApi(restApi(), { list });
    await api.send({ target: '/dev/pets', headers: ['authorizationToken', RAW] });
    print(api, INVOCATION, `Token: ${RAW}`);

    const { request, circumstances } = api.last();
    const [, value] = request.headers.find(([name]) => name === 'authorizationToken') ?? [];
    assert.deepEqual(circumstances.integration?.lines, [`Token: ${value}`]);
    assert.equal(linesOf(api)[0], `Token: ${value}`);
  });

  it('is masked in a path and as a principal', async () => {
    const api = aRecordedApi(withAuthorizer(TOKEN), {
      list,
      auth: () => ({ ...policy('Allow', '*'), principalId: RAW }),
    });

    await api.send({ target: `/dev/pets?of=${RAW}`, headers: ['Authorization', RAW] });
    assert.ok(!shownOf(api).includes(RAW));
    await api.send({ target: `/dev/${RAW}/none`, headers: ['Authorization', RAW] });
    assert.ok(!shownOf(api).includes(RAW));
    assert.match(api.last().target, /^\/dev\/\[[0-9a-f]{8}\.\.2345\]\/none$/);
  });

  for (const [principal, isShown] of [
    ['partner-north', true],
    ['partner-nor', false],
    ['partner-north-7f3a9c', false],
  ] as const)
    it(`${isShown ? 'leaves' : 'masks'} the principal ${principal}, with which it begins`, async () => {
      const api = aRecordedApi(withAuthorizer(TOKEN), {
        list,
        auth: () => ({ ...policy('Allow', '*'), principalId: principal }),
      });
      await api.send({ target: '/dev/pets', headers: ['Authorization', 'partner-north-7f3a9c2e5b8d'] });

      assert.equal(shownOf(api).includes(principal), isShown);
      assert.ok(!shownOf(api).includes('7f3a9c'));
    });

  it('is masked that only the event names, in a path, a stage variable or the context of an authorizer', async () => {
    const [inPath, ofStage, ofContext] = [
      'secret-of-the-path',
      'secret-of-the-stage',
      'secret-of-the-context',
    ];
    const api = aRecordedApi(
      restRoutes(
        { 'GET /links/{token}': { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' } },
        {
          stage: { Variables: { apiSecret: ofStage } },
          more: {
            Auth: {
              type: 'AWS::ApiGateway::Authorizer',
              properties: { RestApiId: API_ID, AuthorizerUri: invokeUri('auth'), ...TOKEN },
            },
          },
        },
      ),
      {
        echo: answers({ statusCode: 200, body: `${inPath} ${ofStage} ${ofContext}` }),
        auth: () => ({ ...policy('Allow', '*'), context: { sessionToken: ofContext } }),
      },
    );
    await api.send({ target: `/dev/links/${inPath}`, headers: ['Authorization', RAW] });

    const shown = shownOf(api);
    for (const secret of [inPath, ofStage, ofContext]) assert.ok(!shown.includes(secret), shown);
  });

  it('is masked in lines of its own invocation, but not in values of other invocations or of fewer than 8 characters', async () => {
    const api = aRecordedApi(restApi(), { list });
    await api.send({ target: '/dev/pets', headers: ['x-api-key', 'abcdefg', 'Cookie', 'mode=GET'] });
    print(api, INVOCATION, 'abcdefg GET');
    print(api, 'of-another', RAW);

    assert.deepEqual(linesOf(api), ['abcdefg GET', RAW]);
  });

  it('is masked that only the environment of a function names, once the stacks are served', async () => {
    const password = 'pa55word99';
    const api = aRecordedApi(restApi(), { list: answers({ statusCode: 200, body: `is ${password}?` }) });
    const environment = { DB_PASSWORD: password, GREETING: `hello ${password}`, STAGE: 'production' };
    const served = stacksWith(environment);
    api.records.readStacks = () => served;
    await api.send({ target: `/dev/pets?q=${password}` });
    print(api, 'of-another', `connects with ${password} to production`);

    const shown = [shownOf(api), ...linesOf(api), JSON.stringify(environmentOf(api, environment))].join('\n');
    assert.ok(!shown.includes(password), shown);
    assert.match(shown, /connects with \[[0-9a-f]{8}\] to production/);
    assert.match(shown, /hello \[[0-9a-f]{8}\]/);
  });

  it('is no longer searched for after a reload removes it, and is searched for after a reload adds it', async () => {
    const api = aRecordedApi(restApi(), { list });
    let served = stacksWith({ DB_PASSWORD: 'pa55word99' });
    api.records.readStacks = () => served;
    await api.send({ target: '/dev/pets?q=pa55word99-hunter2hunter2' });

    assert.match(api.last().target, /q=\[[0-9a-f]{8}\]-hunter2hunter2$/);
    served = stacksWith({ DB_PASSWORD: 'hunter2hunter2' });
    assert.match(api.last().target, /q=pa55word99-\[[0-9a-f]{8}\]$/);
  });

  describe('that begins like a name of the owner', () => {
    const named: readonly {
      name: string;
      customer: string;
      document?: string;
      environment?: Readonly<Record<string, string>>;
      shown: RegExp;
    }[] = [
      {
        name: 'the admission key, after the document',
        customer: 'globex',
        document: 'parcels-rest',
        shown: /"document":"parcels-rest"/,
      },
      {
        name: 'a variable of a function, after the customer',
        customer: 'key-collectors',
        environment: { KEY_COLLECTORS_API_KEY: 'key-collectors-9f8a7b6c5d4e' },
        shown: /"customer":"key-collectors"/,
      },
      {
        name: 'a Stripe key, whose form the customer has',
        customer: 'sk_live_collectibles-eu',
        shown: /"customer":"sk_live_collectibles-eu"/,
      },
    ];
    for (const { name, customer, document = 'shop', environment = {}, shown } of named)
      it(`does not mask the name: ${name}`, async () => {
        const key = 'parcels-rest-admitted-dev';
        const api = aRecordedApi(withAuthorizer(TOKEN), {
          list: answers({ statusCode: 200, body: `${customer} sent ${key.slice(0, 16)}` }),
          auth: () => ({
            ...policy('Allow', '*'),
            usageIdentifierKey: key,
            context: { accessDecision: printAccessDecision({ document, outcome: 'allow', customer }) },
          }),
        });
        const served = stacksWith(environment);
        api.records.readStacks = () => served;
        await api.send({ target: '/dev/pets', headers: ['Authorization', RAW] });

        const text = shownOf(api);
        assert.match(text, shown);
        assert.equal(api.records.rows()[0]?.customer, customer);
        for (const secret of [key, key.slice(0, 16), ...Object.values(environment)])
          assert.ok(!text.includes(secret), text);
      });

    it('masks the name if it is the credential itself', async () => {
      const api = aRecordedApi(withAuthorizer(TOKEN), {
        list,
        auth: () => ({
          ...policy('Allow', '*'),
          context: {
            accessDecision: printAccessDecision({ document: 'shop', outcome: 'allow', customer: RAW }),
          },
        }),
      });
      await api.send({ target: '/dev/pets', headers: ['Authorization', RAW] });

      assert.ok(!shownOf(api).includes(RAW), shownOf(api));
    });
  });

  it('does not change fields that programs read', async () => {
    const api = aRecordedApi(restApi(), { list });
    await api.send({ target: '/dev/pets', headers: ['Cookie', 'a=integrate; b=map-request; c=abcdefghij'] });

    const { phase, phases, apiId } = api.last();
    assert.deepEqual(
      [phase, phases.map(({ name }) => name).includes('integrate'), apiId],
      ['integrate', true, 'abcdefghij'],
    );
  });
});
