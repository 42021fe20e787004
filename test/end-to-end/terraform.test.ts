/** Plans and states of Terraform as sources: their APIs answer real requests. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createGateway } from '../../packages/engine/index.ts';
import type { Gateway, GatewayOptions, Listening } from '../../packages/engine/index.ts';
import { aPlan, aState, refs } from '../support/a-terraform-plan.ts';
import type { Planned } from '../support/a-terraform-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-terraform-'));
after(() => rmSync(folder, { recursive: true }));
const gateways: Gateway[] = [];
after(() => Promise.all(gateways.map((gateway) => gateway.close())));

mkdirSync(join(folder, 'src'));
writeFileSync(
  join(folder, 'src', 'index.js'),
  `exports.handler = async (event) => ({
    statusCode: 200,
    body: JSON.stringify({ path: event.path ?? event.rawPath, env: process.env.QUEUE_URL, own: process.env.OWN,
      caller: event.requestContext.authorizer?.who, name: process.env.AWS_LAMBDA_FUNCTION_NAME }),
  });
  exports.authorize = async ({ authorizationToken: token, methodArn }) => ({
    principalId: token, context: { who: token },
    policyDocument: { Version: '2012-10-17', Statement: [
      { Effect: token === 'ok' ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: methodArn }] },
  });`,
);

type Started = {
  readonly gateway: Gateway;
  readonly listening: Listening;
  readonly lines: readonly string[];
};

async function start(name: string, text: string, more: Partial<GatewayOptions> = {}): Promise<Started> {
  const file = join(folder, name);
  writeFileSync(file, text);
  const lines: string[] = [];
  const gateway = await createGateway({
    stage: 'dev',
    region: 'us-east-1',
    accountId: '123456789012',
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    allowHosts: [],
    parameters: {},
    environment: {},
    directory: folder,
    dynamodb: { kind: 'none' },
    strict: false,
    accountThrottle: false,
    reload: false,
    adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    log: { write: (line) => void lines.push(String(line)) },
    functionLog: () => undefined,
    onProgress: () => undefined,
    onReload: () => undefined,
    ...more,
  });
  gateways.push(gateway);
  await gateway.load([file]);
  return { gateway, listening: await gateway.listen(), lines };
}

async function ask(
  { listening }: Started,
  path: string,
  options: RequestInit = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const [api] = listening.apis;
  assert.ok(api !== undefined);
  const answer = await fetch(
    new URL(`${new URL(api.url).pathname.replace(/\/$/, '')}${path}`, api.url),
    options,
  );
  const text = await answer.text();
  return {
    status: answer.status,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

const known = (value: unknown): object => ({ constant_value: value });
const ARCHIVE: Planned = {
  type: 'archive_file',
  name: 'code',
  isData: true,
  values: { type: 'zip', source_dir: './src', output_path: './code.zip' },
};
const aFunction = (name: string, more: Partial<Planned> = {}): Planned => ({
  type: 'aws_lambda_function',
  name,
  ...more,
  values: {
    function_name: name,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    filename: './code.zip',
    timeout: 5,
    ...more.values,
  },
  expressions: {
    function_name: known(name),
    filename: refs('data.archive_file.code.output_path'),
    role: refs('aws_iam_role.role.arn'),
    ...more.expressions,
  },
});
const ROLE: Planned = {
  type: 'aws_iam_role',
  name: 'role',
  values: { name: 'role', assume_role_policy: '{"Version":"2012-10-17","Statement":[]}' },
};
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

describe('a plan of a REST API', () => {
  let started: Started;
  const open = async (): Promise<Started> =>
    (started ??= await start('rest.json', aPlan({ resources: REST })));

  it('answers by its function, from the folder that the archive is made of', async () => {
    const { status, body } = await ask(await open(), '/');

    assert.equal(status, 200);
    assert.equal(body['own'], 'yes');
    assert.match(String(body['env']), /\/jobs$/);
  });

  it('asks its authorizer', async () => {
    const asked = async (Authorization: string) => ask(await open(), '/7', { headers: { Authorization } });

    assert.deepEqual([(await asked('ok')).status, (await asked('no')).status], [200, 403]);
    assert.equal((await asked('ok')).body['caller'], 'ok');
    assert.equal((await ask(await open(), '/7')).status, 401);
  });

  it('closes the route of a value that only the apply makes, naming the resource', async () => {
    const at = await open();
    const { status } = await ask(at, '/7', { method: 'DELETE' });

    assert.equal(status, 500);
    assert.match(
      at.lines.join('\n'),
      /rest\.json: aws_api_gateway_method\.lost\.Integration\.Uri: its value is known only after apply, and the format does not keep local\.uri/,
    );
  });
});

describe('a plan of an HTTP API', () => {
  const API = refs('aws_apigatewayv2_api.http.id');
  const route = (key: string): Planned[] => [
    {
      ...aFunction('each', { index: key, forEach: refs('var.names') }),
      values: {
        function_name: `each-${key}`,
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        filename: './code.zip',
      },
    },
    {
      type: 'aws_apigatewayv2_integration',
      name: 'each',
      index: key,
      values: { integration_type: 'AWS_PROXY', payload_format_version: '2.0' },
      expressions: { api_id: API, integration_uri: refs('aws_lambda_function.each', 'each.key') },
      forEach: refs('var.names'),
    },
    {
      type: 'aws_apigatewayv2_route',
      name: 'each',
      index: key,
      values: { route_key: `GET /${key}` },
      expressions: { api_id: API, target: refs('aws_apigatewayv2_integration.each', 'each.key') },
      forEach: refs('var.names'),
    },
  ];
  const HTTP: readonly Planned[] = [
    ARCHIVE,
    { type: 'aws_apigatewayv2_api', name: 'http', values: { name: 'http', protocol_type: 'HTTP' } },
    {
      type: 'aws_apigatewayv2_stage',
      name: 'default',
      values: { name: '$default', auto_deploy: true },
      expressions: { api_id: API },
    },
  ];

  it('serves the routes of for_each, each by its own function', async () => {
    const at = await start('each.json', aPlan({ resources: [...HTTP, ...route('a'), ...route('b')] }));

    assert.equal((await ask(at, '/a')).body['name'], 'each-a');
    assert.equal((await ask(at, '/b')).body['name'], 'each-b');
  });

  it('follows variables and outputs of child modules', async () => {
    const functions = {
      expressions: { name: known('inner') },
      resources: [
        ARCHIVE,
        {
          ...aFunction('this'),
          values: {
            function_name: 'inner',
            handler: 'index.handler',
            runtime: 'nodejs24.x',
            filename: './code.zip',
          },
        },
      ],
      outputs: { invoke_arn: refs('aws_lambda_function.this.invoke_arn') },
    };
    const api = {
      expressions: { uri: { references: ['module.functions.invoke_arn', 'module.functions'] } },
      resources: [
        ...HTTP,
        {
          type: 'aws_apigatewayv2_integration',
          name: 'one',
          values: { integration_type: 'AWS_PROXY', payload_format_version: '2.0' },
          expressions: { api_id: API, integration_uri: refs('var.uri') },
        },
        {
          type: 'aws_apigatewayv2_route',
          name: 'one',
          values: { route_key: '$default' },
          expressions: { api_id: API, target: refs('aws_apigatewayv2_integration.one.id') },
        },
      ],
    };
    const at = await start('modules.json', aPlan({ resources: [], calls: { functions, api } }));

    assert.equal((await ask(at, '/any')).body['name'], 'inner');
  });

  it('makes the route of a quick create', async () => {
    const api: Planned = {
      type: 'aws_apigatewayv2_api',
      name: 'quick',
      values: { name: 'quick', protocol_type: 'HTTP' },
      expressions: { target: refs('aws_lambda_function.quick.arn') },
    };
    const at = await start('quick.json', aPlan({ resources: [ARCHIVE, aFunction('quick'), api] }));

    assert.equal((await ask(at, '/any')).body['name'], 'quick');
  });
});

describe('a plan of a WebSocket API', () => {
  const API = refs('aws_apigatewayv2_api.ws.id');
  const SOCKETS: readonly Planned[] = [
    ARCHIVE,
    aFunction('ws'),
    {
      type: 'aws_apigatewayv2_api',
      name: 'ws',
      values: { name: 'ws', protocol_type: 'WEBSOCKET', route_selection_expression: '$request.body.action' },
    },
    {
      type: 'aws_apigatewayv2_integration',
      name: 'echo',
      values: { integration_type: 'AWS_PROXY', integration_method: 'POST' },
      expressions: { api_id: API, integration_uri: refs('aws_lambda_function.ws.invoke_arn') },
    },
    {
      type: 'aws_apigatewayv2_route',
      name: 'echo',
      values: { route_key: '$default', route_response_selection_expression: '$default' },
      expressions: { api_id: API, target: refs('aws_apigatewayv2_integration.echo.id') },
    },
    {
      type: 'aws_apigatewayv2_route_response',
      name: 'echo',
      values: { route_response_key: '$default' },
      expressions: { api_id: API, route_id: refs('aws_apigatewayv2_route.echo.id') },
    },
    {
      type: 'aws_apigatewayv2_stage',
      name: 'dev',
      values: { name: 'dev', auto_deploy: true },
      expressions: { api_id: API, name: known('dev') },
    },
  ];

  it('answers a message over its socket', async () => {
    const at = await start('ws.json', aPlan({ resources: SOCKETS }));
    const [api] = at.listening.apis;
    const socket = new WebSocket((api?.url ?? '').replace(/^http/, 'ws'));
    const answer = await new Promise<string>((resolve, reject) => {
      socket.onopen = () => socket.send('{"action":"any"}');
      socket.onmessage = ({ data }) => resolve(String(data));
      socket.onerror = () => reject(new Error('the socket failed'));
    });
    socket.close();

    assert.equal((JSON.parse(answer) as { name: string }).name, 'ws');
  });
});

describe('a plan of a queue', () => {
  it('gives its messages to the function that is mapped to it', async () => {
    writeFileSync(
      join(folder, 'src', 'queued.js'),
      'exports.handler = async ({ Records }) => { console.log("got " + Records[0].body); };',
    );
    const heard = Promise.withResolvers<string>();
    const resources: readonly Planned[] = [
      ARCHIVE,
      { type: 'aws_sqs_queue', name: 'jobs', values: { name: 'jobs', visibility_timeout_seconds: 30 } },
      aFunction('worker', { values: { handler: 'queued.handler' } }),
      {
        type: 'aws_lambda_event_source_mapping',
        name: 'jobs',
        values: { batch_size: 1, enabled: true, function_name: 'worker' },
        expressions: {
          event_source_arn: refs('aws_sqs_queue.jobs.arn'),
          function_name: refs('aws_lambda_function.worker.function_name'),
        },
      },
    ];
    const at = await start('queue.json', aPlan({ resources }), {
      functionLog: ({ message }) => void (message.includes('got ') && heard.resolve(message)),
    });
    const { AWS_ENDPOINT_URL: endpoint = '' } = at.gateway.environment();
    const credentials = { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' };
    const client = new SQSClient({ endpoint, region: 'eu-west-1', credentials });
    const QueueUrl = at.gateway.stacks[0]?.resources.get('aws_sqs_queue.jobs')?.physicalId;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    client.destroy();

    assert.match(await heard.promise, /got hello/);
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

  it('is served with ids of this machine in place of those of the account', async () => {
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
