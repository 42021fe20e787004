import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { API_ARN, aPermission } from '../../../../support/a-permission.ts';
import { anApi } from '../../../../support/an-api.ts';
import { accessLogSetting, stagedApi } from '../../../../support/logged-apis.ts';
import { bearer, withAuthorizer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

describe('serve behind a TOKEN authorizer', () => {
  const outcomes: { name: string; auth: FakeFunction; status: number; body?: string; source: string }[] = [
    {
      name: 'an Allow for everything',
      auth: () => policy('Allow', '*'),
      status: 200,
      source: 'docs/aws §4.3',
    },
    {
      name: 'an explicit Deny',
      auth: () => policy('Deny', '*'),
      status: 403,
      body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      source: 'docs/aws §1.4',
    },
    {
      name: 'a policy for another path',
      auth: () => policy('Allow', 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET/other'),
      status: 403,
      body: '{"Message":"User is not authorized to access this resource"}',
      source: 'docs/aws §1.4',
    },
    {
      name: 'the error Unauthorized',
      auth: () => {
        throw new Error('Unauthorized');
      },
      status: 401,
      body: '{"message":"Unauthorized"}',
      source: 'docs/aws §4.3',
    },
    {
      name: 'any other error',
      auth: () => {
        throw new Error('unauthorized ');
      },
      status: 500,
      body: '{"message":null}',
      source: 'docs/aws §4.3',
    },
    { name: 'no policy', auth: () => null, status: 500, body: '{"message":null}', source: 'docs/aws §4.3' },
    {
      name: 'an object in the context',
      auth: () => ({ ...policy('Allow', '*'), context: { user: { id: 1 } } }),
      status: 500,
      body: '{"message":null}',
      source: 'docs/aws §4.3',
    },
    {
      name: 'a time-out',
      auth: () => ({ kind: 'timed-out' }),
      status: 500,
      body: '{"message":null}',
      source: 'docs/aws §4.3',
    },
    {
      name: 'a refusal by Lambda',
      auth: () => ({ kind: 'refused', reason: 'not-found', message: 'gone' }),
      status: 500,
      body: '{"message":null}',
      source: 'docs/aws §4.3',
    },
  ];
  for (const { name, auth, status, body, source } of outcomes)
    it(`answers ${status} to ${name}`, async () => {
      const { send } = anApi(withAuthorizer(TOKEN), { list: ok, auth });

      const reply = await send({ target: '/dev/pets', headers: bearer });

      assert.equal(reply.status, status, source);
      if (body !== undefined) assert.equal(reply.body, body, source);
    });

  it('answers 401 without asking the function when the token is missing, empty or of the wrong form', async () => {
    const authorizer = { ...TOKEN, IdentityValidationExpression: 'Bearer [a-z]+' };
    const { send, ports } = anApi(withAuthorizer(authorizer), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });

    const statuses = [];
    for (const headers of [[], ['Authorization', ''], ['authorization', 'Bearer GOOD'], bearer])
      statuses.push((await send({ target: '/dev/pets', headers })).status);

    assert.deepEqual(statuses, [401, 401, 401, 200]);
    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 1);
  });

  for (const [letIn, status] of [
    ['auth', 200],
    ['other', 500],
  ] as const)
    it(`answers ${status} if API Gateway may invoke ${letIn}`, async () => {
      const may = (name: string) =>
        aPermission({ FunctionName: name, SourceArn: `${API_ARN}/authorizers/*` });
      const { send } = anApi(
        {
          ...withAuthorizer(TOKEN),
          OfAuthorizer: may(letIn),
          OfMethod: aPermission({ FunctionName: 'list' }),
        },
        { list: ok, auth: () => policy('Allow', '*') },
        { needsPermissions: true, ownFunctions: ['list', 'auth', 'other'] },
      );

      assert.equal((await send({ target: '/dev/pets', headers: bearer })).status, status);
    });

  it('keeps the policy, not the decision: a narrow policy refuses the second route from the cache', async () => {
    const narrow: FakeFunction = (event) => policy('Allow', (event as { methodArn: string }).methodArn);
    const { send, ports } = anApi(withAuthorizer(TOKEN), { list: ok, auth: narrow });

    const first = await send({ target: '/dev/pets', headers: bearer });
    const second = await send({ target: '/dev/', headers: bearer });

    assert.deepEqual([first.status, second.status], [200, 403]);
    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 1);
  });

  it('asks again when the cached answer is 300 s old', async () => {
    const { send, ports } = anApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });

    await send({ target: '/dev/pets', headers: bearer });
    ports.clock.advance(299_999);
    await send({ target: '/dev/pets', headers: bearer });
    const asked = ports.invoker.calls.filter((call) => call.functionName === 'auth').length;
    ports.clock.advance(1);
    await send({ target: '/dev/pets', headers: bearer });

    assert.equal(asked, 1);
    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });

  it('shares no cached answer between stages', async () => {
    const { send, ports } = anApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });

    await send({ target: '/dev/pets', headers: bearer });
    await send({ target: '/prod/pets', headers: bearer });

    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });

  it('passes the context on as text, with principal and latency', async () => {
    const auth: FakeFunction = () => ({ ...policy('Allow', '*'), context: { level: 3, vip: true } });
    const { send, ports } = anApi(withAuthorizer(TOKEN), { list: ok, auth });

    await send({ target: '/dev/pets', headers: bearer });

    const event = ports.invoker.calls.find((call) => call.functionName === 'list')?.event as {
      requestContext: { authorizer: unknown };
    };
    assert.deepEqual(event.requestContext.authorizer, {
      level: '3',
      vip: 'true',
      principalId: 'alice',
      integrationLatency: 0,
    });
  });
});

// stackoverflow.com/questions/47921803: the usual way to tell a refused caller why.
describe('the context of an authorizer that refuses', () => {
  const denied = (effect: string, resource: string): FakeFunction => {
    const context = { reason: 'unpaid', attempts: 3 };
    return () => ({ ...policy(effect, resource), context });
  };
  const template =
    '{"who":"$context.authorizer.principalId","why":"$context.authorizer.reason","n":"$context.authorizer.attempts"}';
  const response = {
    RestApiId: 'abcdefghij',
    ResponseType: 'ACCESS_DENIED',
    ResponseTemplates: { 'application/json': template },
  };
  for (const [name, auth] of [
    ['an explicit Deny', denied('Deny', '*')],
    ['an Allow for another route', denied('Allow', 'arn:aws:execute-api:*:*:*/dev/GET/other')],
  ] as const)
    it(`is in the gateway response and the access log, fresh and cached: ${name} (docs/aws §4.3)`, async () => {
      const AccessLogSetting = accessLogSetting(
        '$context.requestId $context.status $context.authorizer.reason',
      );
      const { send, ports } = stagedApi(
        { AccessLogSetting },
        { list: ok, auth },
        {
          ...withAuthorizer(TOKEN),
          Response: { type: 'AWS::ApiGateway::GatewayResponse', properties: response },
        },
      );
      for (const result of ['fresh', 'cached']) {
        const reply = await send({ target: '/dev/pets', headers: bearer });
        assert.equal(reply.status, 403);
        assert.equal(reply.body, '{"who":"alice","why":"unpaid","n":"3"}', result);
      }
      assert.equal(ports.invoker.calls.length, 1);
      assert.deepEqual(
        ports.logGroups.lines.map((line) => line.replace(/^\/aws\/pets: \S+ /, '')),
        ['403 unpaid', '403 unpaid'],
      );
    });
});

describe('serve behind a REQUEST authorizer', () => {
  it('separates credentials that only look alike when joined', async () => {
    const authorizer = {
      Type: 'REQUEST',
      IdentitySource: 'method.request.querystring.a, method.request.querystring.b',
    };
    const { send, ports } = anApi(withAuthorizer(authorizer), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });

    await send({ target: '/dev/pets?a=x%0Ay&b=z' });
    await send({ target: '/dev/pets?a=x&b=y%0Az' });

    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });

  it('calls the function every time if caching is off and no source is named', async () => {
    const authorizer = { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 };
    const { send, ports } = anApi(withAuthorizer(authorizer), {
      list: ok,
      auth: () => policy('Allow', '*'),
    });

    await send({ target: '/dev/pets' });
    await send({ target: '/dev/pets' });

    assert.equal(ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 2);
  });
});
