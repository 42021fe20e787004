/** Refusals whose obvious remedy does not help, or opens more than is needed; each with the remedy that does. */
import { anApi } from '../../../../support/an-api.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import type { Row } from './refusal-rows.ts';

const PRIVATE = { EndpointConfiguration: { Types: ['PRIVATE'] } };
const PAGE = ['Origin', 'https://shop.example', 'Access-Control-Request-Method', 'POST'];

const ofAccount = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
    },
  ],
};

const requiring = (route: string, parameter: string): ReturnType<typeof anApi> =>
  anApi(
    restRoutes(
      {
        [route]: {
          RequestParameters: { [`method.request.${parameter}`]: true },
          RequestValidatorId: 'Params',
        },
      },
      {
        more: {
          Params: {
            type: 'AWS::ApiGateway::RequestValidator',
            properties: { RestApiId: API_ID, ValidateRequestParameters: true },
          },
        },
      },
    ),
    { echo: ok },
  );

export const LEAST_REMEDIES: readonly Row[] = [
  {
    name: 'a required parameter that is there without a value',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html',
    api: () => requiring('GET /search', 'querystring.q'),
    request: { target: '/dev/search?q=' },
    because: /The request has q without a value, and a blank parameter counts as missing\./,
    change: /^Send a value for q, or make it optional/,
    never: /case-sensitive/,
  },
  {
    name: 'a required path parameter of which the path has no variable',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html',
    api: () => requiring('GET /items/{itemId}', 'path.id'),
    request: { target: '/dev/items/7' },
    because: /has the variable itemId and none with the name id, so no request can have this path parameter/,
    change:
      /^In the RequestParameters of GET \/items\/\{itemId\}, write method\.request\.path\.itemId in place of method\.request\.path\.id, or give the variable in the path the name id/,
    never: /without a value|Send /,
  },
  {
    name: 'a query parameter with the name of a path parameter',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html',
    api: () => requiring('GET /items/{itemId}', 'path.id'),
    request: { target: '/dev/items/7?id=7' },
    because: /has the variable itemId and none with the name id, so no request can have this path parameter/,
    change:
      /^In the RequestParameters of GET \/items\/\{itemId\}, write method\.request\.path\.itemId in place of method\.request\.path\.id, or give the variable in the path the name id/,
    never: /without a value|Send /,
  },
  {
    name: 'a body with a member of another type',
    source: 'docs/aws §6',
    api: () =>
      anApi(
        restRoutes(
          { 'POST /pets': { RequestModels: { 'application/json': 'Pet' }, RequestValidatorId: 'Bodies' } },
          {
            more: {
              Bodies: {
                type: 'AWS::ApiGateway::RequestValidator',
                properties: { RestApiId: API_ID, ValidateRequestBody: true },
              },
              Pet: {
                type: 'AWS::ApiGateway::Model',
                properties: {
                  RestApiId: API_ID,
                  Name: 'Pet',
                  Schema: { type: 'object', properties: { age: { type: 'integer' } } },
                },
              },
            },
          },
        ),
        { echo: ok },
      ),
    request: { method: 'POST', target: '/dev/pets', body: '{"age":"3"}' },
    because: /\(allowed: \["integer"\]\)\.\nIn the body, age is "3"\./,
    change: /^Send a body that matches the model/,
    never: /ValidateRequestBody/,
  },
  {
    name: 'a credential that CloudFront did not send on',
    source:
      'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html',
    api: () => anApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') }),
    request: { target: '/dev/pets', headers: ['X-Amz-Cf-Id', 'abc'] },
    because: /reads the caller from header Authorization, which the request does not have/,
    change:
      /^If the viewer sent header Authorization, have CloudFront forward it: .*AllViewerExceptHostHeader/,
    never: /^Send header/,
  },
  {
    name: 'a notification of SNS to a method that takes JSON only',
    // https://github.com/aws/chalice/issues/823
    source: 'https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html',
    api: () =>
      anApi(
        restRoutes({
          'POST /sns': {
            Integration: {
              Type: 'AWS',
              IntegrationHttpMethod: 'POST',
              Uri: invokeUri('echo'),
              PassthroughBehavior: 'NEVER',
              RequestTemplates: { 'application/json': '{}' },
              IntegrationResponses: [{ StatusCode: '200' }],
            },
            MethodResponses: [{ StatusCode: '200' }],
          },
        }),
        { echo: ok },
      ),
    request: {
      method: 'POST',
      target: '/dev/sns',
      headers: ['Content-Type', 'text/plain; charset=UTF-8', 'x-amz-sns-message-type', 'Notification'],
      body: '{}',
    },
    because: /PassthroughBehavior is NEVER/,
    change: /^Add a request template for text\/plain to RequestTemplates .*SNS sends its JSON as text\/plain/,
    never: /Send Content-Type/,
  },
  {
    name: 'a policy of an authorizer that is for another stage',
    // https://github.com/aws/chalice/issues/385
    source: 'docs/aws §4.4',
    api: () =>
      anApi(withAuthorizer(TOKEN), {
        list: ok,
        auth: () => policy('Allow', 'arn:aws:execute-api:us-east-1:123456789012:*/prod/*/*'),
      }),
    request: { target: '/dev/pets', headers: ['Authorization', 'x'] },
    because:
      /it allows arn:aws:execute-api:us-east-1:123456789012:\*\/prod\/\*\/\*, with the stage prod instead of dev\./,
    change: /^Build the Resource in the function auth from the ARN in its event \(methodArn/,
    never: /Send a credential/,
  },
  {
    name: 'a preflight that needs a signature',
    source: 'https://fetch.spec.whatwg.org/#cors-preflight-fetch',
    api: () => anApi(restRoutes({ 'ANY /pets': { AuthorizationType: 'AWS_IAM' } }), { echo: ok }),
    request: { method: 'OPTIONS', target: '/dev/pets', headers: PAGE },
    because: /the request is not signed/i,
    change:
      /^A browser sends no credentials with a preflight, .*: add an OPTIONS method for \/pets with AuthorizationType: NONE, whose integration answers preflights\./,
    never: /Sign the request/,
  },
  {
    name: 'a preflight that needs an API key',
    source: 'https://fetch.spec.whatwg.org/#cors-preflight-fetch',
    api: () => anApi(restRoutes({ 'OPTIONS /pets': { ApiKeyRequired: true } }), { echo: ok }),
    request: { method: 'OPTIONS', target: '/dev/pets', headers: PAGE },
    because: /has no x-api-key header/,
    change: /^A browser sends no credentials with a preflight, .* ApiKeyRequired: false on OPTIONS \/pets/,
    never: /Send an API key/,
  },
  {
    name: 'a preflight that an authorizer reads',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html',
    api: () =>
      anApi(
        {
          ...restRoutes({ 'OPTIONS /pets': { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' } }),
          Auth: {
            type: 'AWS::ApiGateway::Authorizer',
            properties: { RestApiId: API_ID, AuthorizerUri: invokeUri('auth'), Name: 'auth', ...TOKEN },
          },
        },
        { echo: ok, auth: ok },
      ),
    request: { method: 'OPTIONS', target: '/dev/pets', headers: PAGE },
    because: /from header Authorization, which the request does not have/,
    change: /^A browser sends no credentials with a preflight/,
    never: /Send header/,
  },
  {
    name: 'a greedy variable at the root',
    // https://github.com/logandk/serverless-wsgi/issues/20
    source: 'docs/aws §2.1',
    api: () => anApi(restRoutes({ 'ANY /{proxy+}': {} }), { echo: ok }),
    request: { target: '/dev/' },
    because: /ANY \/\{proxy\+\}: its variable \{proxy\+\} stands for at least one segment/,
    change:
      /^Add an? .*AWS::ApiGateway::Method with HttpMethod: GET, ResourceId: !GetAtt .*RootResourceId|^Add a method GET with `aws apigateway put-method`, whose resource is the root of the API, and deploy/,
    never: /trailing|Authorization header to/,
  },
  {
    name: 'a greedy variable below a path',
    source: 'docs/aws §2.1',
    api: () => anApi(restRoutes({ 'GET /files/{key+}': {} }), { echo: ok }),
    request: { target: '/dev/files' },
    because: /its variable \{key\+\} stands for at least one segment/,
    change: /^Add a route GET \/files, and deploy/,
    never: /RootResourceId/,
  },
  {
    name: 'a stage that the path has twice',
    source: 'docs/aws §2.1',
    api: () => anApi(restRoutes({ 'GET /pets': {} }), { echo: ok }),
    request: { target: '/dev/dev/pets' },
    because: /has no route for GET \/dev\/pets/,
    change: /^The path begins with the stage twice: call GET \/dev\/pets\.$/,
    never: /Add a route/,
  },
  {
    name: 'a resource policy for an account, before a method that reads no signature',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html',
    api: () => anApi(restRoutes({ 'GET /pets': {} }, { api: { Policy: ofAccount } }), { echo: ok }),
    request: { target: '/dev/pets' },
    because:
      /it allows only arn:aws:iam::123456789012:root, and the caller is anonymous: AuthorizationType of GET \/pets is NONE/,
    change:
      /^Set AuthorizationType of GET \/pets to AWS_IAM, .*\nOr, if everybody may call GET \/pets, set the Principal of statement 1 of 1/,
    never: /Add a statement/,
  },
  {
    name: 'a status that a gateway response changed',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html',
    api: () =>
      anApi(
        {
          ...restRoutes({ 'GET /pets': { ApiKeyRequired: true } }),
          Hide: {
            type: 'AWS::ApiGateway::GatewayResponse',
            properties: { RestApiId: API_ID, ResponseType: 'INVALID_API_KEY', StatusCode: '404' },
          },
        },
        { echo: ok },
      ),
    request: { target: '/dev/pets' },
    because: /The gateway response INVALID_API_KEY of the API changed the status from 403 to 404\./,
    change:
      /^No key is accepted for the stage dev yet\. Add a key with `aws apigateway create-api-key --enabled`/,
    never: /undefined/,
  },
  {
    // The fallback also changes the refusals that its author did not have in mind.
    name: 'a status that the fallback of all 4xx changed',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html, DEFAULT_4XX',
    api: () =>
      anApi(
        {
          ...restRoutes({ 'GET /pets': { ApiKeyRequired: true } }),
          Hide: {
            type: 'AWS::ApiGateway::GatewayResponse',
            properties: { RestApiId: API_ID, ResponseType: 'DEFAULT_4XX', StatusCode: '404' },
          },
        },
        { echo: ok },
      ),
    request: { target: '/dev/pets' },
    because:
      /The gateway response DEFAULT_4XX of the API changed the status from 403 to 404\. It applies to every error for which the API has no gateway response of its own, such as this INVALID_API_KEY\./,
    change: /^No key is accepted for the stage dev yet/,
    never: /undefined/,
  },
  {
    name: 'a private API that wants another VPC endpoint',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html',
    api: () =>
      anApi(
        restRoutes(
          { 'GET /pets': {} },
          {
            api: {
              ...PRIVATE,
              Policy: {
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' },
                  {
                    Effect: 'Deny',
                    Principal: '*',
                    Action: 'execute-api:Invoke',
                    Resource: '*',
                    Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1a2b' } },
                  },
                ],
              },
            },
          },
        ),
        { echo: ok },
      ),
    request: { target: '/dev/pets' },
    because: /statement 2 of 2 has Effect Deny where aws:SourceVpce is none/,
    change:
      /^Send the request so that aws:SourceVpce is vpce-1a2b: send it .* Host: abcdefghij-vpce-1a2b\.execute-api\.us-east-1/,
    never: /does not deny|add none/,
  },
  {
    name: 'a public API that admits only one VPC endpoint',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html',
    api: () =>
      anApi(
        restRoutes(
          { 'GET /pets': {} },
          {
            api: {
              EndpointConfiguration: { Types: ['REGIONAL'] },
              Policy: {
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' },
                  {
                    Effect: 'Deny',
                    Principal: '*',
                    Action: 'execute-api:Invoke',
                    Resource: '*',
                    Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1a2b' } },
                  },
                ],
              },
            },
          },
        ),
        { echo: ok },
      ),
    request: { target: '/dev/pets' },
    because: /statement 2 of 2 has Effect Deny where aws:SourceVpce is none/,
    change:
      /^If the API is meant to be public, remove statement 2 of 2 from the API’s resource policy.*\nOr make the API private \(EndpointConfiguration with Types: \[PRIVATE\]\), and call it through the VPC endpoint vpce-1a2b/,
    never: /Host: /,
  },
];
