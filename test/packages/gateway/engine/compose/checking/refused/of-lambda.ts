import { CFN, FUNCTION } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const LAMBDA_REFERENCE = `${CFN}, AWS::Lambda::Function`;
const lambda = (name: string, more: string, id: string, source = LAMBDA_REFERENCE): RefusedDefinition => ({
  name,
  text: FUNCTION(more),
  id: `lambda-function-${id}`,
  source,
});

export const OF_LAMBDA: readonly RefusedDefinition[] = [
  {
    name: 'code in the template for a runtime that is neither Node.js nor Python',
    text: `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: ruby3.3
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code:
        ZipFile: 'def handler(event:, context:) = {}' # here`,
    id: 'lambda-function-code',
    says: /^ZipFile can only be used when Runtime is set to /,
    source: 'aws/aws-cdk#6302',
  },
  lambda('a timeout over 15 minutes', '      Timeout: 1000 # here', 'timeout'),
  lambda('memory below 128 MB', '      MemorySize: 64 # here', 'memorysize'),
  lambda('a property that does not exist', '      TimeOut: 3 # here', 'timeout'),
  lambda('a function name with a dot', '      FunctionName: shop.orders # here', 'functionname'),
  lambda('a function name of 65 characters', `      FunctionName: ${'a'.repeat(65)} # here`, 'functionname'),
  lambda('a description of 257 characters', `      Description: ${'a'.repeat(257)} # here`, 'description'),
  lambda(
    'six layers',
    `      Layers:\n${'        - arn:aws:lambda:us-east-1:123456789012:layer:one:1\n'.repeat(5)}        - arn:aws:lambda:us-east-1:123456789012:layer:one:1 # here`,
    'layers',
    'Lambda developer guide, Quotas',
  ),
  lambda('an unknown architecture', '      Architectures: [\n        arm32 # here\n      ]', 'architectures'),
  lambda(
    'too little ephemeral storage',
    '      EphemeralStorage:\n        Size: 100 # here',
    'ephemeralstorage',
  ),
  lambda(
    'more ephemeral storage than a function without AcceleratorConfig has',
    '      EphemeralStorage:\n        Size: 10241 # here',
    'ephemeralstorage',
    'botocore 1.44.8, shape EphemeralStorage: "between 512 and 10,240 MB"',
  ),
  lambda('an unknown tracing mode', '      TracingConfig:\n        Mode: On # here', 'tracingconfig'),
  lambda(
    'a reserved variable',
    '      Environment:\n        Variables:\n          AWS_REGION: eu-west-1 # here',
    'environment',
    'Lambda developer guide, "Reserved environment variables"',
  ),
  lambda(
    'a variable with a hyphen',
    '      Environment:\n        Variables:\n          MY-NAME: x # here',
    'environment',
    'Lambda API reference, Environment',
  ),
  lambda(
    'variables over 4 KB',
    `      Environment:\n        Variables:\n          LONG: ${'a'.repeat(4100)} # here`,
    'environment',
    'Lambda developer guide, Quotas',
  ),
  {
    name: 'a runtime that Lambda never had',
    text: `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs13.x # here
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }`,
    id: 'lambda-function-runtime',
    source: LAMBDA_REFERENCE,
  },
  {
    name: 'a function without a role',
    text: `
  Broken: # here
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => ({})' }`,
    id: 'lambda-function-role',
    source: LAMBDA_REFERENCE,
  },
  {
    name: 'a permission with an action that is not of Lambda',
    text: `
  Broken:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: InvokeFunction # here
      Principal: apigateway.amazonaws.com`,
    needs: ['function'],
    id: 'lambda-permission-action',
    source: `${CFN}, AWS::Lambda::Permission`,
  },
  {
    name: 'a batch over 10,000',
    text: `
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: !GetAtt Queue.Arn
      BatchSize: 20000 # here
  Queue: { Type: AWS::SQS::Queue }`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping-batchsize',
    source: `${CFN}, AWS::Lambda::EventSourceMapping`,
  },
  {
    name: 'a function URL with an unknown authorization',
    text: `
  Broken:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !GetAtt Function.Arn
      AuthType: PUBLIC # here`,
    needs: ['function'],
    id: 'lambda-url-authtype',
    source: `${CFN}, AWS::Lambda::Url`,
  },
  ...['Version', 'Alias'].map((type): RefusedDefinition => ({
    name: `more provisioned concurrency of a ${type} than the function reserves`,
    text: `
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, ReservedConcurrentExecutions: 1, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }
  Broken:
    Type: AWS::Lambda::${type}
    Properties:
      FunctionName: !Ref Function${type === 'Alias' ? "\n      Name: live\n      FunctionVersion: '1'" : ''}
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 } # here`,
    id: `lambda-${type.toLowerCase()}-provisionedconcurrencyconfig`,
    source:
      'localstack/localstack, test_lambda.snapshot.json, recorded: "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution"',
  })),
  {
    name: 'asynchronous invocations without any setting',
    text: `
  Broken: # here
    Type: AWS::Lambda::EventInvokeConfig
    Properties: { FunctionName: !Ref Function, Qualifier: $LATEST }`,
    needs: ['function'],
    id: 'lambda-eventinvokeconfig',
    source:
      'localstack/localstack, test_lambda_api.snapshot.json, recorded: "You must specify at least one of error handling or destination setting."',
  },
  ...(
    [
      [
        'its own function',
        '!GetAtt Function.Arn',
        "You can't specify the function as a destination for itself.",
      ],
      ['a role', 'arn:aws:iam::123456789012:role/any', 'The provided destination config … is invalid.'],
    ] as const
  ).map(([what, arn, words]): RefusedDefinition => ({
    name: `${what} as the destination of a function`,
    text: `
  Broken:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Function
      Qualifier: $LATEST
      DestinationConfig:
        OnFailure:
          Destination: ${arn} # here`,
    needs: ['function'],
    id: 'lambda-eventinvokeconfig-destinationconfig',
    source: `localstack/localstack, test_lambda_api.snapshot.json, recorded: "${words}"`,
  })),
];
