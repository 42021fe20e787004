/** Terraform plans and states as sources of a start. Their REST APIs answer real requests. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { ARCHIVE, ROLE, aFunction, ask, closeAll, known, start } from '../support/a-terraform-gateway.ts';
import type { Started } from '../support/a-terraform-gateway.ts';
import { aPlan, aState, refs } from '../support/a-terraform-plan.ts';
import type { Planned } from '../support/a-terraform-plan.ts';

const PERMISSION: Planned = {
  type: 'aws_lambda_permission',
  name: 'api',
  values: { action: 'lambda:InvokeFunction', function_name: 'api', principal: 'apigateway.amazonaws.com' },
  expressions: { source_arn: refs('aws_api_gateway_rest_api.api.execution_arn') },
};

const REST_API = refs('aws_api_gateway_rest_api.api.id');
const restMethod = (
  name: string,
  verb: string,
  resource: string,
  uri: object,
  more: object = {},
): Planned[] => [
  {
    type: 'aws_api_gateway_method',
    name,
    values: { http_method: verb, authorization: 'NONE', api_key_required: false, ...more },
    expressions: {
      rest_api_id: REST_API,
      resource_id: refs(resource),
      ...('authorization' in more && { authorizer_id: refs('aws_api_gateway_authorizer.own.id') }),
    },
  },
  {
    type: 'aws_api_gateway_integration',
    name,
    values: {
      http_method: verb,
      type: 'AWS_PROXY',
      integration_http_method: 'POST',
      timeout_milliseconds: 29000,
    },
    expressions: {
      rest_api_id: REST_API,
      resource_id: refs(`aws_api_gateway_method.${name}.resource_id`),
      uri,
    },
  },
];
const REST: readonly Planned[] = [
  ARCHIVE,
  ROLE,
  { type: 'aws_sqs_queue', name: 'jobs', values: { name: 'jobs' } },
  aFunction('api', {
    values: { environment: [{ variables: { OWN: 'yes' } }] },
    unknown: { environment: [{ variables: { QUEUE_URL: true } }] },
    expressions: { environment: [{ variables: refs('aws_sqs_queue.jobs.url') }] },
  }),
  aFunction('authorizer', { values: { handler: 'index.authorize' } }),
  PERMISSION,
  { type: 'aws_api_gateway_rest_api', name: 'api', values: { name: 'shop' } },
  {
    type: 'aws_api_gateway_resource',
    name: 'item',
    values: { path_part: '{id}' },
    expressions: { rest_api_id: REST_API, parent_id: refs('aws_api_gateway_rest_api.api.root_resource_id') },
  },
  {
    type: 'aws_api_gateway_authorizer',
    name: 'own',
    values: {
      name: 'own',
      type: 'TOKEN',
      identity_source: 'method.request.header.Authorization',
      authorizer_result_ttl_in_seconds: 0,
    },
    expressions: { rest_api_id: REST_API, authorizer_uri: refs('aws_lambda_function.authorizer.invoke_arn') },
  },
  ...restMethod(
    'root',
    'GET',
    'aws_api_gateway_rest_api.api.root_resource_id',
    refs('aws_lambda_function.api.invoke_arn'),
  ),
  ...restMethod(
    'item',
    'GET',
    'aws_api_gateway_resource.item.id',
    refs('aws_lambda_function.api.invoke_arn'),
    {
      authorization: 'CUSTOM',
    },
  ),
  ...restMethod('lost', 'DELETE', 'aws_api_gateway_resource.item.id', refs('local.uri')),
  {
    type: 'aws_api_gateway_deployment',
    name: 'now',
    expressions: { rest_api_id: REST_API, triggers: refs('aws_api_gateway_rest_api.api.body') },
  },
  {
    type: 'aws_api_gateway_stage',
    name: 'prod',
    values: { stage_name: 'prod' },
    expressions: {
      rest_api_id: REST_API,
      deployment_id: refs('aws_api_gateway_deployment.now.id'),
      stage_name: known('prod'),
    },
  },
];

after(closeAll);

describe('a plan of a REST API', () => {
  let started: Started | undefined;
  const open = async (): Promise<Started> =>
    (started ??= await start('rest.json', aPlan({ resources: REST })));

  it('answers with its function, which runs from the folder of which the archive is made', async () => {
    const { status, body } = await ask(await open(), '/');

    assert.equal(status, 200);
    assert.equal(body['own'], 'yes');
    assert.match(String(body['env']), /\/jobs$/);
  });

  it('calls its authorizer', async () => {
    const asked = async (Authorization: string) => ask(await open(), '/7', { headers: { Authorization } });

    assert.deepEqual([(await asked('ok')).status, (await asked('no')).status], [200, 403]);
    assert.equal((await asked('ok')).body['caller'], 'ok');
    assert.equal((await ask(await open(), '/7')).status, 401);
  });

  it('closes a route with a value that is known only after apply, and names the resource', async () => {
    const at = await open();
    const { status } = await ask(at, '/7', { method: 'DELETE' });

    assert.equal(status, 500);
    assert.match(
      at.lines.join('\n'),
      /rest\.json: aws_api_gateway_method\.lost\.Integration\.Uri: the value is known only after apply, and Terraform's JSON does not contain local\.uri/,
    );
  });
});

describe('a state', () => {
  const arn = 'arn:aws:lambda:eu-west-1:210987654321:function:api';
  const rest: Planned['values'] = { rest_api_id: 'k3x9q2abcd' };
  const STATE: readonly Planned[] = [
    ARCHIVE,
    {
      type: 'aws_lambda_function',
      name: 'api',
      values: {
        id: 'api',
        arn,
        function_name: 'api',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        filename: './code.zip',
        invoke_arn: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
        environment: [{ variables: { OWN: 'https://k3x9q2abcd.execute-api.eu-west-1.amazonaws.com/prod' } }],
        reserved_concurrent_executions: -1,
      },
    },
    {
      type: 'aws_api_gateway_rest_api',
      name: 'api',
      values: {
        id: 'k3x9q2abcd',
        name: 'shop',
        root_resource_id: 'r00t5x',
        policy: '',
        binary_media_types: [],
      },
    },
    {
      type: 'aws_api_gateway_method',
      name: 'root',
      values: {
        ...rest,
        id: 'agm-1',
        resource_id: 'r00t5x',
        http_method: 'GET',
        authorization: 'NONE',
        authorizer_id: null,
      },
    },
    {
      type: 'aws_api_gateway_integration',
      name: 'root',
      values: {
        ...rest,
        id: 'agi-1',
        resource_id: 'r00t5x',
        http_method: 'GET',
        type: 'AWS_PROXY',
        integration_http_method: 'POST',
        uri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
        cache_namespace: 'r00t5x',
        cache_key_parameters: [],
      },
    },
    { type: 'aws_api_gateway_deployment', name: 'now', values: { ...rest, id: 'd3pl0y' } },
    {
      type: 'aws_api_gateway_stage',
      name: 'prod',
      values: { ...rest, id: 'ags-1', deployment_id: 'd3pl0y', stage_name: 'prod' },
    },
  ];

  it('is served with local ids that replace the ids of the account', async () => {
    const at = await start('state.json', aState(STATE));
    const { status, body } = await ask(at, '/');

    assert.equal(status, 200);
    assert.equal(body['own'], `https://${at.listening.apis[0]?.id}.execute-api.eu-west-1.amazonaws.com/prod`);
    assert.equal(at.gateway.stacks[0]?.accountId, '210987654321');
  });

  it('may be the raw state file', async () => {
    const resources = STATE.map(({ type, name, isData, values }) => ({
      mode: isData === true ? 'data' : 'managed',
      type,
      name,
      provider: 'provider["registry.terraform.io/hashicorp/aws"]',
      instances: [{ schema_version: 0, attributes: values }],
    }));
    const text = JSON.stringify({
      version: 4,
      terraform_version: '1.9.8',
      serial: 3,
      lineage: 'x',
      outputs: {},
      resources,
    });

    assert.equal((await ask(await start('terraform.tfstate', text), '/')).status, 200);
  });
});
