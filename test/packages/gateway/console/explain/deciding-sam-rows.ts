/** Templates of SAM in which the line of the member that decides ends with `# here`. */
import type { DecidingRow } from './deciding-rows.ts';

type Api = 'Api' | 'HttpApi';

/** A function with one event, and an API with its own members. */
export const sam = (kind: Api, event: string, api: string, ofFunction = ''): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.handler } }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
${ofFunction}
      Events:
        Root:
          Type: ${kind}
          Properties:
            ${kind === 'Api' ? 'RestApiId' : 'ApiId'}: !Ref Shop
            Path: /
            Method: GET
${event}
  Shop:
    Type: AWS::Serverless::${kind}
    Properties:
      ${kind === 'Api' ? 'StageName: dev' : "StageName: '$default'"}
${api}`;

export const identity = (member: string): string =>
  sam(
    'Api',
    '',
    `      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionPayloadType: REQUEST
            FunctionArn: !GetAtt Guard.Arn
            Identity:
${member}`,
  );

const jwt = (auth: string): string =>
  sam(
    'HttpApi',
    '',
    `      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            IdentitySource: $request.header.Authorization
            JwtConfiguration:
${auth}`,
  );

const OWN_KEY = `
  Own: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: key-of-a-customer-123 } }
  Member: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Own, KeyType: API_KEY, UsagePlanId: !Ref ShopUsagePlan } }`;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token that no issuer has signed. */
const tokenOf = (claims: object): string =>
  `Bearer ${encode({ alg: 'RS256', kid: 'a' })}.${encode(claims)}.${encode('a')}`;

export const OF_SAM: readonly DecidingRow[] = [
  {
    kind: 'a header in Identity of SAM',
    template: identity('              Context: [httpMethod]\n              Headers: [X-Token] # here'),
    status: 401,
  },
  {
    kind: 'the second header in Identity of SAM',
    template: identity('              Headers:\n                - Accept\n                - X-Token # here'),
    status: 401,
  },
  {
    kind: 'a query string in Identity of SAM',
    template: identity('              Headers: [Accept]\n              QueryStrings: [key] # here'),
    status: 401,
  },
  {
    kind: 'a stage variable in Identity of SAM',
    template: identity('              Headers: [Accept]\n              StageVariables: [key] # here'),
    status: 401,
  },
  {
    kind: 'the header of a token in Identity of SAM',
    template: sam(
      'Api',
      '',
      `      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionArn: !GetAtt Guard.Arn
            Identity:
              ReauthorizeEvery: 0
              Header: X-Token # here`,
    ),
    status: 401,
  },
  {
    kind: 'the expression of a token in Identity of SAM',
    template: sam(
      'Api',
      '',
      `      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionArn: !GetAtt Guard.Arn
            Identity:
              ReauthorizeEvery: 0
              ValidationExpression: ^a$ # here`,
    ),
    request: { headers: { authorization: 'b' } },
    status: 401,
  },
  {
    kind: 'a header in Identity of an HTTP API of SAM',
    template: sam(
      'HttpApi',
      '',
      `      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionArn: !GetAtt Guard.Arn
            AuthorizerPayloadFormatVersion: '2.0'
            EnableSimpleResponses: true
            EnableFunctionDefaultPermissions: true
            Identity:
              QueryStrings: [a]
              Headers: [X-Token] # here`,
    ),
    request: { path: '/?a=1' },
    status: 401,
  },
  {
    kind: 'the issuer of SAM',
    template: jwt(
      '              audience: [a]\n              issuer: https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other # here',
    ),
    request: {
      headers: {
        authorization: tokenOf({
          iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_one',
          aud: 'a',
          exp: 4102444800,
        }),
      },
    },
    status: 401,
  },
  {
    kind: 'the authorizer of an event of SAM',
    template: sam(
      'Api',
      '            Auth:\n              Authorizer: own # here',
      `      Auth:
        Authorizers:
          own: { FunctionArn: !GetAtt Guard.Arn }`,
    ),
    status: 401,
  },
  {
    kind: 'the AWS_IAM of an event of SAM',
    template: sam('Api', '            Auth:\n              Authorizer: AWS_IAM # here', ''),
    status: 403,
  },
  {
    kind: 'the key of an event of SAM',
    template: sam('Api', '            Auth:\n              ApiKeyRequired: true # here', ''),
    status: 403,
  },
  {
    kind: 'the default key of SAM',
    template: sam('Api', '', '      Auth:\n        ApiKeyRequired: true # here'),
    status: 403,
  },
  {
    kind: 'the quota of SAM',
    template: sam(
      'Api',
      '',
      `      Auth:
        ApiKeyRequired: true
        UsagePlan:
          CreateUsagePlan: PER_API
          Quota:
            Period: DAY
            Limit: 1 # here${OWN_KEY}`,
    ),
    request: { headers: { 'x-api-key': 'key-of-a-customer-123' }, times: 2 },
    status: 429,
  },
  {
    kind: 'the throttle of a plan of SAM',
    template: sam(
      'Api',
      '',
      `      Auth:
        ApiKeyRequired: true
        UsagePlan:
          CreateUsagePlan: PER_API
          Throttle:
            BurstLimit: 0
            RateLimit: 0 # here${OWN_KEY}`,
    ),
    request: { headers: { 'x-api-key': 'key-of-a-customer-123' } },
    status: 429,
  },
  {
    kind: 'the throttle in MethodSettings of SAM',
    template: sam(
      'Api',
      '',
      `      MethodSettings:
        - HttpMethod: '*'
          ResourcePath: /*
          ThrottlingBurstLimit: 0
          ThrottlingRateLimit: 0 # here`,
    ),
    status: 429,
  },
  {
    kind: 'the throttle of a route of an HTTP API of SAM',
    template: sam(
      'HttpApi',
      '',
      `      RouteSettings:
        GET /:
          ThrottlingBurstLimit: 0
          ThrottlingRateLimit: 0 # here`,
    ),
    status: 429,
  },
  {
    kind: 'the default throttle of an HTTP API of SAM',
    template: sam(
      'HttpApi',
      '',
      `      DefaultRouteSettings:
        ThrottlingBurstLimit: 0
        ThrottlingRateLimit: 0 # here`,
    ),
    status: 429,
  },
  {
    kind: 'the required parameter of an event of SAM',
    template: sam(
      'Api',
      `            RequestParameters:
              - method.request.querystring.page: { Required: false }
              - method.request.querystring.id: # here
                  Required: true
                  Caching: false`,
      '',
    ),
    status: 200,
  },
  {
    kind: 'the required parameter in the short form of SAM',
    template: sam(
      'Api',
      `            RequestParameters:
              - method.request.querystring.page
              - method.request.header.X-Own: { Required: true } # here`,
      '',
    ),
    status: 200,
  },
];
