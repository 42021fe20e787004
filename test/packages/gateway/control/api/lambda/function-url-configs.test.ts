import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createFunctionUrlConfigs,
  isUrlConfigCall,
} from '../../../../../../packages/gateway/control/api/lambda/function-url-configs.ts';
import { Account } from '../../../../../../packages/gateway/control/account.ts';
import { readFunctionUrls } from '../../../../../../packages/gateway/control/loading/read-function-urls.ts';
import { REFUSING } from '../../../../../../packages/gateway/core/errors.ts';
import { compilePolicy } from '../../../../../../packages/gateway/core/policy/evaluate.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { ACCOUNT_ID, aStack, functionArn } from '../../../../../support/a-stack.ts';
import { virtualPorts } from '../../../../../support/virtual-ports.ts';
import type { FunctionDefinition } from '../../../../../../packages/gateway/core/stack/function.ts';
import type { ControlReply } from '../../../../../../packages/gateway/core/api-call.ts';

const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, ACCOUNT_ID);
const ARN = functionArn('greet');

const STACK = aStack({
  Own: {
    type: 'AWS::Lambda::Url',
    properties: { TargetFunctionArn: ARN, AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } },
  },
  OfAlias: {
    type: 'AWS::Lambda::Url',
    properties: {
      TargetFunctionArn: 'greet',
      Qualifier: 'live',
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
    },
  },
});

/** The URLs need no function, but ListFunctionUrlConfigs knows only functions that exist. */
const OF_GREET = { ...STACK, functions: [{ name: 'greet' } as FunctionDefinition] };

function ask(path: string, query = '', policies = ADMIN.policies): Promise<ControlReply> {
  const { clock } = virtualPorts({});
  const urls = readFunctionUrls([STACK], new Account({ clock, isThrottled: false }), REFUSING);
  const request = {
    method: 'GET',
    path,
    query,
    rawHeaders: [],
    body: Buffer.alloc(0),
    host: '127.0.0.1:4000',
  };
  assert.ok(isUrlConfigCall(request));
  const caller = { ...ADMIN, policies };
  return createFunctionUrlConfigs({
    urls: () => urls,
    stacks: () => [OF_GREET],
    createdAtEpochMs: Date.UTC(2026, 0, 2),
  })({
    request,
    caller,
    service: 'lambda',
    region: 'us-east-1',
  });
}

const read = ({ body }: ControlReply): Record<string, unknown> =>
  JSON.parse(String(body)) as Record<string, unknown>;

// Source: Lambda API reference, "GetFunctionUrlConfig", "ListFunctionUrlConfigs"
describe('createFunctionUrlConfigs', () => {
  it('describes the URL of a function, named in any way', async () => {
    for (const name of [
      'greet',
      encodeURIComponent(ARN),
      encodeURIComponent(`${ACCOUNT_ID}:function:greet`),
    ]) {
      const reply = await ask(`/2021-10-31/functions/${name}/url`);
      const { FunctionUrl, ...others } = read(reply);
      assert.equal(reply.status, 200);
      assert.match(String(FunctionUrl), /^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/);
      assert.deepEqual(others, {
        FunctionArn: ARN,
        AuthType: 'NONE',
        Cors: { AllowOrigins: ['*'] },
        CreationTime: '2026-01-02T00:00:00.000Z',
        LastModifiedTime: '2026-01-02T00:00:00.000Z',
        InvokeMode: 'BUFFERED',
      });
    }
  });

  it('describes the configuration of an alias', async () => {
    const config = read(await ask('/2021-10-31/functions/greet/url', 'Qualifier=live'));
    assert.partialDeepStrictEqual(config, {
      FunctionArn: `${ARN}:live`,
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
    });
  });

  it('lists the configurations of a function and of its aliases', async () => {
    const { FunctionUrlConfigs } = read(await ask('/2021-10-31/functions/greet/urls'));
    assert.deepEqual(
      (FunctionUrlConfigs as { FunctionArn: string }[]).map(({ FunctionArn }) => FunctionArn),
      [ARN, `${ARN}:live`],
    );
  });

  // docs/aws §22.2
  it('lists them page by page', async () => {
    const first = read(await ask('/2021-10-31/functions/greet/urls', 'MaxItems=1'));
    const second = read(
      await ask('/2021-10-31/functions/greet/urls', `MaxItems=1&Marker=${String(first['NextMarker'])}`),
    );
    const arns = [first, second].map(({ FunctionUrlConfigs }) =>
      (FunctionUrlConfigs as { FunctionArn: string }[]).map(({ FunctionArn }) => FunctionArn),
    );

    assert.deepEqual(arns, [[ARN], [`${ARN}:live`]]);
    assert.equal('NextMarker' in second, false);
  });

  it('does not find the configuration of another alias', async () => {
    assert.equal((await ask('/2021-10-31/functions/greet/url', 'Qualifier=beta')).status, 404);
  });

  it('asks for the right to read one, and for another one to list them', async () => {
    for (const [may, one, all] of [
      ['GetFunctionUrlConfig', 200, 403],
      ['ListFunctionUrlConfigs', 403, 200],
    ] as const) {
      const statement = { Effect: 'Allow', Action: `lambda:${may}`, Resource: '*' };
      const compiled = compilePolicy({ Version: '2012-10-17', Statement: statement }, { ofIdentity: true });
      assert.ok(compiled.kind === 'compiled');
      const replies = ['url', 'urls'].map((what) =>
        ask(`/2021-10-31/functions/greet/${what}`, '', [compiled.policy]),
      );

      assert.deepEqual(
        (await Promise.all(replies)).map(({ status }) => status),
        [one, all],
      );
    }
  });

  it('refuses who may not read it', async () => {
    assert.equal((await ask('/2021-10-31/functions/greet/url', '', [])).status, 403);
  });
});
