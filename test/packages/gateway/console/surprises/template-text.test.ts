/** A remedy is written as the user's own template is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findDefinition,
  printSetting,
} from '../../../../../packages/gateway/console/surprises/template-text.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';

/** A stack with one API, as a loader of this file leaves it. */
function stackOf(logicalId: string, file: string, template: JsonObject = {}): ResolvedStack {
  const stack = aStack({ [logicalId]: { type: 'AWS::ApiGateway::RestApi', properties: {} } });
  const [resource] = stack.resources.values();
  assert.ok(resource);
  return {
    ...stack,
    file: `/shop/${file}`,
    resources: new Map([[logicalId, { ...resource, place: () => ({ file: `/shop/${file}`, logicalId }) }]]),
    source: { template, parameters: {}, exportNames: new Map(), imports: new Set() },
  };
}

const SAM = { Transform: 'AWS::Serverless-2016-10-31' };

describe('printSetting', () => {
  const rows = [
    {
      name: 'CloudFormation',
      stack: stackOf('Api', 'template.yml'),
      expected:
        'In template.yml:\nResources:\n  Api:\n    Properties:\n      BinaryMediaTypes:\n        - text/html',
    },
    {
      name: 'CloudFormation in JSON',
      stack: stackOf('Api', 'template.json'),
      expected:
        'In template.json:\n{\n  "Resources": {\n    "Api": {\n      "Properties": {\n        "BinaryMediaTypes": ["text/html"]\n      }\n    }\n  }\n}',
    },
    {
      name: 'SAM, whose media types have ~1 for the slash',
      stack: stackOf('Api', 'template.yml', SAM),
      expected:
        'In template.yml:\nResources:\n  Api:\n    Properties:\n      BinaryMediaTypes:\n        - text~1html',
    },
    {
      name: 'an API that SAM makes of events',
      stack: stackOf('ServerlessRestApi', 'template.yml', SAM),
      expected: 'In template.yml:\nGlobals:\n  Api:\n    BinaryMediaTypes:\n      - text~1html',
    },
    {
      name: 'an API that osls makes of events',
      stack: stackOf('ApiGatewayRestApi', 'serverless.yml'),
      expected: 'In serverless.yml:\nprovider:\n  apiGateway:\n    binaryMediaTypes:\n      - text/html',
    },
    {
      // aws-samples/serverless-patterns, apigw-cors-nonproxy/template.yaml
      name: 'a template whose API has the name that osls uses',
      stack: stackOf('ApiGatewayRestApi', 'template.yaml'),
      expected:
        'In template.yaml:\nResources:\n  ApiGatewayRestApi:\n    Properties:\n      BinaryMediaTypes:\n        - text/html',
    },
    {
      name: 'a resource of serverless.yml',
      stack: stackOf('Api', 'serverless.yml'),
      expected:
        'In serverless.yml:\nresources:\n  Resources:\n    Api:\n      Properties:\n        BinaryMediaTypes:\n          - text/html',
    },
    {
      name: 'CDK',
      stack: stackOf('Api', 'Shop.template.json'),
      expected: "In the construct of the API: binaryMediaTypes: ['text/html']",
    },
    {
      name: 'Terraform',
      stack: stackOf('aws_api_gateway_rest_api.api', 'plan.json'),
      expected: 'In aws_api_gateway_rest_api.api:\nbinary_media_types = ["text/html"]',
    },
  ];
  for (const { name, stack, expected } of rows)
    it(`writes ${name}`, () => {
      const [logicalId = ''] = stack.resources.keys();
      const definition = findDefinition([stack], { stackName: 'test', logicalId });
      assert.equal(printSetting('binaryMediaTypes', ['text/html'], definition), expected);
    });

  it('nests what other formats nest', () => {
    const terraform = {
      file: 'plan.json',
      form: 'terraform',
      logicalId: 'aws_apigatewayv2_api.api',
    } as const;
    const cdk = { file: 'A.template.json', form: 'cdk', logicalId: 'Api' } as const;
    assert.equal(
      printSetting('allowHeaders', ['x-a'], terraform),
      'In aws_apigatewayv2_api.api:\ncors_configuration {\n  allow_headers = ["x-a"]\n}',
    );
    assert.equal(
      printSetting('allowHeaders', ['x-a'], cdk),
      "In the construct of the API: corsPreflight: { allowHeaders: ['x-a'] }",
    );
  });
});

describe('findDefinition', () => {
  it('finds nothing for an API that calls created', () => {
    assert.equal(findDefinition([], { stackName: 'test', logicalId: 'Api' }), undefined);
  });
});
