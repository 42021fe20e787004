import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLambdaInvoke } from '../../../../../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { headerOf } from '../../../../../support/an-api.ts';
import { CountingRandom, FakeInvoker } from '../../../../../support/virtual-ports.ts';

const ACCOUNT_ID = '123456789012';
const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, ACCOUNT_ID);

describe('createLambdaInvoke, asked by alias', () => {
  const arns: (string | undefined)[] = [];
  const serve = createLambdaInvoke({
    invoker: new FakeInvoker({
      greet: (_event, { options }) => arns.push(options?.invoked?.arn),
      other: () => 'other',
    }),
    random: new CountingRandom(),
    accountId: ACCOUNT_ID,
    hasQualifier: (name, qualifier) => name === 'greet' && ['live', '3'].includes(qualifier),
    versionOf: (_name, qualifier) => (qualifier === 'live' ? '7' : qualifier),
    accept: () => true,
  });
  const rows: readonly (readonly [name: string, query: string, status: number, version?: string])[] = [
    ['greet:live', '', 200, '7'],
    ['greet', 'Qualifier=live', 200, '7'],
    ['greet', 'Qualifier=3', 200, '3'],
    ['greet', '', 200, '$LATEST'],
    ['greet', 'Qualifier=$LATEST', 200, '$LATEST'],
    [`arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:greet:live`, '', 200, '7'],
    ['greet:canary', '', 404],
    ['other:live', '', 404],
    ['nobody:live', '', 404],
  ];
  for (const [name, query, status, version] of rows)
    it(`answers ${name} ${query} with ${status}, of version ${version ?? 'none'}`, async () => {
      arns.length = 0;
      const reply = await serve({
        request: {
          method: 'POST',
          path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
          query,
          rawHeaders: [],
          body: Buffer.from('{}'),
          host: '127.0.0.1:4000',
        },
        caller: ADMIN,
        service: 'lambda',
        region: 'us-east-1',
      });

      assert.equal(reply.status, status);
      // The ARN in the context has the qualifier as the call names it, also $LATEST (LocalStack,
      // test_lambda_common.py::test_introspection_invoke, recorded at AWS).
      const qualifier = /:(live)$|Qualifier=(.+)$/.exec(`${name} ${query}`.trim());
      const arn = `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:greet:${qualifier?.[1] ?? qualifier?.[2]}`;
      if (status === 200) assert.deepEqual(arns, [qualifier === null ? undefined : arn]);
      assert.equal(headerOf({ ...reply, headers: [...reply.headers] }, 'x-amz-executed-version'), version);
    });
});
