import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import type { ServedApis } from '../../../../../../packages/gateway/control/served-apis.ts';
import { aGateway } from '../../../../../support/a-gateway.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import { anHttpApiTemplate } from '../../../../../support/a-small-template.ts';
import { LOCAL_ISSUER } from '../../../../../../packages/gateway/core/issuers/issuer-names.ts';
import {
  findUnreachable,
  openSignIn,
} from '../../../../../../packages/gateway/engine/compose/control-port/sign-in.ts';
import { createIdentities } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { createSystemClock } from '../../../../../../packages/gateway/server/adapters/system-clock.ts';
import { createSystemRandom } from '../../../../../../packages/gateway/server/adapters/random.ts';
import type { GatewayOptions } from '../../../../../../packages/gateway/engine/gateway.ts';

const POOL = { type: 'AWS::Cognito::UserPool', properties: {} };

function aSignIn(options: Partial<GatewayOptions> = {}) {
  return openSignIn(
    { dynamodb: { kind: 'none' }, log: { write: () => undefined }, ...options } as GatewayOptions,
    {
      clock: createSystemClock(),
      random: createSystemRandom(),
      identities: createIdentities([]),
      knowsResource: () => false,
      invoker: () => {
        throw new Error('no trigger is there');
      },
      journal: () => {
        throw new Error('no event is there');
      },
    },
  );
}

describe('openSignIn', () => {
  it('opens nothing for stacks without users', async () => {
    const signIn = await aSignIn();
    const stack = aStack({});

    signIn.expect([stack]);
    await signIn.follow([stack], []);

    assert.equal(signIn.opened, undefined);
    assert.deepEqual(signIn.addresses, []);
    assert.equal(signIn.keySets.known(LOCAL_ISSUER, 'any'), undefined);
  });

  for (const { name, resource } of [
    { name: 'user pools', resource: POOL },
    {
      name: 'authorizers that trust the local issuer',
      resource: {
        type: 'AWS::ApiGatewayV2::Authorizer',
        properties: { JwtConfiguration: { Issuer: LOCAL_ISSUER, Audience: ['app'] } },
      },
    },
  ])
    it(`is open once stacks with ${name} are followed`, async () => {
      const signIn = await aSignIn();

      await signIn.follow([aStack({ One: resource })], []);

      assert.ok(signIn.opened);
    });

  it('is open from the start for an issuer that an option names', async () => {
    const signIn = await aSignIn({ localIssuers: ['https://example.eu.auth0.com/'] });

    assert.ok(signIn.opened);
  });

  it('opens for expected stacks with users while the rest of them is read', async () => {
    const signIn = await aSignIn();

    signIn.expect([aStack({ Pool: POOL })]);
    for (let looks = 0; signIn.opened === undefined && looks < 10_000; looks += 1) await delay(1);

    assert.ok(signIn.opened);
  });

  it('has the pools of the stacks that were followed before it was opened', async () => {
    const signIn = await aSignIn();
    const stack = aStack({ Pool: POOL });

    const opening = signIn.open();
    await Promise.all([signIn.follow([stack], []), opening]);

    assert.equal(signIn.opened?.pools.all.length, 1);
  });

  it('finds its own key for an authorizer that a call has made', async () => {
    const signIn = await aSignIn();
    const [header = ''] = (await signIn.mint({ sub: 'ada' })).token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const late = await aSignIn();

    assert.equal((await signIn.keySets.find(LOCAL_ISSUER, kid)).kind, 'key');
    assert.ok(signIn.keySets.known(LOCAL_ISSUER, kid));
    assert.equal((await late.keySets.find(LOCAL_ISSUER, kid)).kind, 'unknown');
    assert.ok(late.opened);
  });
});

describe('findUnreachable', () => {
  const apisThatTrust = (issuer: string): ServedApis => {
    const authorization = { kind: 'token', authorizer: { trust: { issuers: [{ issuer }] } } };
    const stage = { deployment: { routes: { plans: [{ authorization }] } } };
    return { all: [{ served: { stages: new Map([['dev', stage]]) } }] } as unknown as ServedApis;
  };

  it('opens the local issuer for an authorizer of an OpenAPI body, and for no foreign one', async () => {
    const signIn = await aSignIn();
    const other = await aSignIn();

    assert.deepEqual(await findUnreachable(apisThatTrust(LOCAL_ISSUER), signIn), []);
    assert.deepEqual(await findUnreachable(apisThatTrust('http://127.0.0.1:1'), other), [
      'http://127.0.0.1:1',
    ]);

    assert.ok(signIn.opened);
    assert.equal(other.opened, undefined);
  });

  it('has the local issuer ready before a start with a trusting authorizer is', async () => {
    const template = anHttpApiTemplate('exports.handler = () => ({ statusCode: 200 });', {
      Guard: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId: { Ref: 'Api' },
          Name: 'guard',
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Issuer: LOCAL_ISSUER, Audience: ['gatewright'] },
        },
      },
      Guarded: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /guarded',
          AuthorizationType: 'JWT',
          AuthorizerId: { Ref: 'Guard' },
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
        },
      },
    }) as { Resources: object };
    const at = await aGateway(template.Resources);
    try {
      const address = `${at.urlOf('http').replace(/\/$/, '')}/guarded`;
      const token = await at.gateway.mint({ sub: 'ada' });
      const [without, withToken] = await Promise.all([
        fetch(address),
        fetch(address, { headers: { authorization: `Bearer ${token}` } }),
      ]);

      assert.deepEqual([without.status, withToken.status], [401, 200]);
      assert.deepEqual(at.listening.unreachableIssuers, []);
    } finally {
      await at.close();
    }
  });
});
