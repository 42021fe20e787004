/** What a function learns of its caller in another form than its author expects, next to what it learns as expected. */
import { invokeUri } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes } from '../../../../support/routed-apis.ts';
import { carrying, CLAIMS, ISSUER, KEY, withIssuers } from '../../../../support/token-issuers.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const JWT = {
  Auth: {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: 'abcdefghij',
      Name: 'tokens',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: ISSUER, Audience: ['api'] },
    },
  },
};
export const guarded = (): Served => {
  const routes = httpRoutes(['GET /pets'], {
    route: { AuthorizationType: 'JWT', AuthorizerId: 'Auth' },
    integration: { IntegrationUri: 'arn:aws:lambda:us-east-1:123456789012:function:list' },
    more: JWT,
  });
  return withIssuers(routes);
};

export const contextOf = (context: JsonObject) => (): Served =>
  anApi(withAuthorizer(TOKEN), {
    list: () => ({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }),
    auth: () => ({ ...policy('Allow', '*'), context }),
  });
/** An HTTP API whose authorizer returns `isAuthorized: true`, which is cached. */
export const simplyAdmitted = (): Served =>
  anApi(
    httpRoutes(['GET /pets', 'GET /orders'], {
      route: { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' },
      more: {
        Auth: {
          type: 'AWS::ApiGatewayV2::Authorizer',
          properties: {
            ApiId: API_ID,
            Name: 'gate',
            AuthorizerType: 'REQUEST',
            AuthorizerUri: invokeUri('auth'),
            AuthorizerPayloadFormatVersion: '2.0',
            EnableSimpleResponses: true,
            AuthorizerResultTtlInSeconds: 300,
            IdentitySource: ['$request.header.Authorization'],
          },
        },
      },
    }),
    { echo: () => ({ statusCode: 200 }), auth: () => ({ isAuthorized: true }) },
  );
export const KNOWN = { target: '/dev/pets', headers: ['Authorization', 'x'] };

export const CALLERS: readonly SurpriseRow[] = [
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    code: 'ID_TOKEN_ACCEPTED',
    source: 'docs/aws §4.5',
    api: guarded,
    request: { target: '/pets', headers: carrying(signToken(KEY, { ...CLAIMS, token_use: 'id' })) },
    handler:
      "const { scope } = event.requestContext.authorizer.jwt.claims;\nconst admin = event.requestContext.authorizer.jwt.claims.scope === 'admin';",
    values: {},
    because:
      /The token is an ID token \(token_use: id\)\. Authorizer \S+ accepts it as it accepts an access token, because API Gateway does not check token_use/,
    change: /add to AuthorizationScopes of the route a scope that access tokens have/,
    not: {
      request: { target: '/pets', headers: carrying(signToken(KEY, { ...CLAIMS, token_use: 'access' })) },
    },
  },
  {
    code: 'CLAIM_LIST_AS_TEXT',
    source: 'docs/aws §4.5',
    api: guarded,
    request: { target: '/pets', headers: carrying(signToken(KEY, { ...CLAIMS, roles: ['a', 'b'] })) },
    handler: "if (event.requestContext.authorizer.jwt.claims.roles === 'a') return ok;",
    values: { claims: ['roles'] },
    because: /as one string, in brackets and with spaces between the values: \[a b\]/,
    change:
      /\(event\.requestContext\.authorizer\.jwt\.claims\.roles \?\? ''\)\.replace\(\/\^\\\[\|\\\]\$\/g, ''\)\.split\(' '\)/,
    not: { request: { target: '/pets', headers: carrying(signToken(KEY, { ...CLAIMS, roles: 'a' })) } },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    code: 'AUTHORIZER_CACHED',
    source: 'docs/aws §4.1',
    api: simplyAdmitted,
    before: { target: '/pets', headers: ['Authorization', 'x'] },
    request: { target: '/orders', headers: ['Authorization', 'x'] },
    handler: "if (event.routeKey === 'GET /pets') return { isAuthorized: true };",
    values: { ttlSeconds: 300 },
    because:
      /this result was made for GET \/pets, and the function, which reads the route or path at src\/index\.js:1, was not called for GET \/orders/,
    change:
      /^Add \$context\.routeKey to the identity sources of the authorizer\. .*\nOr have the function called for every request: AuthorizerResultTtlInSeconds: 0 of the authorizer/m,
    not: { handler: "if (event.headers.authorization === 'x') return { isAuthorized: true };" },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
    code: 'AUTHORIZER_INPUT_NOT_KEYED',
    source: 'docs/aws §4.1',
    api: simplyAdmitted,
    before: { target: '/pets', headers: ['Authorization', 'x', 'X-Tenant', 'a'] },
    request: { target: '/pets', headers: ['Authorization', 'x', 'X-Tenant', 'b'] },
    handler: "const tenant = event.headers['x-tenant'];",
    values: { name: 'x-tenant' },
    because:
      /compares only the header Authorization\. The function of the authorizer reads the header x-tenant at src\/index\.js:1, but the header x-tenant is not an identity source/,
    change:
      /^Add the header x-tenant to the identity sources of authorizer .*AuthorizerResultTtlInSeconds: 0/m,
    not: { handler: 'const token = event.headers.authorization;' },
  },
  {
    code: 'CONTEXT_AS_TEXT',
    source: 'docs/aws §4.3',
    api: contextOf({ admin: false }),
    request: KNOWN,
    handler: 'if (event.requestContext.authorizer.admin) return all;',
    values: { names: ['admin'] },
    because: /the function got it as a string: admin is "false", which is true in a condition/,
    change: /^Compare the string in the function: event\.requestContext\.authorizer\.admin === 'true'\.$/m,
    not: { api: contextOf({ admin: 'no' }) },
  },
  {
    code: 'CONTEXT_AS_TEXT',
    name: 'a boolean that is read by a variable',
    source: 'docs/aws §4.3',
    api: contextOf({ admin: false }),
    request: KNOWN,
    handler: 'const caller = event.requestContext.authorizer;\nif (!caller.admin) return refused;',
    values: { names: ['admin'] },
    because: /admin is "false", which is true in a condition/,
    change: /authorizer\.admin === 'true'/,
    not: {
      handler:
        "const caller = event.requestContext.authorizer;\nif (caller.admin !== 'true') return refused;",
    },
  },
  {
    code: 'CONTEXT_AS_TEXT',
    name: 'a number',
    source: 'docs/aws §4.3',
    api: contextOf({ level: 3 }),
    request: KNOWN,
    handler: 'const { level } = event.requestContext.authorizer;',
    values: { names: ['level'] },
    because: /level is "3"/,
    change:
      /^Convert the string to a number in the function: Number\(event\.requestContext\.authorizer\.level\)\.$/m,
    not: { api: contextOf({ level: '3' }) },
  },
];
