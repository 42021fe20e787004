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
    authorizers:
      gate: { functionName: hello }
  apiGateway:
    resourcePolicy:
      - Effect: Deny
  vpc:
    subnetIds: [wrong]
functions:
  hello:
    handler: a.b
    layers: [one]
    environment:
      COLOUR: red
    events:
      - schedule: rate(1 minute)
      - http: { path: 'pets/{id}', method: get }
      - s3:
          bucket: imports
          rules:
            - prefix: daily/
      - http: { path: own, method: get, authorizer: { name: guard } }
  guarded:
    handler: a.c
    events: [{ httpApi: '*' }]
    destinations:
      onFailure:
        type: sqs
        arn: { Ref: Failed }
      onSuccess: hello
`,
  '/app/serverless.yml',
);
const ARN = { 'Fn::GetAtt': ['HelloLambdaFunction', 'Arn'] };
const packaged = {
  template: {
    Resources: {
      HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { CorsConfiguration: {} } },
      ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Policy: {} } },
      Gate: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { Name: 'gate' } },
      Guard: { Type: 'AWS::ApiGateway::Authorizer', Properties: { Name: 'guard' } },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED', Targets: [{ Arn: ARN }] },
      },
      Imports: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          NotificationConfiguration: {
            LambdaConfigurations: [
              {
                Event: 's3:ObjectCreated:*',
                Function: ARN,
                Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'daily/' }] } },
              },
            ],
          },
        },
      },
      // serverless/serverless#12165
      GuardedLambdaEvConf: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          DestinationConfig: {
            OnFailure: { Destination: { Ref: 'Failed' } },
            OnSuccess: { Destination: ARN },
          },
        },
      },
      PetsIdVar: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: '{id}' } },
      HelloLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: {} },
    },
  },
  functions: new Map([['HelloLambdaFunction', { name: 'hello', artifact: undefined }]]),
};

describe('the line of what osls generates', () => {
  for (const [name, path, line] of [
    ['a schedule', ['Rule', 'Properties', 'ScheduleExpression'], 21],
    ['a part of a path', ['PetsIdVar', 'Properties', 'PathPart'], 22],
    ['a rule is the events of its function, if the text is not there', ['Rule', 'Properties', 'Targets'], 20],
    ['the CORS settings of the HTTP API', ['HttpApi', 'Properties', 'CorsConfiguration'], 5],
    [
      'a notification of a bucket, by the last of its texts',
      ['Imports', 'Properties', 'NotificationConfiguration', 'LambdaConfigurations', '0'],
      26,
    ],
    [
      'a destination of a function, which has its own setting',
      ['GuardedLambdaEvConf', 'Properties', 'DestinationConfig', 'OnFailure', 'Destination'],
      34,
    ],
    [
      'a function that is the destination of another one',
      ['GuardedLambdaEvConf', 'Properties', 'DestinationConfig', 'OnSuccess', 'Destination'],
      35,
    ],
    ['an authorizer of an HTTP API', ['Gate'], 8],
    ['an authorizer of a REST API', ['Guard'], 27],
    ['a statement of a resource policy', ['ApiGatewayRestApi', 'Properties', 'Policy', 'Statement', '0'], 11],
    ['a resource that the template does not have', ['Other', 'Properties', 'Name'], undefined],
  ] as const)
    it(`for ${name}`, () => {
      assert.equal(findGeneratedLine(['Resources', ...path], TREE, packaged), line);
    });

  it('for a property of a function is the line of that property', () => {
    assert.equal(findFunctionLine(TREE, 'hello', ['Layers', '0']), 17);
    assert.equal(findFunctionLine(TREE, 'hello', ['Environment', 'Variables', 'COLOUR']), 19);
    assert.equal(findFunctionLine(TREE, 'hello', ['VpcConfig', 'SubnetIds', '0']), 13);
    assert.equal(findFunctionLine(TREE, 'hello', ['MemorySize']), 15);
  });

  it('for a property that every function takes from the provider is the line in the provider', () => {
    const text =
      'provider:\n  runtime: nodejs12.x\nfunctions:\n  a: { handler: a.b }\n  b: { runtime: nodejs22.x }';
    const tree = parseSource(text, '/app/serverless.yml');

    assert.equal(findFunctionLine(tree, 'a', ['Runtime']), 2);
    assert.equal(findFunctionLine(tree, 'b', ['Runtime']), 5);
    assert.equal(findFunctionLine(tree, 'a', []), 4);
  });
});

// Serverless Framework, "API Gateway v2 (HTTP API)", section "CORS setup": the names of the settings.
describe('the line of a CORS setting', () => {
  const settings = [
    ['AllowCredentials', 'allowCredentials: true'],
    ['AllowHeaders', 'allowedHeaders: [a]'],
    ['AllowMethods', 'allowedMethods: [GET]'],
    ['AllowOrigins', "allowedOrigins: ['*']"],
    ['ExposeHeaders', 'exposedResponseHeaders: [b]'],
    ['MaxAge', 'maxAge: 60'],
  ] as const;
  const text = ['provider:', '  httpApi:', '    cors:', ...settings.map(([, line]) => `      ${line}`)].join(
    '\n',
  );
  const tree = parseSource(text, '/app/serverless.yml');
  for (const [index, [name]] of settings.entries())
    it(`${name} is the line of its name in the service`, () => {
      const path = ['Resources', 'HttpApi', 'Properties', 'CorsConfiguration', name];

      assert.equal(findGeneratedLine(path, tree, packaged), 4 + index);
    });

  it('that the service does not have is the line of all settings', () => {
    const path = ['Resources', 'HttpApi', 'Properties', 'CorsConfiguration', 'Other'];

    assert.equal(findGeneratedLine(path, tree, packaged), 3);
  });
});

describe('the text of a property', () => {
  const tree = parseSource(
    `functions:
  a:
    events:
      - sqs: { arn: 'arn:abc', batchSize: 5 }
      - stream: { arn: 'ab' }
  b:
    name: own-abc
`,
    '/app/serverless.yml',
  );
  const lineOf = (value: string): number | undefined =>
    findGeneratedLine(['Resources', 'R', 'Properties', 'P'], tree, {
      template: { Resources: { R: { Properties: { P: value } } } },
      functions: new Map(),
    });
  for (const [what, value, line] of [
    ['as a whole', 'ab', 5],
    ['as a part of three characters or more', 'abc', 4],
    ['as no part of two', 'rn', undefined],
    ['nowhere', 'nothing', undefined],
  ] as const)
    it(`is found ${what}`, () => assert.equal(lineOf(value), line));
});

describe('the event from which a property is generated', () => {
  const lineOf = (events: string, property: string): number | undefined =>
    findGeneratedLine(
      ['Resources', 'Mapping', 'Properties', ...property.split('.')],
      parseSource(`functions:\n  hello:\n    events:\n${events}`, '/app/serverless.yml'),
      {
        template: { Resources: { Mapping: { Properties: { FunctionName: ARN, [property]: 5 } } } },
        functions: packaged.functions,
      },
    );
  const [one, other] = [
    '      - sqs: { arn: x, maximumBatchingWindow: 5 }\n',
    '      - sqs:\n          batchSize: 5\n',
  ];
  for (const [what, events, property, line] of [
    ['has the setting of that name', one + other, 'MaximumBatchingWindowInSeconds', 4],
    ['has it in whatever case', one + other, 'BatchSize', 6],
    ['is the only event', one, 'Enabled', 4],
    ['is any of several events', one + other, 'Enabled', 3],
    ['is any of those with the setting', other + other, 'BatchSize', 3],
    [
      'has a setting with the end of the name, and the member of a member',
      '      - eventBridge:\n          pattern:\n            detail:\n              status: []\n',
      'EventPattern.detail.status',
      7,
    ],
  ] as const)
    it(what, () => assert.equal(lineOf(events, property), line));
});

describe('a value that results from variables', () => {
  const text = `provider:
  name: aws
  apiName: \${self:service}-\${sls:stage}
functions:
  hello:
    handler: a.b
    events:
      - schedule:
          rate: \${self:custom.rate}
      - sns:
          topicName: orders-\${sls:stage}
          displayName: \${env:TITLE, 'a {b} c'}
      - sqs: { arn: 'arn:\${aws:partition}:sqs:eu-west-1:123456789012:one' }
      - sqs: { arn: 'arn:\${aws:partition}:sqs:eu-west-1:123456789012:two' }
      - kafka: { topic: '\${self:custom.topic}' }
      - kafka: { topic: '\${self:custom.topic}' }
`;
  const lineOf = (property: string, value: string): number | undefined =>
    findGeneratedLine(['Resources', 'R', 'Properties', property], parseSource(text, '/app/serverless.yml'), {
      template: { Resources: { R: { Properties: { [property]: value } } } },
      functions: packaged.functions,
    });
  for (const [property, value, line] of [
    ['Name', 'shop-dev', 3],
    ['ScheduleExpression', 'rate(1 minute)', 9],
    ['EventSourceArn', 'arn:aws:sqs:eu-west-1:123456789012:one', 13],
    ['TopicName', 'orders-dev', 11],
    ['TopicName', 'other-dev', undefined],
    ['DisplayName', 'Orders of the day', 12],
    ['Arn', 'arn:aws:sqs:eu-west-1:123456789012:two', 14],
    ['Topic', 'one of two', undefined],
  ] as const)
    it(`is found by the name of the setting and the text around: ${property} ${value}`, () =>
      assert.equal(lineOf(property, value), line));
});

describe('a number that osls copies from the provider', () => {
  it('is found by the end of the name of its setting', () => {
    const line = findGeneratedLine(
      ['Resources', 'Logs', 'Properties', 'RetentionInDays'],
      parseSource('provider:\n  name: aws\n  logRetentionInDays: 10\n', '/app/serverless.yml'),
      { template: { Resources: { Logs: { Properties: { RetentionInDays: 10 } } } }, functions: new Map() },
    );

    assert.equal(line, 3);
  });
});

it('the line of the template of a target is that of the event', () => {
  const text = `functions:
  hello:
    handler: a.b
    events:
      - eventBridge:
          pattern: { source: [shop] }
          inputTransformer:
            inputPathsMap: { id: $.detail.id }
            inputTemplate: '{"order": <other>}'
`;
  const Targets = [
    { Arn: ARN, InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: 'made' } },
  ];
  const { functions } = packaged;
  const template = {
    Resources: {
      HelloLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: {} },
      Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {}, Targets } },
    },
  };
  const lineOf = (...property: readonly string[]): number | undefined =>
    findGeneratedLine(
      ['Resources', 'Rule', 'Properties', 'Targets', '0', ...property],
      parseSource(text, '/app/serverless.yml'),
      { template, functions },
    );

  assert.deepEqual(
    [lineOf('InputTransformer'), lineOf('InputTransformer', 'InputTemplate'), lineOf('RetryPolicy')],
    [7, 9, 5],
  );
});

describe('the endpoint type', () => {
  for (const [setting, line] of [
    ['  endpointType: EDGE', 3],
    // The setting would have to be added to the provider.
    ['  stage: dev', 1],
  ] as const)
    it(`is defined in line ${line} with ${setting.trim()}`, () => {
      const tree = parseSource(
        ['provider:', '  name: aws', setting, 'functions: {}'].join('\n'),
        '/app/serverless.yml',
      );
      const path = ['Resources', 'ApiGatewayRestApi', 'Properties', 'EndpointConfiguration'];
      assert.equal(findGeneratedLine(path, tree, packaged), line);
    });
});

// Serverless Framework, "Serverless.yml reference": provisionedConcurrency is a setting of the function.
describe('the provisioned concurrency of an alias', () => {
  const alias = {
    FunctionName: { Ref: 'HelloLambdaFunction' },
    ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 10 },
  };
  for (const [events, line] of [
    ['[]', 3],
    ['[{ httpApi: "*" }]', 3],
    ['[{ httpApi: "*" }, { schedule: rate(1 day) }]', 3],
  ] as const)
    it(`is the line of the setting of a function with the events ${events}`, () => {
      const tree = parseSource(
        `functions:\n  hello:\n    provisionedConcurrency: 10\n    events: ${events}\n`,
        '/app/serverless.yml',
      );
      const path = ['Resources', 'HelloProvConcLambdaAlias', 'Properties', 'ProvisionedConcurrencyConfig'];
      const template = { Resources: { HelloProvConcLambdaAlias: { Properties: alias } } };

      assert.equal(findGeneratedLine(path, tree, { template, functions: packaged.functions }), line);
    });
});
