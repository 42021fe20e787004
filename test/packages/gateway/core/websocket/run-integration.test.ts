import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokeUri } from '../../../../support/a-stack.ts';
import { answered, HTTP, MOCK, setUp } from './route-integration.ts';

const ROLE = 'arn:aws:iam::123456789012:role/r';
const BROKEN = /^\{"message": "Internal server error", "connectionId":/;

describe('a message to an integration that is not a Lambda proxy (docs/aws §11.3)', () => {
  it('gets what the response template of a MOCK renders of message, $context and stage', async () => {
    const { say } = setUp({
      integration: MOCK,
      responses: [
        {
          IntegrationResponseKey: '$default',
          TemplateSelectionExpression: '\\$default',
          ResponseTemplates: {
            $default:
              '$context.eventType $context.routeKey $context.connectionId $stageVariables.table $context.identity.sourceIp',
          },
        },
      ],
    });

    assert.equal(await say('{}'), 'MESSAGE $default L0SM9cOFvHcCIhw= blue 127.0.0.1');
  });

  for (const [text, status, source] of [
    ['{"action":"bad"}', 'refused', 'the key that the expression selects'],
    ['{"action":"other"}', 'taken', 'no template for the key: $default'],
    ['no JSON', 'taken', 'no key: $default'],
  ] as const)
    it(`chooses request template and integration response: ${source}`, async () => {
      const { say } = setUp({
        integration: {
          IntegrationType: 'MOCK',
          TemplateSelectionExpression: '${request.body.action}',
          RequestTemplates: { bad: '{"statusCode": 403}', $default: '{"statusCode": 200}' },
        },
        responses: [
          {
            IntegrationResponseKey: '/4\\d\\d/',
            ResponseTemplates: { $default: 'refused' },
          },
          { IntegrationResponseKey: '$default', ResponseTemplates: { $default: 'taken' } },
        ],
      });

      assert.equal(await say(text), status);
    });

  it('fails if no integration response is for the status', async () => {
    const { say } = setUp({ integration: MOCK, responses: [{ IntegrationResponseKey: '/5\\d\\d/' }] });

    assert.match((await say('{}')) ?? '', BROKEN);
  });

  it('reaches an HTTP backend through template and mapped parameters, and its answer passes through the response', async () => {
    const { say, ports } = setUp({
      integration: {
        IntegrationType: 'HTTP',
        IntegrationMethod: 'POST',
        IntegrationUri: 'https://backend.example/${stageVariables.table}/{room}',
        RequestTemplates: { 'application/json': '{"said": $input.json("$.text")}' },
        RequestParameters: {
          'integration.request.header.X-Connection': 'context.connectionId',
          'integration.request.querystring.kind': "'chat'",
          'integration.request.path.room': 'route.request.body.room',
          'integration.request.header.X-Table': 'stageVariables.table',
        },
      },
      responses: [
        {
          IntegrationResponseKey: '$default',
          TemplateSelectionExpression: '$integration.response.body.kind',
          ResponseTemplates: { short: '$input.path("$.text")', $default: 'long' },
        },
      ],
      answer: answered(200, '{"kind":"short","text":"hello"}'),
    });

    assert.equal(await say('{"text":"hi","room":"r1"}'), 'hello');

    const [request] = ports.http.requests;
    assert.ok(request !== undefined);
    const headers = new Map(
      request.headers.flatMap((name, index, all) => (index % 2 === 0 ? [[name, all[index + 1]]] : [])),
    );
    assert.equal(request.target, '/blue/r1?kind=chat');
    assert.equal(String(request.body), '{"said": "hi"}');
    assert.equal(headers.get('X-Connection'), 'L0SM9cOFvHcCIhw=');
    assert.equal(headers.get('X-Table'), 'blue');
  });

  it('passes through an HTTP_PROXY unchanged in both directions', async () => {
    const { say, ports } = setUp({
      integration: { ...HTTP, IntegrationType: 'HTTP_PROXY' },
      answer: answered(404, 'no such thing', 'text/plain'),
    });

    assert.equal(await say('plain'), 'no such thing');
    assert.equal(String(ports.http.requests[0]?.body), 'plain');
  });

  for (const integration of [
    { IntegrationType: 'VPC_LINK' },
    { IntegrationType: 'HTTP_PROXY', ConnectionType: 'VPC_LINK' },
    { IntegrationType: 'HTTP', ConnectionType: 'VPC_LINK' },
  ])
    it(`goes through a VPC link: ${JSON.stringify(integration)}`, async () => {
      const { say, ports } = setUp({
        integration: { ...HTTP, ...integration, ConnectionId: 'link1' },
        answer: answered(200, 'ok'),
      });

      assert.equal(await say('{}'), 'ok');
      assert.equal(ports.http.requests[0]?.vpcLink, 'link1');
    });

  it('calls an AWS service with the role of the integration', async () => {
    const { say, ports } = setUp({
      integration: {
        IntegrationType: 'AWS',
        IntegrationMethod: 'POST',
        CredentialsArn: ROLE,
        IntegrationUri: 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem',
        // Without a selection expression, a template is selected by its media type, as the CDK writes them.
        RequestTemplates: {
          'application/json': '{"TableName":"t","Item":{"id":{"S":"$context.connectionId"}}}',
        },
      },
      replies: false,
      answer: answered(200, '{}'),
    });

    assert.equal(await say('{"a":1}'), undefined);

    const [request] = ports.services.requests;
    assert.equal(request?.service, 'dynamodb');
    assert.equal(request.roleArn, ROLE);
    assert.equal(String(request.body), '{"TableName":"t","Item":{"id":{"S":"L0SM9cOFvHcCIhw="}}}');
  });

  it('calls a function with what the template renders, and chooses the response by its error', async () => {
    const events: unknown[] = [];
    const { say } = setUp({
      integration: {
        IntegrationType: 'AWS',
        IntegrationMethod: 'POST',
        IntegrationUri: invokeUri('fn'),
        RequestTemplates: { 'application/json': '{"only": $input.json("$.a")}' },
      },
      responses: [
        { IntegrationResponseKey: '/.*full.*/', ResponseTemplates: { $default: 'come back later' } },
        { IntegrationResponseKey: '$default' },
      ],
      functions: {
        fn: (event) => {
          events.push(event);
          if (events.length > 1) throw new Error('the room is full');
          return { fine: true };
        },
      },
    });

    assert.equal(await say('{"a":1}'), '{"fine":true}');
    assert.equal(await say('{"a":2}'), 'come back later');
    assert.deepEqual(events, [{ only: 1 }, { only: 2 }]);
  });

  it('makes bytes of base64 for the backend, and base64 of its bytes', async () => {
    const bytes = Buffer.from([0xff, 0xd8, 0x00]);
    const toBytes = setUp({
      integration: {
        ...HTTP,
        IntegrationType: 'HTTP',
        ContentHandlingStrategy: 'CONVERT_TO_BINARY',
      },
      answer: answered(200, 'thanks', 'text/plain'),
    });
    const toText = setUp({
      integration: { ...HTTP, IntegrationType: 'HTTP_PROXY', ContentHandlingStrategy: 'CONVERT_TO_TEXT' },
      answer: answered(200, bytes, 'image/jpeg'),
    });

    assert.equal(await toBytes.say(bytes.toString('base64')), 'thanks');
    assert.deepEqual(toBytes.ports.http.requests[0]?.body, bytes);
    assert.equal(await toText.say('{}'), bytes.toString('base64'));
  });

  it('does not pass on a message without template if PassthroughBehavior is NEVER', async () => {
    const { say, ports } = setUp({
      integration: { ...HTTP, IntegrationType: 'HTTP', PassthroughBehavior: 'NEVER' },
      answer: answered(200, 'ok'),
    });

    assert.match((await say('{}')) ?? '', BROKEN);
    assert.deepEqual(ports.http.requests, []);
  });

  it('answers nothing without a route response, unless the call fails', async () => {
    const integration = { ...HTTP, IntegrationType: 'HTTP' };
    const fine = setUp({ integration, replies: false, answer: answered(500, 'oops') });
    const unreachable = setUp({ integration, replies: false });

    assert.equal(await fine.say('{}'), undefined);
    assert.match((await unreachable.say('{}')) ?? '', BROKEN);
  });

  it('sends no frame of more than 128 KB', async () => {
    const { say } = setUp({
      integration: { ...HTTP, IntegrationType: 'HTTP_PROXY' },
      answer: answered(200, 'x'.repeat(128 * 1024 + 1)),
    });

    assert.match((await say('{}')) ?? '', BROKEN);
  });
});
