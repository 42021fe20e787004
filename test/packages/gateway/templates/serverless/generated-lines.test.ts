import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import {
  findFunctionLine,
  findGeneratedLine,
} from '../../../../../packages/gateway/templates/serverless/generated-lines.ts';

const TREE = parseSource(
  `service: shop
provider:
  name: aws
  httpApi:
    cors:
      allowedOrigins: ['*']
functions:
  hello:
    handler: a.b
    layers: [one]
    environment:
      COLOUR: red
    events:
      - schedule: rate(1 minute)
      - http: { path: 'pets/{id}', method: get }
`,
  '/app/serverless.yml',
);
const ARN = { 'Fn::GetAtt': ['HelloLambdaFunction', 'Arn'] };
const packaged = {
  template: {
    Resources: {
      HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { CorsConfiguration: {} } },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED', Targets: [{ Arn: ARN }] },
      },
      PetsIdVar: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: '{id}' } },
      HelloLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: {} },
    },
  },
  functions: new Map([['HelloLambdaFunction', { name: 'hello', artifact: undefined }]]),
};

describe('the line of what osls generates', () => {
  for (const [name, path, line] of [
    ['a schedule', ['Rule', 'Properties', 'ScheduleExpression'], 14],
    ['a part of a path', ['PetsIdVar', 'Properties', 'PathPart'], 15],
    ['a rule is the events of its function, if the text is not there', ['Rule', 'Properties', 'Targets'], 13],
    ['the CORS settings of the HTTP API', ['HttpApi', 'Properties', 'CorsConfiguration'], 5],
    ['a resource that the template does not have', ['Other', 'Properties', 'Name'], undefined],
  ] as const)
    it(`for ${name}`, () => {
      assert.equal(findGeneratedLine(['Resources', ...path], TREE, packaged), line);
    });

  it('for a property of a function is the line of its own property', () => {
    assert.equal(findFunctionLine(TREE, 'hello', ['Layers', '0']), 10);
    assert.equal(findFunctionLine(TREE, 'hello', ['Environment', 'Variables', 'COLOUR']), 12);
    assert.equal(findFunctionLine(TREE, 'hello', ['MemorySize']), 8);
  });
});
