/**
 * What the control plane of REST APIs takes and refuses, as LocalStack recorded it on AWS
 * (tests/aws/services/apigateway). Each test names the recording.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  GetAuthorizersCommand,
  GetModelsCommand,
  ImportRestApiCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aRestControl(restApi(), { list: ok });
});
after(() => control.close());

const importOf = (document: object) =>
  new ImportRestApiCommand({ failOnWarnings: true, body: Buffer.from(JSON.stringify(document)) });

describe('an imported API', () => {
  it('may have a method without an integration', async () => {
    // test_apigateway_api, test_import_documentation_parts
    const get = { responses: { 200: { description: 'ok' } } };

    const { id } = await control.sdk.send(
      importOf({ openapi: '3.0.0', info: { title: 'doc', version: '1' }, paths: { '/': { get } } }),
    );

    assert.ok(id);
  });

  it('has models with ids that are not their names', async () => {
    // test_apigateway_import, test_import_with_circular_models
    const { id: restApiId } = await control.sdk.send(
      importOf({
        swagger: '2.0',
        info: { title: 'models', version: '1' },
        paths: {},
        definitions: { Person: { type: 'object' } },
      }),
    );
    const { items = [] } = await control.sdk.send(new GetModelsCommand({ restApiId }));

    assert.deepEqual(
      items.map(({ name }) => name),
      ['Person'],
    );
    assert.match(items[0]?.id ?? '', /^[a-z0-9]{6}$/);
    assert.notEqual(items[0]?.id, 'Person');
  });

  it('may have an empty identity source, which is that of the scheme', async () => {
    // test_apigateway_import, test_import_rest_api (that the source is the header of the scheme: inferred)
    const authorizer = { type: 'token', identitySource: '', authorizerCredentials: '' };
    const authorizerUri =
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:list/invocations';
    const { id } = await control.sdk.send(
      importOf({
        swagger: '2.0',
        info: { title: 'tokens', version: '1' },
        paths: {},
        securityDefinitions: {
          tokens: {
            type: 'apiKey',
            name: 'X-Token',
            in: 'header',
            'x-amazon-apigateway-authtype': 'oauth2',
            'x-amazon-apigateway-authorizer': { ...authorizer, authorizerUri },
          },
        },
      }),
    );
    const { items = [] } = await control.sdk.send(new GetAuthorizersCommand({ restApiId: id }));

    assert.deepEqual(
      items.map(({ identitySource }) => identitySource),
      ['method.request.header.X-Token'],
    );
  });
});

it('a description of an API key that is too long is refused by a patch, too', async () => {
  // test_apigateway_extended, test_update_api_key_invalid_description_length
  const { id } = await control.sdk.send(new CreateApiKeyCommand({ name: 'described' }));
  const value = 'a'.repeat(125_001);

  const refused = await refusalOf(
    control.sdk.send(
      new UpdateApiKeyCommand({
        apiKey: id,
        patchOperations: [{ op: 'replace', path: '/description', value }],
      }),
    ),
  );

  assert.match(JSON.stringify(refused), /Invalid API Key description specified\./);
});

it('an empty stage of a canary deployment is told as it was given', async () => {
  // test_apigateway_canary, test_create_canary_deployment_validation
  const refused = await refusalOf(
    control.sdk.send(
      new CreateDeploymentCommand({
        restApiId: API_ID,
        stageName: '',
        canarySettings: { percentTraffic: 50 },
      }),
    ),
  );

  assert.match(JSON.stringify(refused), /Provided value is "/);
});
