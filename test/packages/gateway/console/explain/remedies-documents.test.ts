/**
 * Routes in an OpenAPI document: the advice has the names of the document, and is tried as it is written. AWS describes
 * the settings in https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const OK = "exports.handler = async () => ({ statusCode: 200, body: '{}' });";
const URI = "!Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'";

/** A template whose REST API has this document, below `Body`. */
function document(top: string, operation: string): string {
  const indent = (text: string, by: number): string => text.trim().replaceAll(/^/gm, ' '.repeat(by));
  return `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.handler }
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Fn
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: a, version: '1' }
${indent(top, 8)}
        paths:
          /a:
            post:
              responses: { '200': { description: ok } }
${indent(operation, 14)}
  Deployment:
    Type: AWS::ApiGateway::Deployment
    Properties: { RestApiId: !Ref Api }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }
`;
}

const PROXY = `x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: ${URI} }`;
const MODEL = '{ schema: { type: object, required: [id], properties: { id: { type: string } } } }';

type Row = {
  readonly what: string;
  readonly source: string;
  readonly template: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly advice: RegExp;
  /** What is written in place of what, exactly as advised. */
  readonly change: readonly [string, string];
  readonly then: number;
};

const ROWS: readonly Row[] = [
  {
    what: 'a template that reads a binary body',
    source: 'https://github.com/clebert/aws-simple/issues/167',
    template: document(
      "x-amazon-apigateway-binary-media-types: ['*/*']",
      `
x-amazon-apigateway-integration:
  type: mock
  requestTemplates: { application/json: '{"statusCode": 200}' }
  responses: { default: { statusCode: '200' } }`,
    ),
    headers: { 'content-type': 'application/json' },
    status: 500,
    advice:
      /^Set contentHandling of the integration of POST \/a to CONVERT_TO_TEXT, or replace \*\/\* in x-amazon-apigateway-binary-media-types of the API/,
    change: ['type: mock\n', 'type: mock\n                contentHandling: CONVERT_TO_TEXT\n'],
    then: 200,
  },
  {
    what: 'binary types that hold for every body',
    source: 'https://github.com/clebert/aws-simple/issues/167',
    template: document(
      "x-amazon-apigateway-binary-media-types: ['*/*']",
      `
x-amazon-apigateway-integration:
  type: mock
  requestTemplates: { application/json: '{"statusCode": 200}' }
  responses: { default: { statusCode: '200' } }`,
    ),
    headers: { 'content-type': 'application/json' },
    status: 500,
    advice:
      /replace \*\/\* in x-amazon-apigateway-binary-media-types of the API with the types that are binary, such as image\/png/,
    change: ["['*/*']", "['image/png']"],
    then: 200,
  },
  {
    what: 'an integration without a default response',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html',
    template: document(
      '',
      `
x-amazon-apigateway-integration:
  type: aws
  httpMethod: POST
  uri: ${URI}
  responses:
    '.*No.*': { statusCode: '400' }`,
    ),
    status: 500,
    advice:
      /^Add the integration response default \(in responses of x-amazon-apigateway-integration\) to POST \/a: default: \{ statusCode: '200' \}/,
    change: [
      "                  '.*No.*'",
      "                  default: { statusCode: '200' }\n                  '.*No.*'",
    ],
    then: 200,
  },
  {
    what: 'a required parameter',
    source: 'https://spec.openapis.org/oas/v3.0.3#parameter-object',
    template: document(
      `
x-amazon-apigateway-request-validators:
  all: { validateRequestBody: false, validateRequestParameters: true }
x-amazon-apigateway-request-validator: all`,
      `
parameters: [{ name: q, in: query, required: true, schema: { type: string } }]
${PROXY}`,
    ),
    status: 400,
    advice: /^Send the missing parameter, or set required: false in the parameters of POST \/a\./,
    change: ['required: true', 'required: false'],
    then: 200,
  },
  {
    what: 'a body of a type that has no model',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html',
    template: document(
      `
x-amazon-apigateway-request-validators:
  all: { validateRequestBody: true, validateRequestParameters: false }
x-amazon-apigateway-request-validator: all`,
      `
requestBody: { content: { application/json: ${MODEL} } }
${PROXY}`,
    ),
    headers: { 'content-type': 'text/plain' },
    status: 200,
    advice:
      /^Add text\/plain \(or \$default\) to content of the requestBody of the operation, with the same model\. A change to the API takes effect when you deploy it again\.$/,
    change: [`application/json: ${MODEL}`, `application/json: ${MODEL}, text/plain: ${MODEL}`],
    then: 400,
  },
  {
    what: 'an integration that takes no other types',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html',
    template: document(
      '',
      `
x-amazon-apigateway-integration:
  type: aws
  httpMethod: POST
  uri: ${URI}
  passthroughBehavior: never
  requestTemplates:
    application/json: "$input.json('$')"
  responses: { default: { statusCode: '200' } }`,
    ),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    advice: /add a request template for text\/plain to requestTemplates of the integration of POST \/a/,
    change: [
      'application/json: "$input',
      `text/plain: "$input.json('$')"\n                  application/json: "$input`,
    ],
    then: 200,
  },
];

describe('advice about a route of an OpenAPI document', () => {
  for (const { what, source, template, headers = {}, status, advice, change, then } of ROWS)
    it(`has its names, and helps as it is written: ${what} (${source})`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': OK });
      const request = { path: '/a', method: 'POST', headers, body: '{}' };
      const before = await project.ask(request);
      assert.equal(before.status, status, before.sentences.join('\n'));
      assert.match(before.changes[0] ?? '', advice);
      assert.ok(template.includes(change[0]), change[0]);
      project.write(
        'template.yaml',
        template.replace(change[0], () => change[1]),
      );
      const after = await project.ask(request);
      assert.equal(after.status, then, after.sentences.join('\n'));
    });
});
