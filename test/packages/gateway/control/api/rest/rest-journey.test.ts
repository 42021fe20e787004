import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetExportCommand,
  ImportRestApiCommand,
  PutGatewayResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl } from '../../../../../support/a-rest-control.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import { ok, policy } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aRestControl({}, { list: ok, admit: () => policy('Allow', '*') });
});
after(() => control.close());

const toFunction = {
  type: 'AWS_PROXY' as const,
  integrationHttpMethod: 'POST',
  uri: invokeUri('list'),
};

async function makePets(): Promise<string> {
  const { sdk } = control;
  const { id: restApiId = '', rootResourceId: parentId = '' } = await sdk.send(
    new CreateRestApiCommand({ name: 'pets' }),
  );
  const resource = async (pathPart: string, under = parentId): Promise<string> =>
    (await sdk.send(new CreateResourceCommand({ restApiId, parentId: under, pathPart }))).id ?? '';
  const [pets, guarded, mocked] = [
    await resource('pets'),
    await resource('guarded'),
    await resource('mocked'),
  ];
  const onePet = await resource('{id}', pets);
  await sdk.send(
    new CreateModelCommand({
      restApiId,
      name: 'Pet',
      contentType: 'application/json',
      schema: JSON.stringify({ type: 'object', required: ['name'] }),
    }),
  );
  const { id: requestValidatorId } = await sdk.send(
    new CreateRequestValidatorCommand({ restApiId, name: 'body', validateRequestBody: true }),
  );
  const { id: authorizerId } = await sdk.send(
    new CreateAuthorizerCommand({
      restApiId,
      name: 'guard',
      type: 'TOKEN',
      authorizerUri: invokeUri('admit'),
      identitySource: 'method.request.header.Authorization',
      authorizerResultTtlInSeconds: 0,
    }),
  );
  const put = async (
    resourceId: string,
    httpMethod: string,
    more: Partial<PutMethodCommand['input']> = {},
  ): Promise<void> => {
    const at = { restApiId, resourceId, httpMethod };
    await sdk.send(new PutMethodCommand({ ...at, authorizationType: 'NONE', ...more }));
    await sdk.send(new PutIntegrationCommand({ ...at, ...toFunction }));
  };
  await put(pets, 'GET');
  await put(onePet, 'ANY');
  await put(pets, 'POST', { requestModels: { 'application/json': 'Pet' }, requestValidatorId });
  await put(guarded, 'GET', { authorizationType: 'CUSTOM', authorizerId });
  const mock = { restApiId, resourceId: mocked, httpMethod: 'GET' };
  await sdk.send(new PutMethodCommand({ ...mock, authorizationType: 'NONE' }));
  await sdk.send(
    new PutIntegrationCommand({
      ...mock,
      type: 'MOCK',
      requestTemplates: { 'application/json': '{"statusCode": 202}' },
    }),
  );
  await sdk.send(
    new PutMethodResponseCommand({
      ...mock,
      statusCode: '202',
      responseParameters: { 'method.response.header.X-Mock': false },
    }),
  );
  await sdk.send(
    new PutIntegrationResponseCommand({
      ...mock,
      statusCode: '202',
      selectionPattern: '202',
      responseParameters: { 'method.response.header.X-Mock': "'yes'" },
      responseTemplates: { 'application/json': '{"query": "$input.params(\'q\')"}' },
    }),
  );
  await sdk.send(
    new PutGatewayResponseCommand({
      restApiId,
      responseType: 'UNAUTHORIZED',
      statusCode: '401',
      responseTemplates: { 'application/json': '{"sorry": $context.error.messageString}' },
    }),
  );
  return restApiId;
}

/** What the API answers to each of these, without what differs by request. */
async function answers(restApiId: string): Promise<unknown[]> {
  const json = ['Content-Type', 'application/json'];
  const requests = [
    { target: '/dev/pets' },
    { target: '/dev/pets/7', method: 'DELETE' },
    { target: '/dev/pets', method: 'POST', headers: json, body: '{"name":"Tom"}' },
    { target: '/dev/pets', method: 'POST', headers: json, body: '{}' },
    { target: '/dev/guarded' },
    { target: '/dev/guarded', headers: ['Authorization', 'x'] },
    { target: '/dev/mocked?q=1' },
    { target: '/dev/none' },
  ];
  const replies = await Promise.all(requests.map((request) => control.send(request, restApiId)));
  return replies.map(({ status, headers, body }) => {
    const at = headers.findIndex((name) => name.toLowerCase() === 'x-mock');
    return [status, String(body), at === -1 ? undefined : headers[at + 1]];
  });
}

describe('REST APIs with nothing but the AWS SDK', () => {
  for (const exportType of ['oas30', 'swagger'])
    it(`are created, deployed, called, exported as ${exportType} and imported into another gateway, and give the same answers there`, async () => {
      const restApiId = await makePets();
      await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
      const { body } = await control.sdk.send(
        new GetExportCommand({
          restApiId,
          stageName: 'dev',
          exportType,
          parameters: { extensions: 'apigateway' },
        }),
      );
      const copy = await control.sdk.send(new ImportRestApiCommand({ body: Buffer.from(body ?? []) }));
      await control.sdk.send(new CreateDeploymentCommand({ restApiId: copy.id, stageName: 'dev' }));

      const [first, second] = [await answers(restApiId), await answers(copy.id ?? '')];

      assert.deepEqual(second, first);
      assert.deepEqual(first, [
        [200, 'ok', undefined],
        [200, 'ok', undefined],
        [200, 'ok', undefined],
        [400, '{"message":"Invalid request body"}', undefined],
        [401, '{"sorry": "Unauthorized"}', undefined],
        [200, 'ok', undefined],
        [202, '{"query": "1"}', 'yes'],
        [403, '{"message":"Missing Authentication Token"}', undefined],
      ]);
    });
});
