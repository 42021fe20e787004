/** WebSocket APIs in which the line of the member that decides ends with `# here`. */
import type { DecidingRow } from './deciding-rows.ts';

const api = (
  more: string,
  selection = '      RouteSelectionExpression: $request.body.action',
  integration = '',
): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
${selection}
  Int:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
${integration}
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Chat, StageName: dev, AutoDeploy: true } }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Chat}/*' }
${more}`;
const route = (key: string, more = ''): string => `
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      Target: !Sub integrations/\${Int}
      RouteKey: ${key}
${more}`;
const connect = (more: string): string => `
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Chat
      RouteKey: $connect
      Target: !Sub integrations/\${Int}
${more}`;
const authorizer = `
  Own:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      Name: own
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
      IdentitySource:
        - route.request.header.Host
        - route.request.querystring.token # here`;
const osls = (event: string, provider = ''): string => `
service: shop
provider:
  name: aws
  runtime: nodejs22.x
  region: us-east-1
${provider}
functions:
  guard: { handler: auth.handler }
  chat:
    handler: index.handler
    events:
${event}`;

export const OF_MESSAGES: readonly DecidingRow[] = [
  {
    kind: 'the identity source of an authorizer of $connect',
    template: api(`${connect('      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Own')}${authorizer}`),
    request: { socket: {} },
    status: 401,
  },
  {
    kind: 'the signature that $connect requires',
    template: api(connect('      AuthorizationType: AWS_IAM # here')),
    request: { socket: {} },
    status: 403,
  },
  {
    kind: 'the selection expression of a WebSocket API that reads another member',
    template: api(route('send'), '      RouteSelectionExpression: $request.body.action # here'),
    request: { socket: { message: '{"type":"send"}' } },
    status: 403,
  },
  {
    kind: 'the key of a route of a WebSocket API that differs in letter case',
    template: api(route('Send # here')),
    request: { socket: { message: '{"action":"send"}' } },
    status: 403,
  },
  {
    kind: 'the route whose reply no route response sends',
    template: api(route('send', '').replace('  Route:', '  Route: # here')),
    code: "exports.handler = async () => ({ statusCode: 200, body: 'hello' });",
    request: { socket: { message: '{"action":"send"}' } },
    status: 200,
  },
  {
    kind: 'the handler of a WebSocket API that the code does not export',
    template: api(route('send'))
      .replace('Handler: index.handler, Role', 'Role')
      .replace('Code: . }', 'Code: .,\n      Handler: index.main } # here'),
    request: { socket: { message: '{"action":"send"}' } },
    status: 500,
  },
  {
    kind: 'the rule of the model that a message of a WebSocket API does not match',
    template: api(`${route(
      'send',
      '      ModelSelectionExpression: $request.body.action\n      RequestModels: { send: Note }',
    )}
  Note:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref Chat
      Name: Note
      ContentType: application/json
      Schema:
        type: object
        properties:
          text:
            type: string # here`),
    request: { socket: { message: '{"action":"send","text":1}' } },
    status: 400,
  },
  {
    kind: 'the limit of time of an integration of a WebSocket API',
    template: api(route('send'), undefined, '      TimeoutInMillis: 60 # here'),
    code: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 800, { statusCode: 200 }));',
    request: { socket: { message: '{"action":"send"}' } },
    status: 500,
  },
  {
    kind: 'the throttle of the stage of a WebSocket API',
    template: api(route('send')).replace(
      'AutoDeploy: true } }',
      'AutoDeploy: true, DefaultRouteSettings: {\n    ThrottlingBurstLimit: 0,\n    ThrottlingRateLimit: 0 } } } # here',
    ),
    request: { socket: { message: '{"action":"send"}' } },
    status: 429,
  },
  {
    kind: 'the route of a websocket event of osls',
    file: 'serverless.yml',
    template: osls('      - websocket:\n          route: Send # here'),
    request: { socket: { message: '{"action":"send"}' } },
    status: 403,
  },
  {
    kind: 'the selection expression of osls',
    file: 'serverless.yml',
    template: osls(
      '      - websocket: send',
      '  websocketsApiRouteSelectionExpression: $request.body.action # here',
    ),
    request: { socket: { message: '{"type":"send"}' } },
    status: 403,
  },
  {
    kind: 'the authorizer of a websocket event of osls',
    file: 'serverless.yml',
    template: osls(
      '      - websocket:\n          route: $connect\n          authorizer:\n            name: guard\n            identitySource:\n              - route.request.header.Host\n              - route.request.querystring.token # here',
    ),
    request: { socket: {} },
    status: 401,
  },
];
