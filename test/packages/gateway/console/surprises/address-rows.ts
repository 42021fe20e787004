/** Addresses at which a request is served here, but not on AWS, each next to an address that is served by both. */
import { answered } from '../../../../support/a-method.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ok, policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const redirect =
  (location: string, statusCode = 302) =>
  () =>
    anApi(restRoutes({ 'GET /pets': {}, 'POST /pets': {} }), {
      echo: () => ({ statusCode, headers: { Location: location }, body: '' }),
    });

const ofEndpoint = (type: string) => () =>
  anApi(restRoutes({ 'GET /pets': {} }, { api: { EndpointConfiguration: { Types: [type] } } }), { echo: ok });

const OPEN_POLICY = {
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }],
};

/** An API with a Lambda authorizer that allows everything, and a resource policy. */
const underPolicy = (statement: JsonObject) => (): Served => {
  const resources = withAuthorizer(TOKEN);
  const Policy = {
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: 'execute-api:/*',
        ...statement,
      },
    ],
  };
  const { Api } = resources;
  return anApi(
    { ...resources, Api: { ...Api, type: API_TYPE, properties: { ...Api?.properties, Policy } } },
    { list: ok, auth: () => policy('Allow', '*') },
  );
};
const API_TYPE = 'AWS::ApiGateway::RestApi';
const SIGNED_IN = { target: '/dev/pets', headers: ['Authorization', 'x'] };

const balanced = (RequestParameters: JsonObject) => (): Served => {
  const api = anApi(
    httpRoutes(['GET /orders'], {
      stages: ['test'],
      integration: {
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        ConnectionType: 'VPC_LINK',
        ConnectionId: 'link1',
        IntegrationUri: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/b/c',
        PayloadFormatVersion: '1.0',
        RequestParameters,
      },
    }),
    {},
  );
  api.ports.http.answer = () => answered('no such page', [], 404);
  return api;
};

export const ADDRESSES: readonly SurpriseRow[] = [
  {
    // https://github.com/brefphp/bref/issues/309
    code: 'REDIRECT_WITHOUT_STAGE',
    source: 'docs/aws §2.1',
    api: redirect('/login'),
    request: { target: '/dev/pets' },
    values: { location: '/login', stage: 'dev' },
    because:
      /redirects to \/login, which is relative to the host.* every path begins with the stage \(\/dev\)/,
    // The API has no such route, so the right address alone does not help.
    change:
      /^Redirect to \/dev\/login: write `\/\$\{event\.requestContext\.stage\}\/login`[^]*^Also add a route for GET \/login: the API has none/m,
    not: { api: redirect('/dev/login') },
  },
  {
    code: 'REDIRECT_WITHOUT_STAGE',
    name: 'that keeps the method',
    source: 'RFC 9110 §15.4.8',
    api: redirect('/login', 307),
    request: { method: 'POST', target: '/dev/pets' },
    values: { location: '/login', stage: 'dev' },
    because: /redirects to \/login/,
    change: /^Also add a route for POST \/login: the API has none/m,
    not: { api: redirect('/dev/login', 307), request: { method: 'POST', target: '/dev/pets' } },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html, table A
    code: 'RESOURCE_POLICY_NOT_NEEDED',
    source: 'docs/aws §1.2',
    api: underPolicy({ Condition: { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } } }),
    request: SIGNED_IN,
    values: { conditions: /IpAddress aws:SourceIp wants 203\.0\.113\.0\/24, and the request has / },
    because: /does not allow this request .*one Allow is enough, and the policy of the authorizer allows/,
    change:
      /Effect: Deny, .*Resource: \['execute-api:\/\*'\], Condition: \{ NotIpAddress: \{ 'aws:SourceIp': \['203\.0\.113\.0\/24'\]/,
    not: { api: underPolicy({ Condition: { IpAddress: { 'aws:SourceIp': ['0.0.0.0/0'] } } }) },
  },
  {
    code: 'RESOURCE_POLICY_NOT_NEEDED',
    name: 'a Resource that is another route',
    source: 'docs/aws §1.2',
    api: underPolicy({ Resource: 'execute-api:/*/POST/*' }),
    request: SIGNED_IN,
    values: {
      conditions: ['an Allow is for execute-api:/*/POST/*, and the request for execute-api:/dev/GET/pets'],
    },
    because:
      /does not allow this request \(an Allow is for execute-api:\/\*\/POST\/\*, and the request for execute-api:\/dev\/GET\/pets\), and does not deny it either/,
    change:
      /Resource: 'execute-api:\/dev\/GET\/pets' \}, which refuses every caller of GET \/pets on the stage dev; add a Condition to refuse only some of them\. A change to the API/,
    not: { api: underPolicy({ Resource: 'execute-api:/*/GET/*' }) },
  },
  {
    code: 'PRIVATE_ADDRESS',
    source: 'docs/aws §10.6',
    api: () =>
      anApi(
        restRoutes(
          { 'GET /pets': {} },
          { api: { EndpointConfiguration: { Types: ['PRIVATE'] }, Policy: OPEN_POLICY } },
        ),
        { echo: ok },
      ),
    request: { target: '/dev/pets' },
    values: {},
    because: /On AWS, only callers in a VPC with an interface endpoint for execute-api can reach it/,
    change: /set EndpointConfiguration .* adapt the resource policy: a condition on aws:SourceVpce/,
    not: { api: ofEndpoint('REGIONAL') },
  },
  {
    // aws/serverless-application-model#2077
    code: 'EXTRA_STAGE',
    source: 'docs/aws §10.2',
    api: () => anApi(restRoutes({ 'GET /pets': {} }), { echo: ok }),
    request: { target: '/dev/pets' },
    resources: {
      Deployed: {
        type: 'AWS::ApiGateway::Deployment',
        properties: { RestApiId: API_ID, StageName: 'dev' },
      },
      Gamma: {
        type: 'AWS::ApiGateway::Stage',
        properties: { RestApiId: API_ID, StageName: 'gamma', DeploymentId: 'Deployed' },
      },
    },
    values: { stage: 'dev' },
    because: /^The stage dev exists beside gamma, .*::Deployment of the API has StageName: dev\.$/m,
    change:
      /^If only gamma should serve the API, remove StageName from the Deployment, and delete the stage dev/m,
    not: { request: { target: '/gamma/pets' } },
  },
  {
    code: 'ENDPOINT_DISABLED',
    source: 'docs/aws §10.4',
    api: () =>
      anApi(restRoutes({ 'GET /pets': {} }, { api: { DisableExecuteApiEndpoint: true } }), { echo: ok }),
    request: { target: '/dev/pets', headers: ['Host', '127.0.0.1:3000'] },
    values: { status: 403 },
    because: /AWS serves it only at its custom domains, and responds with 403 at the default endpoint/,
    change:
      /To see on this machine what AWS does, .*`curl -i -H 'Host: abcdefghij\.execute-api\.us-east-1\.amazonaws\.com' http:\/\/\S+\/dev\/pets`/,
    not: { api: () => anApi(restRoutes({ 'GET /pets': {} }), { echo: ok }) },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html
    code: 'CERTIFICATE_NOT_ASKED',
    source: 'docs/aws §10.4',
    api: () => anApi(httpRoutes(['GET /pets']), { echo: ok }),
    request: { target: '/pets' },
    resources: {
      Domain: {
        type: 'AWS::ApiGatewayV2::DomainName',
        properties: {
          DomainName: 'pets.example',
          MutualTlsAuthentication: { TruststoreUri: 's3://trust/ca.pem' },
        },
      },
      Mapping: {
        type: 'AWS::ApiGatewayV2::ApiMapping',
        properties: { ApiId: API_ID, DomainName: 'pets.example', Stage: '$default' },
      },
    },
    values: { domain: 'pets.example' },
    because: /default endpoint, which asks for no client certificate: .* custom domain pets\.example only/,
    change: /^If only clients with a certificate may call .* set DisableExecuteApiEndpoint: true on Api\./m,
    not: {
      api: () => anApi(httpRoutes(['GET /pets'], { api: { DisableExecuteApiEndpoint: true } }), { echo: ok }),
    },
  },
  {
    code: 'STAGE_IN_PATH',
    source: 'docs/aws §2.3',
    api: () => anApi(httpRoutes(['GET /pets'], { stages: ['v2'] }), { echo: ok }),
    request: { target: '/v2/pets' },
    values: { stage: 'v2' },
    because: /rawPath of the event begins with the stage, \/v2/,
    not: { request: { target: '/pets' } },
  },
  {
    // https://github.com/aws-powertools/powertools-lambda-python/issues/621
    code: 'STAGE_IN_PATH',
    name: 'code that compares the path without it',
    source: 'docs/aws §2.3',
    api: () => anApi(httpRoutes(['GET /{proxy+}'], { stages: ['dev'] }), { echo: ok }),
    request: { target: '/dev/health' },
    handler: `exports.main = async (event) => {
  if (event.rawPath === '/health') return { statusCode: 200, body: 'healthy' };
};`,
    values: { stage: 'dev' },
    because: /rawPath of the event begins with the stage, \/dev/,
    change:
      /^Make the function remove \/dev from the beginning of rawPath \(src\/index\.js:2\) before it compares paths: write \(event\.requestContext\.stage === '\$default' \? event\.rawPath : event\.rawPath\.slice\(event\.requestContext\.stage\.length \+ 1\)\) in that line\.$/m,
    not: { api: () => anApi(httpRoutes(['GET /{proxy+}']), { echo: ok }), request: { target: '/health' } },
  },
  {
    code: 'STAGE_SENT_TO_BACKEND',
    source: 'docs/aws §8',
    api: balanced({}),
    request: { target: '/test/orders' },
    values: { stage: 'test' },
    because: /leaves the stage name in the path, .* called at \/test\/orders\.$/m,
    change: /^If the backend expects \/orders, add overwrite:path: \$request\.path to RequestParameters/m,
    not: { api: balanced({ 'overwrite:path': '$request.path' }) },
  },
];
