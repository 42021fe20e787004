/** Plans of HTTP and WebSocket APIs, and of a queue, as sources. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ARCHIVE, aFunction, ask, closeAll, folder, known, start } from '../support/a-terraform-gateway.ts';
import { aPlan, refs } from '../support/a-terraform-plan.ts';
import type { Planned } from '../support/a-terraform-plan.ts';

after(closeAll);

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

  it('closes a route whose authorization_type is empty although it has an authorizer_id', async () => {
    const [own, integration, open] = route('a');
    const values = { route_key: 'GET /a', authorization_type: '', authorizer_id: 'a1b2c3' };
    const closed = { ...open, values } as Planned;
    const at = await start(
      'closed.json',
      aPlan({ resources: [...HTTP, own, integration, closed, ...route('b')] as Planned[] }),
    );

    assert.equal((await ask(at, '/a')).status, 500);
    assert.equal((await ask(at, '/b')).status, 200);
    assert.match(
      at.lines.join('\n'),
      /aws_apigatewayv2_route\.each\["a"\].*authorization_type is empty although authorizer_id is set/,
    );
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

  it('creates the route of a quick create', async () => {
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

  it('answers a message over the WebSocket', async () => {
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
  it('passes its messages to the function with an event source mapping for it', async () => {
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
      functionLog({ message }) {
        if (message.includes('got ')) heard.resolve(message);
      },
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
