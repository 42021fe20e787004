/** What a local sign-in stores, and which functions it calls. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { openLocalSignIn } from '../../../../packages/gateway/cognito/sign-in.ts';
import type { Invocation, Invoker } from '../../../../packages/gateway/core/ports.ts';
import { StandIns } from '../../../../packages/gateway/core/issuers/stand-ins.ts';
import { createIdentities } from '../../../../packages/gateway/core/policy/identities.ts';
import { createSystemRandom } from '../../../../packages/gateway/server/adapters/random.ts';
import { aStack } from '../../../support/a-stack.ts';
import { PASSWORD, POOL_ID } from '../../../support/a-user-pool.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

async function open(t: TestContext, config: { readonly PreSignUp?: string } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-sign-in-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const invocations: Invocation[] = [];
  let unsaved = 0;
  let heard: (() => void) | undefined;
  const signIn = await openLocalSignIn({
    clock: new VirtualClock(),
    random: createSystemRandom(),
    standIns: new StandIns([]),
    identities: createIdentities([]),
    directory,
    knowsResource: () => false,
    signInAs: undefined,
    allowsPrivateClients: false,
    log: {
      write: (line) => {
        if (!line.startsWith('the users could not be saved: ')) return;
        unsaved += 1;
        heard?.();
      },
    },
    invoker: () =>
      ({
        invoke: (invocation) => {
          invocations.push(invocation);
          return Promise.resolve({ kind: 'returned', payload: '{"response":{}}' });
        },
      }) satisfies Pick<Invoker, 'invoke'>,
  });
  const pool = { type: 'AWS::Cognito::UserPool', id: POOL_ID, properties: { LambdaConfig: config } };
  const client = { type: 'AWS::Cognito::UserPoolClient', id: 'app', properties: { UserPoolId: POOL_ID } };
  signIn.follow([aStack({ Pool: pool, App: client })], []);
  const signUp = (Username: string) =>
    signIn.port.serve({
      method: 'POST',
      path: '/',
      query: '',
      host: '127.0.0.1',
      rawHeaders: ['X-Amz-Target', 'AWSCognitoIdentityProviderService.SignUp'],
      body: Buffer.from(JSON.stringify({ ClientId: 'app', Username, Password: PASSWORD })),
    });
  const aFailure = () => new Promise<void>((resolve) => (heard = resolve));
  return { directory, invocations, signUp, aFailure, failures: () => unsaved };
}

describe('a local sign-in', () => {
  it('says at each change that users cannot be kept, and serves them', async (t) => {
    const { directory, signUp, aFailure, failures } = await open(t);
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'in its place');

    for (const name of ['ada', 'bob']) {
      const failed = aFailure();
      assert.equal((await signUp(name))?.status, 200);
      await failed;
    }

    assert.equal(failures(), 2);
  });

  for (const { arn, called } of [
    {
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:check:live',
      called: { functionName: 'check', qualifier: 'live' },
    },
    { arn: 'check', called: { functionName: 'check' } },
  ])
    it(`asks the function of a trigger, ${arn}, within Cognito's 5 s`, async (t) => {
      const { invocations, signUp } = await open(t, { PreSignUp: arn });

      assert.equal((await signUp('ada'))?.status, 200);

      assert.partialDeepStrictEqual(invocations, [{ ...called, timeoutMs: 5_000 }]);
    });
});
