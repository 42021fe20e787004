/** Templates in which the line of the member that decides ends with `# here`, or has the name of AWS’s managed rules. */
import type { AdvisedProject } from '../../../../support/an-advised-project.ts';

export type DecidingRow = {
  readonly kind: string;
  readonly template: string;
  readonly file?: string;
  readonly code?: string;
  readonly auth?: string;
  readonly request?: Parameters<AdvisedProject['ask']>[0];
  readonly status: number;
  /** The end of the line that decides, if several rows have the same template. */
  readonly mark?: string;
  /** Further files of the project. */
  readonly files?: Readonly<Record<string, string>>;
};

export const OK = 'exports.handler = async () => ({ statusCode: 200 });';

/** A function and the parts of a REST API around it, as CloudFormation writes them. */
export const rest = (method: string, more = '', ofFunction = '      Handler: index.handler'): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: fn
      Runtime: nodejs22.x
      Role: arn:aws:iam::123456789012:role/fn
      Code: .
${ofFunction}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: api
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
${method}
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Fn
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*
${more}`;

const authorizer = (properties: string): string => `
  Own:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: own
      AuthorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
${properties}`;
const GUARDED = '      AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Own';
export const OPEN = '      AuthorizationType: NONE';

const sam = (event: string, more = '', ofFunction = '      Handler: index.handler'): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
${ofFunction}
      Events:
        Root:
          Type: Api
          Properties:
            Path: /
            Method: GET
${event}
${more}`;
const SAM_API = (auth: string): string => `
  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.handler } }
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth:
${auth}`;
const REF = '            RestApiId: !Ref Api';

export const DECIDING: readonly DecidingRow[] = [
  {
    // https://github.com/aws/serverless-application-model/issues/1814
    kind: 'the handler that the code does not export',
    template: rest(OPEN, '', '      Handler: index.main # here'),
    status: 502,
  },
  {
    kind: 'the handler of SAM that the code does not export',
    template: sam('', '', '      Handler: index.main # here'),
    status: 502,
  },
  {
    kind: 'the identity source that the request does not have',
    template: rest(
      GUARDED,
      authorizer('      Type: REQUEST\n      IdentitySource: method.request.querystring.key # here'),
    ),
    status: 401,
  },
  {
    kind: 'the expression that a token does not match',
    template: rest(
      GUARDED,
      authorizer(
        '      Type: TOKEN\n      IdentitySource: method.request.header.Authorization\n      IdentityValidationExpression: ^a$ # here',
      ),
    ),
    request: { headers: { authorization: 'b' } },
    status: 401,
  },
  {
    // https://github.com/aws/serverless-application-model/issues/3054
    kind: 'the default authorizer that guards a preflight of SAM',
    template: sam(
      REF,
      `${SAM_API(`        DefaultAuthorizer: own # here
        Authorizers:
          own: { FunctionArn: !GetAtt Guard.Arn }`)}
      Cors: "'https://app.example.com'"`,
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'GET' },
    },
    status: 401,
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    kind: 'the stages of the usage plan of a key for another stage',
    template: rest(
      `${OPEN}\n      ApiKeyRequired: true`,
      `
  Other: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: test } }
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: key-of-a-customer-123 } }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: plan
      ApiStages: # here
        - { ApiId: !Ref Api, Stage: !Ref Other }
  Member: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan } }`,
    ),
    request: { headers: { 'x-api-key': 'key-of-a-customer-123' } },
    status: 403,
  },
  {
    kind: 'the identity sources of an authorizer of SAM',
    template: sam(
      REF,
      SAM_API(`        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionPayloadType: REQUEST
            FunctionArn: !GetAtt Guard.Arn
            Identity:
              QueryStrings: [key] # here`),
    ),
    status: 401,
  },
  {
    kind: 'the right that names another API, in an event of SAM',
    template: sam(
      '            RestApiId: Api # here',
      '  Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev } }',
    ),
    status: 500,
  },
  {
    kind: 'the source of a permission',
    template: rest(OPEN).replace(
      /SourceArn: .*/,
      'SourceArn: arn:aws:execute-api:us-east-1:123456789012:other/* # here',
    ),
    status: 500,
  },
  {
    kind: 'the condition of a resource policy',
    template: rest(OPEN).replace(
      '      Name: api',
      `      Name: api
      Policy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: execute-api:Invoke
            Resource: execute-api:/*
            Condition:
              IpAddress:
                aws:SourceIp: [192.0.2.1] # here`,
    ),
    status: 403,
  },
  {
    kind: 'the resource of a resource policy',
    template: rest(OPEN).replace(
      '      Name: api',
      `      Name: api
      Policy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: execute-api:Invoke
            Resource: execute-api:/dev/POST/* # here`,
    ),
    status: 403,
  },
  {
    kind: 'the list of addresses from which SAM makes a resource policy',
    template: sam(REF, SAM_API('        ResourcePolicy:\n          IpRangeWhitelist: [192.0.2.1] # here')),
    status: 403,
  },
  {
    kind: 'a required parameter',
    template: rest(
      `${OPEN}
      RequestValidatorId: !Ref Checks
      RequestParameters:
        method.request.querystring.page: false
        method.request.querystring.id: true # here`,
      `
  Checks:
    Type: AWS::ApiGateway::RequestValidator
    Properties: { RestApiId: !Ref Api, ValidateRequestParameters: true }`,
    ),
    status: 400,
  },
  {
    kind: 'the model of a body',
    template: rest(
      `${OPEN}
      RequestValidatorId: !Ref Checks
      RequestModels: # here
        application/json: !Ref Order`,
      `
  Order:
    Type: AWS::ApiGateway::Model
    Properties: { RestApiId: !Ref Api, Name: Order, ContentType: application/json, Schema: { type: object, required: [id] } }
  Checks:
    Type: AWS::ApiGateway::RequestValidator
    Properties: { RestApiId: !Ref Api, ValidateRequestBody: true }`,
    ).replace('HttpMethod: GET', 'HttpMethod: POST'),
    request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    status: 400,
  },
  {
    kind: 'the API key that a route requires',
    template: rest(`${OPEN}\n      ApiKeyRequired: true # here`),
    status: 403,
  },
  {
    kind: 'the throttle of the stage',
    template: rest(OPEN).replace(
      'StageName: dev }',
      `StageName: dev, MethodSettings: [
      { HttpMethod: POST, ResourcePath: /, ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
      { HttpMethod: GET, ResourcePath: /, ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0 }] } # here`,
    ),
    status: 429,
  },
  {
    kind: 'the quota of a usage plan',
    template: rest(
      `${OPEN}\n      ApiKeyRequired: true`,
      `
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: 0123456789012345678901 } }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    DependsOn: Stage
    Properties:
      ApiStages: [{ ApiId: !Ref Api, Stage: dev }]
      Quota:
        Period: DAY
        Limit: 1 # here
  Member: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan } }`,
    ),
    request: { headers: { 'x-api-key': '0123456789012345678901' }, times: 2 },
    status: 429,
  },
  {
    kind: 'the key that is disabled',
    template: rest(
      `${OPEN}\n      ApiKeyRequired: true`,
      `
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties:
      Value: '0123456789012345678901'
      Enabled: false # here`,
    ),
    request: { headers: { 'x-api-key': '0123456789012345678901' } },
    status: 403,
  },
  {
    // aws/serverless-application-model#1668
    kind: 'the stage of a key without a usage plan',
    template: rest(
      `${OPEN}\n      ApiKeyRequired: true`,
      `
  Key:
    Type: AWS::ApiGateway::ApiKey
    DependsOn: Stage
    Properties:
      Enabled: true
      Value: '0123456789012345678901'
      StageKeys: [{ RestApiId: !Ref Api, StageName: dev }] # here`,
    ),
    request: { headers: { 'x-api-key': '0123456789012345678901' } },
    status: 403,
  },
  {
    kind: 'the signature that a route requires',
    template: rest('      AuthorizationType: AWS_IAM # here'),
    status: 403,
  },
  {
    kind: 'the method of a route that is nearly the one of the request',
    template: rest(OPEN).replace('HttpMethod: GET', 'HttpMethod: GET # here'),
    request: { method: 'PUT' },
    status: 403,
  },
  {
    // https://github.com/open-constructs/cdk-serverless/issues/372
    kind: 'the requirement of an operation in a document',
    template: `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: api, version: '1' }
        paths:
          /:
            get:
              responses: {}
              security:
                - pool: [] # here
              x-amazon-apigateway-integration: { type: mock }
        components:
          securitySchemes:
            pool:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authtype: cognito_user_pools
              x-amazon-apigateway-authorizer:
                type: cognito_user_pools
                providerARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a']
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }`,
    status: 401,
  },
  {
    kind: 'the address of an integration that cannot be reached',
    template: rest(OPEN)
      .replace('Type: AWS_PROXY', 'Type: HTTP_PROXY')
      .replace('IntegrationHttpMethod: POST', 'IntegrationHttpMethod: GET')
      .replace(/Uri: .*/, 'Uri: http://127.0.0.1:1/ # here'),
    status: 504,
  },
  {
    kind: 'the integration responses of which none fits',
    template: rest(OPEN)
      .replace('Type: AWS_PROXY', 'Type: AWS')
      .replace(
        /( *)Uri: .*/,
        '$&\n        IntegrationResponses: # here\n          - { StatusCode: 200, SelectionPattern: never }',
      )
      .replace(
        'AuthorizationType: NONE',
        'AuthorizationType: NONE\n      MethodResponses: [{ StatusCode: 200 }]',
      ),
    status: 500,
  },
  {
    // serverless/serverless#2049
    kind: 'the integration response that makes a success of an error',
    template: rest(OPEN)
      .replace('Type: AWS_PROXY', 'Type: AWS')
      .replace(
        /( *)Uri: .*/,
        "$&\n        IntegrationResponses:\n          - StatusCode: 404\n            SelectionPattern: never\n          - StatusCode: '200' # here",
      )
      .replace(
        'AuthorizationType: NONE',
        'AuthorizationType: NONE\n      MethodResponses: [{ StatusCode: 200 }, { StatusCode: 404 }]',
      ),
    code: "exports.handler = async () => { throw new Error('no pets'); };",
    status: 200,
  },
];
