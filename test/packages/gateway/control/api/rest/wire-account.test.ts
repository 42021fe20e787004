import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiKeyCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  GetAccountCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccountCommand,
} from '@aws-sdk/client-api-gateway';
import { GetApiCommand } from '@aws-sdk/client-apigatewayv2';
import { aRestControl } from '../../../../../support/a-rest-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';
import { ACCOUNT_ID, REGION } from '../../../../../support/a-stack.ts';
import { stackIdOf } from '../../../../../../packages/gateway/templates/pseudo-parameters.ts';

const ofStack = (logicalId: string): Readonly<Record<string, string>> => ({
  'aws:cloudformation:logical-id': logicalId,
  'aws:cloudformation:stack-id': stackIdOf({ stackName: 'test', region: REGION, accountId: ACCOUNT_ID }),
  'aws:cloudformation:stack-name': 'test',
});
const arnOf = (path: string): string => `arn:aws:apigateway:${REGION}::${path}`;

describe('the account and its tags, asked by the unmodified SDK', () => {
  let at: TestRestControl;
  before(async () => {
    at = await aRestControl({
      Tagged: {
        type: 'AWS::ApiGateway::RestApi',
        id: 'tagged',
        properties: { Name: 'tagged', Tags: [{ Key: 'team', Value: 'shop' }] },
      },
      Http: {
        type: 'AWS::ApiGatewayV2::Api',
        id: 'httpapi',
        properties: { Name: 'http', ProtocolType: 'HTTP', Tags: { team: 'web' } },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        id: '$default',
        properties: { ApiId: 'httpapi', StageName: '$default', AutoDeploy: true, Tags: { live: 'yes' } },
      },
    });
  });
  after(() => at.close());

  it('has the throttle that AWS gives a new account', async () => {
    const { throttleSettings, features } = await at.sdk.send(new GetAccountCommand({}));

    assert.deepEqual([throttleSettings, features], [{ burstLimit: 5000, rateLimit: 10_000 }, ['UsagePlans']]);
  });

  it('shows the tags of templates and of calls, by ARN', async () => {
    const { id = '' } = await at.sdk.send(new CreateApiKeyCommand({ name: 'k', tags: { for: 'acme' } }));
    const rows: readonly [path: string, tags: object][] = [
      ['/restapis/tagged', { team: 'shop', ...ofStack('Tagged') }],
      ['/apis/httpapi', { team: 'web', ...ofStack('Http') }],
      ['/apis/httpapi/stages/$default', { live: 'yes' }],
      [`/apikeys/${id}`, { for: 'acme' }],
    ];
    for (const [path, tags] of rows) {
      const found = await at.sdk.send(new GetTagsCommand({ resourceArn: arnOf(path) }));
      assert.deepEqual(found.tags, tags, path);
    }
  });

  for (const path of ['/restapis/none', '/apis/tagged', '/apis/httpapi/stages/none', '/apikeys/none', '/x'])
    it(`says that there is no ${path}`, async () => {
      await assert.rejects(at.sdk.send(new GetTagsCommand({ resourceArn: arnOf(path) })), {
        name: 'NotFoundException',
      });
    });

  it('keeps the role for logs that a call has set, and nothing else', async () => {
    const role = 'arn:aws:iam::123456789012:role/logs';
    const update = (op: 'replace' | 'add', path: string, value: string) =>
      at.sdk.send(new UpdateAccountCommand({ patchOperations: [{ op, path, value }] }));
    const shown = async () => (await at.sdk.send(new GetAccountCommand({}))).cloudwatchRoleArn;

    const set = await update('replace', '/cloudwatchRoleArn', role);
    const read = await shown();
    await assert.rejects(update('replace', '/cloudwatchRoleArn', 'logs'), { name: 'BadRequestException' });
    await assert.rejects(update('replace', '/throttle/rateLimit', '1'), { name: 'BadRequestException' });
    await assert.rejects(update('add', '/features', 'Other'), { name: 'BadRequestException' });
    await update('add', '/features', 'UsagePlans');
    const kept = await shown();
    await update('replace', '/cloudwatchRoleArn', '');

    assert.deepEqual([set.cloudwatchRoleArn, read, kept, await shown()], [role, role, role, undefined]);
  });

  it('has tags that calls change', async () => {
    const { id } = await at.sdk.send(new CreateUsagePlanCommand({ name: 'p', tags: { for: 'acme' } }));
    for (const [path, before] of [
      ['/restapis/tagged', { team: 'shop', ...ofStack('Tagged') }],
      [`/usageplans/${id}`, { for: 'acme' }],
    ] as const) {
      const resourceArn = arnOf(path);
      await at.sdk.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } }));
      const { tags } = await at.sdk.send(new GetTagsCommand({ resourceArn }));
      assert.deepEqual(tags, { ...before, a: 'b' });
    }
  });

  it('has tags that only CloudFormation gives an API of a stack (docs/aws §10.5)', async () => {
    const resourceArn = arnOf('/restapis/tagged');
    const { tags } = await at.sdk.send(new GetRestApiCommand({ restApiId: 'tagged' }));
    const listed = await at.sdk.send(new GetRestApisCommand({}));
    const http = await at.v2.send(new GetApiCommand({ ApiId: 'httpapi' }));
    const made = await at.sdk.send(new CreateRestApiCommand({ name: 'by call' }));

    assert.equal(tags?.['aws:cloudformation:stack-name'], 'test');
    assert.deepEqual(listed.items?.find(({ id }) => id === 'tagged')?.tags, tags);
    assert.deepEqual(http.Tags, { team: 'web', ...ofStack('Http') });
    assert.equal(made.tags, undefined, 'what a call makes is of no stack');
    const refused = { name: 'BadRequestException', message: /must not start with aws:/ };
    await assert.rejects(
      at.sdk.send(new TagResourceCommand({ resourceArn, tags: { 'AWS:cloudformation:stack-name': 'x' } })),
      refused,
    );
    await assert.rejects(
      at.sdk.send(new UntagResourceCommand({ resourceArn, tagKeys: ['aws:cloudformation:stack-name'] })),
      refused,
    );
    const own = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`t${index}`, '']));
    await at.sdk.send(new TagResourceCommand({ resourceArn, tags: own }));
    await at.sdk.send(new UntagResourceCommand({ resourceArn, tagKeys: Object.keys(own) }));
    const after = await at.sdk.send(new GetTagsCommand({ resourceArn }));
    assert.equal(after.tags?.['aws:cloudformation:logical-id'], 'Tagged', 'they count for nothing, and stay');
  });
});
