import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileIntegration } from '../../../../../../packages/gateway/core/deployment/integration/compile-integration.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';

function aMethod(integration: object, more: object = {}): PropertyBag {
  return {
    id: 'm',
    logicalId: 'Method',
    properties: { HttpMethod: 'GET', Integration: integration, ...more },
    place: (property) => ({ file: 'template.json', logicalId: 'Method', property }),
  };
}

const HTTP = { Type: 'HTTP', IntegrationHttpMethod: 'GET', Uri: 'http://a.example/' };
const LAMBDA = { Type: 'AWS', IntegrationHttpMethod: 'POST', Uri: invokeUri('fn') };
const FRAME = 'Invalid mapping expression specified: Validation Result: warnings : [], errors : ';

describe('compileIntegration refuses at load', () => {
  const rows: readonly {
    name: string;
    integration: object;
    more?: object;
    property: string;
    message: string;
    source: string;
  }[] = [
    {
      name: 'an unknown type',
      integration: { Type: 'SOAP' },
      property: 'Integration.Type',
      message: 'Enumeration value for Type must be one of HTTP, AWS, MOCK, HTTP_PROXY, AWS_PROXY, not "SOAP"',
      source: 'docs/aws §8',
    },
    {
      name: 'HTTP without a method',
      integration: { ...HTTP, IntegrationHttpMethod: '' },
      property: 'Integration.IntegrationHttpMethod',
      message: 'Enumeration value for HttpMethod must be non-empty',
      source: 'docs/aws §8 [obs]',
    },
    {
      name: 'AWS without a method, before it looks at the URI',
      integration: { Type: 'AWS', Uri: 'http://example.com' },
      property: 'Integration.IntegrationHttpMethod',
      message: 'Enumeration value for HttpMethod must be non-empty',
      source: 'docs/aws §8 [obs]',
    },
    {
      name: 'an HTTP endpoint without scheme',
      integration: { ...HTTP, Uri: 'non-valid-http' },
      property: 'Integration.Uri',
      message: 'Invalid HTTP endpoint specified for URI',
      source: 'docs/aws §8 [obs]',
    },
    {
      name: 'an AWS URI that is not an ARN',
      integration: { ...LAMBDA, Uri: 'non-valid-arn' },
      property: 'Integration.Uri',
      message: 'Invalid ARN specified in the request',
      source: 'docs/aws §8 [obs]',
    },
    {
      name: 'an AWS URI without path or action',
      integration: { ...LAMBDA, Uri: 'arn:aws:iam::0000000000:role/service-role/asdf' },
      property: 'Integration.Uri',
      message: 'AWS ARN for integration must contain path or action',
      source: 'docs/aws §8 [obs]',
    },
    {
      name: 'a timeout under 50 ms',
      integration: { ...HTTP, TimeoutInMillis: 49 },
      property: 'Integration.TimeoutInMillis',
      message: 'TimeoutInMillis must be a whole number from 50 to 300000, not 49',
      source: 'docs/aws §8',
    },
    {
      name: 'an invalid target',
      integration: { ...HTTP, RequestParameters: { 'integration.request.cookie.a': "'x'" } },
      property: 'Integration.RequestParameters.integration.request.cookie.a',
      message: `${FRAME}[Invalid mapping expression specified: integration.request.cookie.a]`,
      source: 'docs/aws §7.6',
    },
    {
      name: 'an invalid source',
      integration: { ...HTTP, RequestParameters: { 'integration.request.header.a': 'x' } },
      property: 'Integration.RequestParameters.integration.request.header.a',
      message: `${FRAME}[Invalid mapping expression specified: x]`,
      source: 'docs/aws §7.6',
    },
    {
      name: 'a source that the method does not declare',
      integration: {
        ...HTTP,
        RequestParameters: { 'integration.request.header.a': 'method.request.header.b' },
      },
      property: 'Integration.RequestParameters.integration.request.header.a',
      message: `${FRAME}[Invalid mapping expression parameter specified: method.request.header.b]`,
      source: 'docs/aws §7.6',
    },
    {
      name: 'a response header that the method response does not declare',
      integration: {
        ...HTTP,
        IntegrationResponses: [
          { StatusCode: '200', ResponseParameters: { 'method.response.header.a': "'x'" } },
        ],
      },
      more: { MethodResponses: [{ StatusCode: '200' }] },
      property: 'Integration.IntegrationResponses.0.ResponseParameters.method.response.header.a',
      message: `${FRAME}[Invalid mapping expression parameter specified: method.response.header.a]`,
      source: 'docs/aws §7.6',
    },
    {
      name: 'a selection pattern that Java does not take',
      integration: { ...HTTP, IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '(' }] },
      property: 'Integration.IntegrationResponses.0.SelectionPattern',
      message: 'Invalid selection pattern: ',
      source: 'docs/aws §7.7',
    },
    {
      name: 'a template that is not Velocity',
      integration: { Type: 'MOCK', RequestTemplates: { 'application/json': '#if(' } },
      property: 'Integration.RequestTemplates.application/json',
      message: 'application/json:1:',
      source: 'CONTRIBUTING.md, "Add a phase": a bad template is a DefinitionError',
    },
    {
      name: 'an unknown passthrough behaviour',
      integration: { ...HTTP, PassthroughBehavior: 'SOMETIMES' },
      property: 'Integration.PassthroughBehavior',
      message:
        'Enumeration value for PassthroughBehavior must be WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER, not "SOMETIMES"',
      source: 'docs/aws §7.1',
    },
    {
      name: 'an unknown content handling',
      integration: { ...HTTP, ContentHandling: 'ZIP' },
      property: 'Integration.ContentHandling',
      message: 'ContentHandling must be CONVERT_TO_BINARY or CONVERT_TO_TEXT, not "ZIP"',
      source: 'docs/aws §2.4',
    },
    {
      name: 'a VPC link without its id',
      integration: { ...HTTP, ConnectionType: 'VPC_LINK' },
      property: 'Integration.ConnectionId',
      message: 'ConnectionId is required',
      source: 'docs/aws §8',
    },
    {
      name: 'a method without integration',
      integration: {},
      more: { Integration: undefined },
      property: 'Integration',
      message: 'No integration defined for method',
      source: 'CreateDeployment',
    },
  ];
  for (const { name, integration, more, property, message, source } of rows)
    it(name, () => {
      assert.throws(
        () => compileIntegration(aMethod(integration, more)),
        (error) => {
          assert.ok(error instanceof DefinitionError);
          assert.equal(error.place.property, property, source);
          assert.ok(error.message.startsWith(message), `${error.message} (${source})`);
          return true;
        },
      );
    });
});

describe('compileIntegration', () => {
  const runTime: readonly { name: string; integration: object }[] = [
    {
      name: 'a mapped Content-Length to HTTP',
      integration: { ...HTTP, RequestParameters: { 'integration.request.header.content-length': "'0'" } },
    },
    {
      name: 'a mapped Authorization to AWS',
      integration: { ...LAMBDA, RequestParameters: { 'integration.request.header.Authorization': "'x'" } },
    },
    {
      name: 'a mapped Authorization to a Lambda proxy, which maps nothing else',
      integration: {
        ...LAMBDA,
        Type: 'AWS_PROXY',
        RequestParameters: { 'integration.request.header.Authorization': "'x'" },
      },
    },
    { name: 'a function called with GET', integration: { ...LAMBDA, IntegrationHttpMethod: 'GET' } },
  ];
  for (const { name, integration } of runTime)
    it(`deploys ${name}, which then fails every call (docs/aws §1.5)`, () => {
      assert.equal(compileIntegration(aMethod(integration)).kind, 'misconfigured');
    });

  it('compiles each type to its kind', () => {
    const kinds = [
      { Type: 'MOCK' },
      HTTP,
      { ...HTTP, Type: 'HTTP_PROXY' },
      LAMBDA,
      { ...LAMBDA, Type: 'AWS_PROXY' },
      { ...LAMBDA, Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/q' },
    ].map((integration) => compileIntegration(aMethod(integration)).kind);

    assert.deepEqual(kinds, ['mock', 'http', 'http-proxy', 'function', 'lambda-proxy', 'service']);
  });

  it('compiles streams of functions and backends to separate kinds', () => {
    const stream = { ResponseTransferMode: 'STREAM' };
    const streaming = invokeUri('fn')
      .replace('2015-03-31', '2021-11-15')
      .replace('/invocations', '/response-streaming-invocations');
    const kinds = [
      { ...HTTP, ...stream, Type: 'HTTP_PROXY' },
      { ...LAMBDA, ...stream, Type: 'AWS_PROXY', Uri: streaming },
    ].map((integration) => compileIntegration(aMethod(integration)).kind);

    assert.deepEqual(kinds, ['http-stream', 'lambda-stream']);
  });

  it('accepts an endpoint whose host comes from a stage variable', () => {
    const integration = compileIntegration(aMethod({ ...HTTP, Uri: 'https://${stageVariables.host}/x' }));
    assert.ok(integration.kind === 'http');
    assert.equal(integration.uri.render({ host: 'a.example' }), 'https://a.example/x');
  });
});
