/**
 * Templates that lack the setting that the remedy adds. The line to which the setting has to be added, or the line that
 * the remedy replaces, ends with `# here`.
 */
import { OK, OPEN, rest } from './deciding-rows.ts';
import { sam } from './deciding-sam-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

const PNG =
  "exports.handler = async () => ({ statusCode: 200, headers: { 'content-type': 'image/png' }, body: 'iVBORw==', isBase64Encoded: true });";
const PREFLIGHT = {
  method: 'OPTIONS',
  headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
};
const KEYED = '            Auth: { ApiKeyRequired: true }';

/** A function whose events create the API. */
const byEvents = (globals: string, event = ''): string => `
Transform: AWS::Serverless-2016-10-31
${globals}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: index.handler
      Runtime: nodejs22.x
      Events:
        Root:
          Type: Api
          Properties:
            Path: /
            Method: GET
${event}`;

const osls = (provider: string, event = ''): string => `
service: shop
provider:${provider}
  name: aws
  runtime: nodejs22.x
functions:
  f:
    handler: index.handler
    events:
      - http:
          path: /
          method: get
${event}`;

/** A REST API whose integration is a part of an OpenAPI document. */
const inDocument = (integration: string): string => `
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: all
          PolicyDocument: { Statement: [{ Effect: Allow, Action: 'sqs:*', Resource: !GetAtt Queue.Arn }] }
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: api, version: '1' }
        paths:
          /:
            get:
              responses: { '200': { description: ok } }
              x-amazon-apigateway-integration:
${integration}
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }`;

const SEND = `                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:\${AWS::Region}:sqs:path/\${AWS::AccountId}/\${Queue.QueueName}
                credentials: !GetAtt Role.Arn
                requestTemplates: { application/json: Action=Nothing }
                responses:
                  default: { statusCode: '200' } # here`;

export const LACKING: readonly DecidingRow[] = [
  {
    // https://repost.aws/questions/QUpOZU07nmQTCGGYDFLjkv5g/changing-http-response-code-on-api-gateway-with-dynamo-db-integration
    kind: 'the default response of a document, which makes a success of the refusal of a service',
    template: inDocument(SEND),
    status: 200,
  },
  {
    // https://github.com/aws/serverless-application-model/issues/2077
    kind: 'an API of SAM without OpenApiVersion',
    template: sam('Api', '', '').replace('  Shop:', '  Shop: # here'),
    request: { path: '/../Stage/' },
    status: 200,
  },
  {
    kind: 'the section Api of Globals without OpenApiVersion',
    template: byEvents('Globals:\n  Api: # here\n    TracingEnabled: false'),
    request: { path: '/../Stage/' },
    status: 200,
  },
  {
    kind: 'the function whose event creates an API without OpenApiVersion',
    template: byEvents('').replace('  Fn:', '  Fn: # here'),
    request: { path: '/../Stage/' },
    status: 200,
  },
  {
    kind: 'the StageName of a Deployment beside a Stage',
    template: rest(OPEN).replace(
      'Properties: { RestApiId: !Ref Api } }',
      'Properties: { RestApiId: !Ref Api,\n    StageName: second } } # here',
    ),
    request: { path: '/../second/' },
    status: 200,
  },
  {
    // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
    kind: 'an API of SAM without a usage plan',
    template: sam('Api', KEYED, '').replace('  Shop:', '  Shop: # here'),
    status: 403,
  },
  {
    kind: 'Globals without a usage plan',
    template: byEvents('Globals: # here\n  Function: { Timeout: 3 }', KEYED),
    status: 403,
  },
  {
    kind: 'an API of SAM without Cors',
    template: sam('Api', '', '').replace('  Shop:', '  Shop: # here'),
    request: PREFLIGHT,
    status: 403,
  },
  {
    kind: 'an API of SAM without binary media types',
    template: sam('Api', '', '').replace('  Shop:', '  Shop: # here'),
    code: PNG,
    status: 200,
  },
  {
    kind: 'an API of CloudFormation without binary media types',
    template: rest(OPEN).replace('  Api:', '  Api: # here'),
    code: PNG,
    status: 200,
  },
];

export const LACKING_OSLS: readonly DecidingRow[] = [
  // https://github.com/lovell/sharp/issues/889
  { kind: 'binary media types', template: osls(' # here'), code: PNG, status: 200 },
  {
    kind: 'binary media types, beside other settings of the API',
    template: osls('\n  apiGateway: # here\n    metrics: false'),
    code: PNG,
    status: 200,
  },
  { kind: 'API keys', template: osls(' # here', '          private: true'), code: OK, status: 403 },
];
