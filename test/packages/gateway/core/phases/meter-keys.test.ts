import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi } from '../../../../support/an-api.ts';
import {
  aKey,
  API_ID,
  aPlan,
  aPlanKey,
  describeReply,
  KEY_VALUE,
  meteredApi,
  statuses,
  withKey,
} from '../../../../support/metered-apis.ts';
import { bearer, withAuthorizer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi } from '../../../../support/an-api.ts';

type SeenEvent = { readonly requestContext: { readonly identity: Readonly<Record<string, unknown>> } };

const FORBIDDEN = '{"message":"Forbidden"}';

describe('meter, API keys', () => {
  const refused: {
    name: string;
    resources: Record<string, TestResource>;
    headers?: string[];
    source: string;
  }[] = [
    { name: 'no key', resources: meteredApi(), headers: [], source: 'docs/aws §5.2' },
    { name: 'an empty key', resources: meteredApi(), headers: ['x-api-key', ''], source: 'docs/aws §5.2' },
    {
      name: 'an unknown key',
      resources: meteredApi(),
      headers: ['x-api-key', `${KEY_VALUE}x`],
      source: 'docs/aws §5.2',
    },
    {
      name: 'a disabled key',
      resources: meteredApi({}, { Key: aKey({ Enabled: false }) }),
      source: 'docs/aws §5.2',
    },
    {
      name: 'a key without Enabled, which CloudFormation disables',
      resources: meteredApi(
        {},
        {
          Key: { type: 'AWS::ApiGateway::ApiKey', properties: { Value: KEY_VALUE } },
        },
      ),
      source: 'docs/aws §5.3',
    },
    {
      name: 'a key in no plan',
      resources: restApi({ ApiKeyRequired: true }, { Key: aKey() }),
      source: 'docs/aws §5.2',
    },
    {
      name: 'a key whose plan is for another stage',
      resources: meteredApi({ ApiStages: [{ ApiId: API_ID, Stage: 'prod' }] }),
      source: 'docs/aws §5.3',
    },
    {
      name: 'a key in the query string',
      resources: meteredApi(),
      headers: ['x-other', KEY_VALUE],
      source: 'docs/aws §5.3',
    },
  ];
  for (const { name, resources, headers = withKey, source } of refused)
    it(`refuses ${name} (${source})`, async () => {
      const { send, ports } = anApi(resources, { list: ok });

      const reply = await send({ target: `/dev/pets?x-api-key=${KEY_VALUE}`, headers });

      assert.deepEqual(describeReply(reply), {
        status: 403,
        body: FORBIDDEN,
        errorType: 'ForbiddenException',
      });
      assert.equal(ports.invoker.calls.length, 0);
    });

  it('admits a key of a plan for this stage, the header in any letter case, and shows it to the function', async () => {
    const { send, ports } = anApi(meteredApi(), { list: ok });

    const reply = await send({ target: '/dev/pets', headers: ['X-API-Key', KEY_VALUE] });

    assert.equal(reply.status, 200);
    const { identity } = (ports.invoker.calls[0]!.event as SeenEvent).requestContext;
    assert.deepEqual([identity['apiKey'], identity['apiKeyId']], [KEY_VALUE, 'Key']);
  });

  it('ignores a key on a route that requires none: it is not checked, counted or shown (docs/aws §5.3)', async () => {
    const { Key, Plan, PlanKey } = meteredApi({ Quota: { Limit: 1, Period: 'DAY' } });
    const api = anApi(restApi({}, { Key: Key!, Plan: Plan!, PlanKey: PlanKey! }), { list: ok });

    assert.deepEqual(await statuses(api, 3), [200, 200, 200]);
    assert.deepEqual(await statuses(api, 1, '/dev/pets', ['x-api-key', 'nonsense']), [200]);
    assert.equal('apiKey' in (api.ports.invoker.calls[0]!.event as SeenEvent).requestContext.identity, false);
  });

  // Source: API Gateway developer guide, "Input to an API Gateway Lambda authorizer", sample event.
  for (const [name, key, seen] of [
    ['a valid key', KEY_VALUE, [KEY_VALUE, 'Key']],
    ['no unknown key', `${KEY_VALUE}x`, [undefined, undefined]],
    ['no absent key', undefined, [undefined, undefined]],
  ] as const)
    it(`shows ${name} to a REQUEST authorizer, which is called before the key is checked`, async () => {
      const guarded = withAuthorizer({ ...TOKEN, Type: 'REQUEST' });
      const { Key, Plan, PlanKey } = meteredApi();
      const method = guarded['PetsGet']!;
      const { send, ports } = anApi(
        {
          ...guarded,
          PetsGet: { ...method, properties: { ...method.properties, ApiKeyRequired: true } },
          Key: Key!,
          Plan: Plan!,
          PlanKey: PlanKey!,
        },
        { list: ok, auth: () => policy('Allow', '*') },
      );

      await send({
        target: '/dev/pets',
        headers: [...bearer, ...(key === undefined ? [] : ['x-api-key', key])],
      });

      const { identity } = (ports.invoker.calls[0]!.event as SeenEvent).requestContext;
      assert.equal(ports.invoker.calls[0]!.functionName, 'auth');
      assert.deepEqual([identity['apiKey'], identity['apiKeyId']], seen);
    });

  it('checks the key after the authorizer and before the body (docs/aws §1.1)', async () => {
    const api = anApi(
      {
        ...withAuthorizer(TOKEN),
        PetsGet: {
          ...withAuthorizer(TOKEN)['PetsGet']!,
          properties: { ...withAuthorizer(TOKEN)['PetsGet']!.properties, ApiKeyRequired: true },
        },
      },
      { list: ok, auth: () => policy('Allow', '*') },
    );

    assert.equal((await api.send({ target: '/dev/pets' })).status, 401);
    assert.equal((await api.send({ target: '/dev/pets', headers: bearer })).status, 403);
    assert.deepEqual(
      api.ports.invoker.calls.map((call) => call.functionName),
      ['auth'],
    );
  });
});

describe('meter, key source AUTHORIZER', () => {
  function behind(source: string | undefined, usageIdentifierKey?: string, context?: object): TestApi {
    const resources = withAuthorizer(TOKEN);
    const pets = resources['PetsGet']!;
    return anApi(
      {
        ...resources,
        Api: {
          type: 'AWS::ApiGateway::RestApi',
          id: API_ID,
          properties: { Name: 'pets', ...(source === undefined ? {} : { ApiKeySourceType: source }) },
        },
        PetsGet: { ...pets, properties: { ...pets.properties, ApiKeyRequired: true } },
        Key: aKey(),
        Plan: aPlan(),
        PlanKey: aPlanKey('Plan', 'Key'),
      },
      {
        list: ok,
        auth: () => ({ ...policy('Allow', '*'), usageIdentifierKey, ...(context && { context }) }),
      },
    );
  }

  it("takes the authorizer's usageIdentifierKey, also from its cache (docs/aws §5.3)", async () => {
    const api = behind('AUTHORIZER', KEY_VALUE);

    assert.deepEqual(await statuses(api, 2, '/dev/pets', bearer), [200, 200]);
    assert.equal(api.ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 1);
  });

  it('shows the key to the function like a key from a header (docs/aws §4.3)', async () => {
    const api = behind('AUTHORIZER', KEY_VALUE);
    await statuses(api, 1, '/dev/pets', bearer);

    const event = api.ports.invoker.calls.at(-1)?.event as {
      requestContext: { identity: Record<string, unknown> };
    };
    const { apiKey, apiKeyId } = event.requestContext.identity;
    assert.deepEqual([apiKey, apiKeyId], [KEY_VALUE, 'Key']);
  });

  // Without the reason, the line about a used-up quota would name an unknown key.
  it("gives the reason in the request's line why the authorizer returned no key, if it states one", async () => {
    const api = behind('AUTHORIZER', undefined, {
      quotaRefusal: 'over quota: limit monthly of plan b\u001b[2J',
    });

    assert.deepEqual(await statuses(api, 1, '/dev/pets', bearer), [403]);
    assert.match(
      api.ports.log.lines.at(-1) ?? '',
      /meter \(the authorizer returned no usageIdentifierKey: over quota: limit monthly of plan b\\u001b\[2J\)$/,
    );
  });

  it('does not look at the header', async () => {
    const api = behind('AUTHORIZER');

    assert.deepEqual(await statuses(api, 1, '/dev/pets', [...bearer, ...withKey]), [403]);
  });

  it('does not look at usageIdentifierKey when the source is HEADER', async () => {
    assert.deepEqual(await statuses(behind('HEADER', KEY_VALUE), 1, '/dev/pets', bearer), [403]);
    assert.deepEqual(await statuses(behind(undefined, KEY_VALUE), 1, '/dev/pets', bearer), [403]);
  });

  it('refuses any other source when the template is loaded', () => {
    assert.throws(() => behind('QUERY'), /Invalid API key source "QUERY"/);
  });
});
