/** User pools in this process, and calls to them as clients send them. */
import assert from 'node:assert/strict';
import { createCognitoIdp } from '../../packages/gateway/cognito/api/cognito-idp.ts';
import type { ControlReply, ControlRequest } from '../../packages/gateway/core/api-call.ts';
import { EventJournal } from '../../packages/gateway/kernel/event-journal.ts';
import { createSystemRandom } from '../../packages/gateway/server/adapters/random.ts';
import { Issuer } from '../../packages/gateway/cognito/issuer.ts';
import { createSignInPort } from '../../packages/gateway/cognito/login/sign-in-port.ts';
import { readPools } from '../../packages/gateway/cognito/pools/read-pools.ts';
import { UserPools } from '../../packages/gateway/cognito/pools/user-pools.ts';
import type { PoolPorts } from '../../packages/gateway/cognito/pools/user-pool.ts';
import type { UserDefinition } from '../../packages/gateway/cognito/pools/pool-user.ts';
import { StandIns } from '../../packages/gateway/core/issuers/stand-ins.ts';
import { adminIdentity } from '../../packages/gateway/core/policy/identities.ts';
import { aStack, type TestResource } from './a-stack.ts';
import { GATEWAY_ADMIN } from './a-gateway.ts';
import { VirtualClock } from './virtual-ports.ts';
import { keptIssuerKeys } from './signed-tokens.ts';

export const POOL_ID = 'us-east-1_Shop';
export const AUTH0 = 'https://example.eu.auth0.com/';
export const ADA: UserDefinition = {
  username: 'ada',
  password: 'Correct horse 1!',
  groups: ['admins'],
  claims: {},
  attributes: { email: 'ada@example.com', 'custom:tenant': 'acme' },
};

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** A pool that a template defines, with one client. The pool and the client have these properties. */
export async function aUserPool(
  pool: object = {},
  client: object = {},
  more: object = {},
  invoke: PoolPorts['invoke'] = () => Promise.reject(new Error('no function is there')),
) {
  const clock = new VirtualClock();
  const standIns = new StandIns([AUTH0]);
  const issuer = await Issuer.create({
    clock,
    random: createSystemRandom(),
    standsInFor: (name) => standIns.includes(name),
    kept: keptIssuerKeys(),
  });
  const lines: string[] = [];
  const journal = new EventJournal(clock, createSystemRandom(), (message) => assert.fail(message));
  const pools = new UserPools(issuer, {
    clock,
    random: createSystemRandom(),
    journal: () => journal,
    onChange: () => undefined,
    log: (line) => lines.push(line),
    invoke,
  });
  const resources = {
    Pool: { type: 'AWS::Cognito::UserPool', id: POOL_ID, properties: pool },
    App: {
      type: 'AWS::Cognito::UserPoolClient',
      id: 'app',
      properties: {
        UserPoolId: POOL_ID,
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
        ...client,
      },
    },
    Admins: {
      type: 'AWS::Cognito::UserPoolGroup',
      id: 'admins',
      properties: { UserPoolId: POOL_ID, GroupName: 'admins' },
    },
    ...more,
  } as unknown as Readonly<Record<string, TestResource>>;
  const stacks = [aStack(resources)];
  standIns.follow(stacks);
  pools.follow(readPools(stacks, standIns.all), [ADA]);
  const cognito = createCognitoIdp(pools, clock);
  const port = createSignInPort({ issuer, standIns, pools, cognito, clock });
  const caller = adminIdentity(GATEWAY_ADMIN, '123456789012');
  const request = (name: string, input: object): ControlRequest => ({
    method: 'POST',
    path: '/',
    query: '',
    host: 'cognito-idp.us-east-1.amazonaws.com',
    rawHeaders: ['X-Amz-Target', `AWSCognitoIdentityProviderService.${name}`],
    body: Buffer.from(JSON.stringify(input)),
  });
  return {
    clock,
    issuer,
    pools,
    cognito,
    port,
    lines,
    journal,
    stacks,
    standIns,
    /** Sends a call without a signature. */
    async call(name: string, input: object): Promise<Answer> {
      const reply = await cognito.serveUser(request(name, input));
      if (reply === undefined) throw new Error(`${name} wants a signature`);
      return answerOf(reply);
    },
    async admin(name: string, input: object = {}): Promise<Answer> {
      const call = { request: request(name, { UserPoolId: POOL_ID, ...input }), caller };
      return answerOf(await cognito.serveAdmin({ ...call, service: 'cognito-idp', region: 'us-east-1' }));
    },
    /** The code that was sent last. */
    code: (): string => /is (\d{6})$/.exec(lines.at(-1) ?? '')?.[1] ?? '',
  };
}

export function answerOf({ status, body }: ControlReply): Answer {
  return { status, body: JSON.parse(String(body)) as Answer['body'] };
}

export function claimsOf(token: unknown): Readonly<Record<string, unknown>> {
  const payload = String(token).split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
}

export const PASSWORD = 'Correct horse 1!';
export const client = { ClientId: 'app' };

export function signIn(USERNAME: string, PASSWORD_: string, more: object = {}): object {
  return {
    ...client,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD: PASSWORD_, ...more },
  };
}

export function refreshed(REFRESH_TOKEN: unknown): object {
  return { ...client, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN } };
}

export function tokensOf({ status, body }: Answer) {
  assert.equal(status, 200, JSON.stringify(body));
  return body['AuthenticationResult'] as Readonly<Record<string, unknown>>;
}

/** The status and the name of the error. */
export function codeOf({ status, body }: Answer): string {
  const { __type: name } = body;
  return typeof name === 'string' ? `${status} ${name}` : String(status);
}
