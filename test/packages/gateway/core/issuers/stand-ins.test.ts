import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOCAL_ISSUER } from '../../../../../packages/gateway/core/issuers/issuer-names.ts';
import { StandIns } from '../../../../../packages/gateway/core/issuers/stand-ins.ts';
import { aStack } from '../../../../support/a-stack.ts';

const AUTH0 = 'https://example.eu.auth0.com/';
const OKTA = 'https://dev-1.okta.com/oauth2/default';
const POOL = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc';

describe('StandIns', () => {
  it('are those that were named and the pools of the present stacks', () => {
    const standIns = new StandIns([AUTH0]);
    const pool = { type: 'AWS::Cognito::UserPool', id: 'us-east-1_Abc', properties: {} };

    standIns.follow([aStack({ Pool: pool })]);
    const with_ = standIns.all;
    standIns.follow([]);

    assert.deepEqual(with_, [AUTH0, POOL]);
    assert.deepEqual(standIns.all, [AUTH0]);
    assert.deepEqual([standIns.includes(POOL), standIns.includes(LOCAL_ISSUER)], [false, true]);
  });

  it('find an issuer with and without the slash at its end, but not a longer one', () => {
    const standIns = new StandIns([AUTH0, OKTA]);

    assert.ok(standIns.includes('https://example.eu.auth0.com') && standIns.includes(`${OKTA}/`));
    assert.ok(
      !standIns.includes(`${OKTA}/x`) && !standIns.includes('https://example.eu.auth0.com.evil.example/'),
    );
  });

  const requests: { name: string; host: string; path: string; found: unknown }[] = [
    {
      name: 'by its Host',
      host: 'example.eu.auth0.com',
      path: '/authorize',
      found: { issuer: AUTH0, path: '/authorize' },
    },
    {
      name: 'by its Host in any case, with the port of this machine',
      host: 'Example.EU.auth0.com:4443',
      path: '/authorize',
      found: { issuer: AUTH0, path: '/authorize' },
    },
    {
      name: 'by no Host that only begins like it',
      host: 'example.eu.auth0.com.evil.example:4443',
      path: '/authorize',
      found: undefined,
    },
    {
      name: 'by its Host and the path of its name',
      host: 'dev-1.okta.com',
      path: '/oauth2/default/v1/keys',
      found: { issuer: OKTA, path: '/v1/keys' },
    },
    { name: 'by neither half of that', host: 'dev-1.okta.com', path: '/v1/keys', found: undefined },
    {
      name: 'by the id of a pool in the path',
      host: '127.0.0.1:4000',
      path: '/us-east-1_Abc/.well-known/jwks.json',
      found: { issuer: POOL, path: '/.well-known/jwks.json' },
    },
    {
      name: 'by its host in the path',
      host: 'localhost:4000',
      path: '/example.eu.auth0.com/oauth/token',
      found: { issuer: AUTH0, path: '/oauth/token' },
    },
    { name: 'by no longer name', host: 'localhost:4000', path: '/us-east-1_Abcd/x', found: undefined },
    { name: 'by nothing', host: 'localhost:4000', path: '/token', found: undefined },
  ];
  for (const { name, host, path, found } of requests)
    it(`are found ${name}`, () => {
      assert.deepEqual(new StandIns([AUTH0, OKTA, POOL]).find(host, path), found);
    });
});
