import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateResourceCommand,
  GetMethodCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  TestInvokeMethodCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-api-gateway';
import { makeRootResourceId } from '../../../../../../packages/base/aws/physical-ids.ts';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { restApi } from '../../../../../support/rest-apis.ts';
import { LAMBDA } from '../../../../../support/streaming-methods.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

const restApiId = API_ID;
const TROUBLESHOOT = 'developer guide, "Troubleshoot issues with response streaming"';

let control: TestRestControl;
let method: { restApiId: string; resourceId: string; httpMethod: string };
before(async () => {
  const chat = (): string[] => [`{"statusCode":201}${'\0'.repeat(8)}one`, 'x'.repeat(2_000_000)];
  control = await aRestControl(restApi(), { chat, list: () => ({ statusCode: 200 }) });
  const parentId = makeRootResourceId('test', 'Api');
  const { id } = await control.sdk.send(
    new CreateResourceCommand({ restApiId, parentId, pathPart: 'streams' }),
  );
  method = { restApiId, resourceId: id ?? '', httpMethod: 'GET' };
  await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
});
after(() => control.close());

const proxy = { type: 'AWS_PROXY', integrationHttpMethod: 'POST' } as const;

describe('integrations of transfer mode STREAM through the AWS SDK', () => {
  it('are created and shown, and are tested in one piece up to 1 MB', async () => {
    await control.sdk.send(
      new PutIntegrationCommand({ ...method, ...proxy, uri: LAMBDA.Uri, responseTransferMode: 'STREAM' }),
    );

    const { methodIntegration } = await control.sdk.send(new GetMethodCommand(method));
    const tried = await control.sdk.send(new TestInvokeMethodCommand(method));

    assert.equal(methodIntegration?.responseTransferMode, 'STREAM');
    assert.equal(methodIntegration.uri, LAMBDA.Uri);
    assert.equal(tried.status, 201);
    assert.equal(tried.body?.length, 1024 * 1024, TROUBLESHOOT);
    assert.ok(tried.body.startsWith('onexxx'));
  });

  it('are refused with the URI of Invoke, and become BUFFERED together with this URI', async () => {
    const patch = (...changes: readonly (readonly [string, string])[]): Promise<unknown> =>
      control.sdk.send(
        new UpdateIntegrationCommand({
          ...method,
          patchOperations: changes.map(([path, value]) => ({ op: 'replace', path, value })),
        }),
      );

    assert.equal((await refusalOf(patch(['/uri', invokeUri('list')]))).name, 'BadRequestException');
    await patch(['/uri', invokeUri('list')], ['/responseTransferMode', 'BUFFERED']);

    const tried = await control.sdk.send(new TestInvokeMethodCommand(method));
    assert.equal(tried.status, 200);
  });
});
