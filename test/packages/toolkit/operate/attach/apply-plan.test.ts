import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PutMethodCommand, UpdateMethodCommand, UpdateStageCommand } from '@aws-sdk/client-api-gateway';
import { CreateRouteCommand } from '@aws-sdk/client-apigatewayv2';
import { ForeignEditError } from '../../../../../packages/toolkit/operate/attach/apply-plan.ts';
import { PlaneError } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import {
  anHttpApiToAttach,
  API_ID,
  aRestApiToAttach,
  aWebSocketApiToAttach,
  tokenFor,
} from '../../../../support/an-api-to-attach.ts';
import { makeRootResourceId } from '../../../../../packages/base/aws/physical-ids.ts';
import { assertSame } from '../../../../support/every-get-answer.ts';
import type { ApiToAttach } from '../../../../support/an-api-to-attach.ts';

const ADMIN = tokenFor('admin');
const SUPPORT = tokenFor('support');
const small = { resources: 2, methods: ['GET', 'POST'] };

/** Statements of the policy of the token authorizer, whose function no template permits to call. */
function permissionsOf({ control }: ApiToAttach): readonly string[] {
  const owner = { functionName: 'gatewright-prod-token-authorizer', qualifier: undefined };
  return control.served.account.functionPolicies.statementsOf(owner).map(({ id }) => id);
}

async function assertOpen(api: ApiToAttach): Promise<void> {
  assert.equal(await api.status('GET', '/things-1'), 200);
  assert.equal(await api.status('GET', '/things-1', 'nonsense'), 200);
}

async function assertGuarded(api: ApiToAttach, method: string, target: string): Promise<void> {
  assert.equal(await api.status(method, target), 401);
  assert.equal(await api.status(method, target, 'nonsense'), 401);
  assert.equal(await api.status(method, target, SUPPORT), method === 'GET' ? 200 : 403);
  assert.equal(await api.status(method, target, ADMIN), 200);
}

describe('an authorizer that is attached to an API that runs', () => {
  it('guards all 60 routes of a REST API, and is gone without a trace when it is detached', async () => {
    await using api = await aRestApiToAttach();
    const before = await api.everything();
    await assertOpen(api);
    const { plan, findings } = await api.plan();
    assert.deepEqual(findings, []);
    assertSame(await api.everything(), before, 'a plan changes nothing');

    await api.apply(plan);

    for (const step of plan.steps) {
      const [kind, method = '', path = ''] = step.name.split(' ');
      if (kind === 'route') await assertGuarded(api, method, path);
    }
    assert.equal(plan.steps.filter(({ name }) => name.startsWith('route ')).length, 60);
    assert.deepEqual(await api.detach(), []);
    assertSame(await api.everything(), before);
    assert.deepEqual(permissionsOf(api), [], 'the function may no longer be called');
    await assertOpen(api);
  });

  for (const autoDeploy of [true, false])
    it(`guards all 20 routes of an HTTP API, and goes again, if autoDeploy is ${autoDeploy}`, async () => {
      await using api = await anHttpApiToAttach({ autoDeploy });
      const before = await api.everything();
      await assertOpen(api);
      const { plan } = await api.plan();

      await api.apply(plan);

      for (let index = 1; index <= 20; index += 1) await assertGuarded(api, 'GET', `/things-${index}`);
      await api.detach();
      assertSame(await api.everything(), before);
      await assertOpen(api);
    });

  it('protects only $connect of a WebSocket API, and is removed again', async () => {
    await using api = await aWebSocketApiToAttach();
    const before = await api.everything();
    const { plan, findings } = await api.plan();
    assert.deepEqual(
      plan.steps.map(({ name }) => name),
      ['permission', 'authorizer', 'route $connect', 'deployment', 'stage'],
    );
    assert.ok(findings.some(({ id }) => id === 'drift-unknown'));

    const shakeHands = (token?: string): Promise<number> => api.status('GET', '', token);
    assert.deepEqual([await shakeHands(), await shakeHands('nonsense')], [101, 101]);

    await api.apply(plan);
    assert.notEqual(await api.everything(), before);
    assert.deepEqual([await shakeHands(), await shakeHands('nonsense')], [401, 401]);
    assert.deepEqual([await shakeHands(SUPPORT), await shakeHands(ADMIN)], [403, 101]);
    await api.detach();

    assertSame(await api.everything(), before);
    assert.equal(await shakeHands(), 101);
  });

  it('is first used for a part of the callers, if a canary is requested', async () => {
    await using api = await aRestApiToAttach(small);
    const before = await api.everything();
    const { plan } = await api.plan({ canaryPercent: 100 });

    await api.apply(plan);
    assert.equal(await api.status('GET', '/things-1'), 401);
    await api.detach();

    assertSame(await api.everything(), before);
  });
});

/** The calls of a run, of which the one of this number is the last: it is lost, or its answer is. */
function killedAt(api: ApiToAttach, number: number, isCarriedOut: boolean): ApiToAttach['plane']['write'] {
  let calls = 0;
  return async (call) => {
    calls += 1;
    if (calls < number) return api.plane.write(call);
    if (isCarriedOut) await api.plane.write(call);
    throw new Error('killed');
  };
}

const KINDS = [
  { kind: 'REST', open: () => aRestApiToAttach(small), steps: 8 },
  { kind: 'HTTP', open: () => anHttpApiToAttach({ count: 2, autoDeploy: false }), steps: 6 },
  { kind: 'WebSocket', open: () => aWebSocketApiToAttach(), steps: 5 },
];

describe('a run that is killed', () => {
  for (const { kind, open, steps } of KINDS)
    it(`at any step, before or after AWS carries it out, is completed by the next, and detached after it: ${kind}`, async () => {
      await using api = await open();
      const all = await api.everything();
      const before = await api.seen();
      for (let number = 1; number <= steps; number += 1)
        for (const isCarriedOut of [false, true]) {
          const at = `${kind}, step ${number}, ${isCarriedOut ? 'carried out' : 'lost'}`;
          const { plan } = await api.plan();
          assert.equal(plan.steps.length, steps, at);
          await assert.rejects(api.apply(plan, killedAt(api, number, isCarriedOut)), /killed/);

          await api.apply(plan);

          const { plan: again } = await api.plan();
          assert.deepEqual(again.steps, [], `${at}: nothing is left to attach`);
          await api.detach();
          assertSame(await api.seen(), before, at);
          api.journal().close();
        }
      assertSame(await api.everything(), all);
    });

  it('at any step is undone by detach, which may be killed as well', async () => {
    await using api = await aRestApiToAttach(small);
    const before = await api.seen();
    for (let number = 1; number <= 8; number += 1)
      for (const isCarriedOut of [false, true]) {
        const { plan } = await api.plan();
        await assert.rejects(api.apply(plan, killedAt(api, number, isCarriedOut)), /killed/);
        for (const place of [1, 4, 7])
          await api.detach(false, killedAt(api, place, isCarriedOut)).catch(() => undefined);

        await api.detach();

        assertSame(await api.seen(), before, `step ${number}`);
        api.journal().close();
      }
  });
});

/** A session that ends before the call of this number, and continues with fresh credentials in the next run. */
function expiringAt(api: ApiToAttach, number: number): ApiToAttach['plane']['write'] {
  let calls = 0;
  return async (call) => {
    calls += 1;
    if (calls < number) return api.plane.write(call);
    const message = 'The security token included in the request is expired';
    throw new PlaneError(`${call.method} ${call.path}`, 'ExpiredTokenException', message);
  };
}

describe('a run whose credentials expire', () => {
  for (const { kind, open, steps } of KINDS)
    it(`at any step reports it, and is completed with fresh credentials and detached, whose credentials may expire as well: ${kind}`, async () => {
      await using api = await open();
      const before = await api.seen();
      for (let number = 1; number <= steps; number += 1) {
        const { plan } = await api.plan();
        await assert.rejects(
          api.apply(plan, expiringAt(api, number)),
          /renew them and run the command again/,
        );

        await api.apply(plan);

        assert.deepEqual((await api.plan()).plan.steps, [], `${kind}, step ${number}`);
        await assert.rejects(api.detach(false, expiringAt(api, number)), /ExpiredTokenException/);
        await api.detach();
        assertSame(await api.seen(), before, `${kind}, step ${number}`);
        api.journal().close();
      }
    });
});

describe('an API that others edit as well', () => {
  const root = makeRootResourceId('test', 'Api');
  const EDITS = [
    {
      what: 'a route that the plan is about',
      edit: ({ control }: ApiToAttach) =>
        control.sdk.send(
          new UpdateMethodCommand({
            restApiId: API_ID,
            resourceId: 'R1',
            httpMethod: 'GET',
            patchOperations: [{ op: 'replace', path: '/authorizationType', value: 'AWS_IAM' }],
          }),
        ),
      says: /route GET \/things-1: authorizationType was NONE and is now AWS_IAM/,
    },
    {
      what: 'another route',
      edit: ({ control }: ApiToAttach) =>
        control.sdk.send(
          new PutMethodCommand({
            restApiId: API_ID,
            resourceId: root,
            httpMethod: 'GET',
            authorizationType: 'NONE',
          }),
        ),
      says: /route GET \/ is new/,
    },
    {
      what: 'a variable of the stage, whose value is not shown',
      edit: ({ control }: ApiToAttach) =>
        control.sdk.send(
          new UpdateStageCommand({
            restApiId: API_ID,
            stageName: 'prod',
            patchOperations: [{ op: 'replace', path: '/variables/password', value: 'hunter2' }],
          }),
        ),
      says: /stage: variables has changed\n/,
    },
  ];
  for (const { what, edit, says } of EDITS)
    it(`between plan and apply is refused with the difference, and nothing is changed: ${what}`, async () => {
      await using api = await aRestApiToAttach(small);
      const { plan } = await api.plan();
      await edit(api);
      const edited = await api.seen();

      await assert.rejects(api.apply(plan), (error) => {
        assert.ok(error instanceof ForeignEditError);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });

      assertSame(await api.seen(), edited);
    });

  it('before the deployment is not let go live', async () => {
    await using api = await aRestApiToAttach(small);
    const { plan } = await api.plan();
    const write: ApiToAttach['plane']['write'] = async (call) => {
      const answer = await api.plane.write(call);
      if (call.path.endsWith('/methods/POST') && call.path.includes('/R2/')) await EDITS[1]?.edit(api);
      return answer;
    };

    await assert.rejects(api.apply(plan, write), (error) => {
      assert.ok(error instanceof ForeignEditError);
      assert.equal(error.hasStarted, true);
      assert.match(
        error.message,
        /undo these edits and run gatewright attach apply, which resumes the plan; or run gatewright detach/,
      );
      return true;
    });

    await assertOpen(api);
  });

  it('after it was attached prevents detach from changing that part, unless it is forced', async () => {
    await using api = await aRestApiToAttach(small);
    const { plan } = await api.plan();
    await api.apply(plan);
    await EDITS[0]?.edit(api);
    const edited = await api.seen();

    await assert.rejects(api.detach(), ForeignEditError);
    assertSame(await api.seen(), edited);

    assert.deepEqual(
      (await api.detach(true)).map((kept) => kept.split(':')[0]),
      ['route GET /things-1', 'authorizer gatewright was not changed'],
    );
    const shown = await api.plan({ patterns: ['GET /things-1'] });
    assert.equal(shown.live.routes.find(({ key }) => key === 'GET /things-1')?.authorizationType, 'AWS_IAM');
  });

  // A deployment of the service moves the stage: osls names a new deployment in every package.
  for (const { kind, address, make } of [
    { kind: 'REST', address: '/restapis', make: () => aRestApiToAttach(small) },
    { kind: 'HTTP', address: '/v2/apis', make: () => anHttpApiToAttach({ autoDeploy: false }) },
  ])
    it(`after a deployment of the service, detach deploys the ${kind} API without the attachment`, async () => {
      await using api = await make();
      const { plan } = await api.plan();
      await api.apply(plan);
      const path = `${address}/${API_ID}/deployments`;
      const made = await api.plane.write({
        service: 'apigateway',
        method: 'POST',
        path,
        body: { stageName: 'prod' },
      });
      const deployed = made['id'] ?? made['deploymentId'];
      await assertGuarded(api, 'GET', '/things-1');

      assert.deepEqual(await api.detach(), []);

      await assertOpen(api);
      assert.deepEqual(permissionsOf(api), []);
      const { live } = await api.plan();
      assert.equal(live.parts['authorizer gatewright'], undefined);
      assert.notEqual(live.parts['stage']?.['deploymentId'], deployed);
    });

  it('of an HTTP API between plan and apply is refused, too', async () => {
    await using api = await anHttpApiToAttach({ count: 2 });
    const { plan } = await api.plan();
    await api.control.v2.send(new CreateRouteCommand({ ApiId: API_ID, RouteKey: 'GET /secret' }));

    await assert.rejects(api.apply(plan), /route GET \/secret is new/);
  });
});

describe('an authorizer that a route gets back', () => {
  /** The route had an authorizer of its own, and has ours now. */
  async function replaceOwn(api: ApiToAttach): Promise<{ id: string; address: string }> {
    const first = await api.plan();
    const { after } = first.plan.steps.find(({ makes }) => makes === 'authorizer') ?? assert.fail();
    const { kind, address: apiAddress, routes } = first.live;
    const [route] = routes;
    const own = await api.plane.write({
      service: 'apigateway',
      method: 'POST',
      path: `${apiAddress}/authorizers`,
      body: { ...after, name: 'own' },
    });
    const id = String(own['id'] ?? own['authorizerId']);
    const set = { authorizationType: 'CUSTOM', authorizerId: id };
    const patchOperations = Object.entries(set).map(([name, value]) => ({
      op: 'replace',
      path: `/${name}`,
      value,
    }));
    await api.plane.write({
      service: 'apigateway',
      method: 'PATCH',
      path: route?.address ?? '',
      body: kind === 'rest' ? { patchOperations } : set,
    });
    await api.apply((await api.plan({ isReplacing: true })).plan);
    return { id, address: `${apiAddress}/authorizers/${id}` };
  }
  const rest = () => aRestApiToAttach({ resources: 1, methods: ['GET'] });
  const http = () => anHttpApiToAttach({ count: 1 });
  const CHANGES = [
    {
      what: 'was edited after: REST',
      open: rest,
      call: {
        method: 'PATCH',
        body: {
          patchOperations: [{ op: 'replace', path: '/identitySource', value: 'method.request.header.Any' }],
        },
      },
      says: /route GET \/things-1: its former authorizer has changed: authorizer own: identitySource was .* and is now method\.request\.header\.Any/,
    },
    {
      what: 'was edited after: HTTP',
      open: http,
      call: { method: 'PATCH', body: { identitySource: ['$request.header.Any'] } },
      says: /route GET \/things-1: its former authorizer has changed: authorizer own: identitySource was .* and is now \["\$request\.header\.Any"\]/,
    },
    {
      what: 'is gone',
      open: http,
      call: { method: 'DELETE' },
      says: /route GET \/things-1: its former authorizer \w+ no longer exists/,
    },
  ] as const;
  for (const { what, open, call, says } of CHANGES)
    it(`is refused before the first call if it ${what}; --force does not change the route`, async () => {
      await using api = await open();
      const { address } = await replaceOwn(api);
      await api.plane.write({ service: 'apigateway', path: address, ...call });
      const edited = await api.seen();

      await assert.rejects(api.detach(), (error) => {
        assert.ok(error instanceof ForeignEditError);
        assert.match(error.message, says);
        return true;
      });
      assertSame(await api.seen(), edited);

      const kept = await api.detach(true);
      assert.match(kept[0] ?? '', says);
      const { live } = await api.plan();
      const name = ({ authorizerId }: { readonly authorizerId: string | undefined }) =>
        live.authorizers.find((one) => [one['id'], one['authorizerId']].includes(authorizerId))?.['name'];
      assert.deepEqual(live.routes.map(name), ['gatewright']);
    });

  it('is restored if it has not changed', async () => {
    await using api = await http();
    const { id } = await replaceOwn(api);

    assert.deepEqual(await api.detach(), []);
    assert.deepEqual(
      (await api.plan()).live.routes.map(({ authorizerId }) => authorizerId),
      [id],
    );
  });
});
