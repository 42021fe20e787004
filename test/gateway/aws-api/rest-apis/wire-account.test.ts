import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  GetAccountCommand,
  GetTagsCommand,
  TagResourceCommand,
  UpdateAccountCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl } from '../../../support/a-rest-control.ts';
import type { TestRestControl } from '../../../support/a-rest-control.ts';
import { REGION } from '../../../support/a-stack.ts';

const arnOf = (path: string): string => `arn:aws:apigateway:${REGION}::${path}`;

describe('the account and its tags, asked by the unmodified SDK', () => {
  let at: TestRestControl;
  before(async () => {
    at = await aRestControl({
      Tagged: {
        ...{ type: 'AWS::ApiGateway::RestApi', id: 'tagged' },
        properties: { Name: 'tagged', Tags: [{ Key: 'team', Value: 'shop' }] },
      },
      Http: {
        ...{ type: 'AWS::ApiGatewayV2::Api', id: 'httpapi' },
        properties: { Name: 'http', ProtocolType: 'HTTP', Tags: { team: 'web' } },
      },
      Stage: {
        ...{ type: 'AWS::ApiGatewayV2::Stage', id: '$default' },
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
      ['/restapis/tagged', { team: 'shop' }],
      ['/apis/httpapi', { team: 'web' }],
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
      ['/restapis/tagged', { team: 'shop' }],
      [`/usageplans/${id}`, { for: 'acme' }],
    ] as const) {
      const resourceArn = arnOf(path);
      await at.sdk.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } }));
      const { tags } = await at.sdk.send(new GetTagsCommand({ resourceArn }));
      assert.deepEqual(tags, { ...before, a: 'b' });
    }
  });
});
