/** Small projects of every kind that `gatewright start` accepts, by file. Each has one route, `GET /hello`. */

/** A link is not followed while the project is written. */
export type ProjectFile =
  | { readonly kind: 'text'; readonly text: string; readonly mode?: number }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'folder' };
export type Project = Readonly<Record<string, ProjectFile>>;

const JS = 'exports.hello = async () => ({ statusCode: 200, body: "hello" });\n';
const TS = `import { body } from './body';
export const hello = async (): Promise<{ statusCode: number; body: string }> => ({ statusCode: 200, body });\n`;
const PY = `import json

def hello(event, context):
    import boto3
    return {"statusCode": 200, "body": json.dumps({"path": event.get("path")})}\n`;
const PACKAGE = '{ "name": "shop", "scripts": { "build": "tsc" }, "dependencies": {} }\n';

const sam = (runtime: string): string => `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, Default: dev }
Globals:
  Function: { Timeout: 5, Environment: { Variables: { STAGE: !Ref Stage } } }
Resources:
  Libs:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: layer/, CompatibleRuntimes: [${runtime}] }
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.hello
      Runtime: ${runtime}
      Layers: [!Ref Libs]
      Policies: [{ DynamoDBCrudPolicy: { TableName: !Ref Table } }]
      Events:
        Get: { Type: Api, Properties: { Path: /hello, Method: get } }
        Tick: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
  Table:
    Type: AWS::Serverless::SimpleTable
    Properties: { PrimaryKey: { Name: id, Type: String } }
Outputs:
  Url: { Value: !Sub 'https://\${ServerlessRestApi}.execute-api.\${AWS::Region}.amazonaws.com/Prod' }
`;

const service = (runtime: string, handler: string): string => `service: shop
provider:
  name: aws
  runtime: ${runtime}
  stage: \${opt:stage, 'dev'}
  environment: \${file(config.yml):environment}
  httpApi: { cors: true }
custom:
  name: \${self:service}-\${self:provider.stage}
package:
  patterns: ['!test/**']
functions:
  hello:
    handler: ${handler}
    events:
      - httpApi: GET /hello
      - http: { path: hello, method: get, cors: true }
      - sqs: { arn: !GetAtt Queue.Arn, batchSize: 1 }
resources:
  Resources:
    Queue: { Type: AWS::SQS::Queue }
`;
const CONFIG = 'environment:\n  TABLE: things\n';

const CLOUDFORMATION = `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      Body: { 'Fn::Transform': { Name: AWS::Include, Parameters: { Location: openapi.yml } } }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api, StageName: dev } }
  Hello:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs20.x, Handler: app.hello, Code: ./src, Role: !GetAtt Role.Arn }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Nested: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: nested.yml } }
`;
const OPENAPI = `openapi: 3.0.1
info: { title: shop, version: '1' }
paths:
  /hello:
    get:
      responses: { '200': { description: ok } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: '200' } }
`;
const NESTED = 'Resources:\n  Table: { Type: AWS::SQS::Queue }\nOutputs:\n  Name: { Value: !Ref Table }\n';

const CDK_TEMPLATE = {
  Resources: {
    Hello: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'cdk-assets', S3Key: 'abc.zip' },
        Handler: 'app.hello',
        Runtime: 'nodejs20.x',
        Role: 'arn:aws:iam::123456789012:role/hello',
      },
      Metadata: { 'aws:asset:path': 'asset.abc', 'aws:asset:property': 'Code' },
    },
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'shop', ProtocolType: 'HTTP', Target: { 'Fn::GetAtt': ['Hello', 'Arn'] } },
    },
  },
};
const CDK_MANIFEST = {
  version: '36.0.0',
  artifacts: {
    Shop: {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: 'Shop.template.json', stackName: 'Shop' },
      dependencies: ['Shop.assets'],
    },
    'Shop.assets': { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } },
  },
};
const CDK_ASSETS = {
  version: '36.0.0',
  files: { abc: { source: { path: 'asset.abc', packaging: 'zip' }, destinations: {} } },
  dockerImages: {},
};

function project(files: Readonly<Record<string, string>>): Project {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { kind: 'text', text }]));
}

const PLAIN: readonly Project[] = [
  project({
    'template.yaml': sam('nodejs20.x'),
    'src/app.js': JS,
    'layer/nodejs/package.json': '{}',
    'package.json': PACKAGE,
  }),
  project({
    'template.yaml': sam('nodejs16.x'),
    'src/app.ts': TS,
    'src/body.ts': "export const body = 'hello';",
    'tsconfig.json': '{}',
    'samconfig.toml': 'version = 0.1\n[default.deploy.parameters]\nstack_name = "shop"\n',
  }),
  project({
    'template.yaml': sam('python3.12'),
    'src/app.py': PY,
    'src/__init__.py': '',
    'src/requirements.txt': 'boto3\n',
    'pyproject.toml': '[project]\nname = "shop"\n',
  }),
  project({
    'template.yml': CLOUDFORMATION,
    'openapi.yml': OPENAPI,
    'nested.yml': NESTED,
    'src/app.js': JS,
    'gatewright.values.yml': 'ssm: { /shop/name: shop }\n',
  }),
  project({
    'cdk.out/manifest.json': JSON.stringify(CDK_MANIFEST),
    'cdk.out/Shop.template.json': JSON.stringify(CDK_TEMPLATE),
    'cdk.out/Shop.assets.json': JSON.stringify(CDK_ASSETS),
    'cdk.out/asset.abc/app.js': JS,
    'gatewright.yml': 'stage: dev\n',
  }),
];

/** Projects that osls reads, which takes seconds. */
const SERVICES: readonly Project[] = [
  project({
    'serverless.yml': service('nodejs20.x', 'src/app.hello'),
    'config.yml': CONFIG,
    'src/app.js': JS,
    'package.json': PACKAGE,
  }),
  project({
    'serverless.yml': service('nodejs14.x', 'src/app.hello'),
    'config.yml': CONFIG,
    'src/app.ts': TS,
    'src/body.ts': "export const body = 'hello';",
    'tsconfig.json': '{ "compilerOptions": {} }',
  }),
  project({
    'serverless.yml': service('python3.11', 'app.hello'),
    'config.yml': CONFIG,
    'app.py': PY,
    'requirements.txt': 'boto3\n',
  }),
];

export const LAYOUTS: readonly Project[] = [...PLAIN, ...SERVICES];

/** The projects from which layouts are drawn; plain ones are drawn more often. */
export const OFTEN: readonly Project[] = [...PLAIN, ...PLAIN, ...PLAIN, ...SERVICES];
