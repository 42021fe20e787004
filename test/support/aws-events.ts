/**
 * Events of each format, with the members that AWS's own samples show and with our values. Where AWS shows a POST with
 * a body, the event is a GET request, because only GET requests are cached.
 */

export type SampleEvent = Readonly<Record<string, unknown>>;

type Sample = { readonly name: string; readonly source: string; readonly event: SampleEvent };

const CERTIFICATE = {
  clientCertPem: 'PEM',
  subjectDN: 'CN=shop.example',
  issuerDN: 'CN=ca.example',
  serialNumber: 'a1:b2',
  validity: { notBefore: 'May 28 12:30:02 2019 GMT', notAfter: 'Aug  5 09:36:04 2029 GMT' },
};
const EDGE_HEADERS = {
  Accept: '*/*',
  'Accept-Encoding': 'gzip, deflate',
  'cache-control': 'max-age=60',
  'CloudFront-Forwarded-Proto': 'https',
  'CloudFront-Is-Desktop-Viewer': 'true',
  'CloudFront-Viewer-Country': 'US',
  'Content-Type': 'application/json',
  headerName: 'headerValue',
  Host: 'a1b2c3.execute-api.us-east-1.amazonaws.com',
  'Postman-Token': '9f583ef0',
  'User-Agent': 'PostmanRuntime/2.4.5',
  Via: '1.1 d98420.cloudfront.net (CloudFront)',
  'X-Amz-Cf-Id': 'pn-PWIJc6th',
  'X-Forwarded-For': '203.0.113.7, 198.51.100.8',
  'X-Forwarded-Port': '443',
  'X-Forwarded-Proto': 'https',
};
const BROWSER_HEADERS = {
  accept: 'text/html',
  'accept-encoding': 'gzip, br',
  'accept-language': 'pt-BR,pt;q=0.9',
  'cache-control': 'max-age=60',
  host: 'u1.lambda-url.us-east-1.on.aws',
  'sec-ch-ua': '"Chromium";v="102"',
  'sec-ch-ua-mobile': '?0',
  'sec-fetch-mode': 'navigate',
  'upgrade-insecure-requests': '1',
  'user-agent': 'Mozilla/5.0',
  'x-amzn-tls-cipher-suite': 'ECDHE-RSA-AES128-GCM-SHA256',
  'x-amzn-tls-version': 'TLSv1.2',
  'x-amzn-trace-id': 'Root=1-62ecd163-5f302e550dcde3b12402207d',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};
const IDENTITY = {
  cognitoIdentityPoolId: 'pool',
  accountId: '123456789012',
  cognitoIdentityId: 'identity',
  caller: 'caller',
  apiKey: 'key',
  apiKeyId: 'key-id',
  accessKey: 'AKIDEXAMPLE',
  sourceIp: '203.0.113.7',
  cognitoAuthenticationType: 'authenticated',
  cognitoAuthenticationProvider: 'provider',
  userArn: 'arn:aws:iam::123456789012:user/ada',
  userAgent: 'PostmanRuntime/2.4.5',
  user: 'AIDAEXAMPLE',
};
const NO_IDENTITY = {
  ...Object.fromEntries(Object.keys(IDENTITY).map((name) => [name, null])),
  principalOrgId: null,
  sourceIp: '203.0.113.7',
  userAgent: 'curl/8',
};
const REST_CONTEXT = {
  accountId: '123456789012',
  resourceId: 'roq9wj',
  path: '/test/hello/world',
  stage: 'test',
  domainName: 'a1b2c3.execute-api.us-east-1.amazonaws.com',
  domainPrefix: 'a1b2c3',
  requestId: 'deef4878',
  extendedRequestId: 'TWegAcC4EowCHnA=',
  protocol: 'HTTP/1.1',
  resourcePath: '/{proxy+}',
  httpMethod: 'GET',
  requestTime: '15/May/2020:06:01:09 +0000',
  requestTimeEpoch: 1_589_522_469_693,
  apiId: 'a1b2c3',
};

function payload1(
  headers: Readonly<Record<string, string>>,
  context: object,
  over: object = {},
): SampleEvent {
  return {
    resource: '/{proxy+}',
    path: '/hello/world',
    httpMethod: 'GET',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: { name: 'me', tag: 'b' },
    multiValueQueryStringParameters: { name: ['me'], tag: ['a', 'b'] },
    pathParameters: { proxy: 'hello/world' },
    stageVariables: { table: 'orders' },
    requestContext: { ...REST_CONTEXT, ...context },
    body: null,
    isBase64Encoded: false,
    ...over,
  };
}

function payload2(context: object, over: object = {}): SampleEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/my/path',
    rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
    cookies: ['cookie1', 'cookie2'],
    headers: { header1: 'value1', header2: 'value1,value2', 'x-forwarded-for': '203.0.113.7' },
    queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      domainName: 'id.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'id',
      http: {
        method: 'GET',
        path: '/my/path',
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: 'agent',
      },
      requestId: 'id',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1_583_348_638_390,
      ...context,
    },
    pathParameters: { parameter1: 'value1' },
    isBase64Encoded: false,
    stageVariables: { stageVariable1: 'value1', stageVariable2: 'value2' },
    ...over,
  };
}

const IAM = {
  accessKey: 'AKIDEXAMPLE',
  accountId: '123456789012',
  callerId: 'AIDAEXAMPLE',
  cognitoIdentity: { amr: ['foo'], identityId: 'us-east-1:1', identityPoolId: 'us-east-1:2' },
  principalOrgId: 'o-1',
  userArn: 'arn:aws:iam::123456789012:user/ada',
  userId: 'AIDAEXAMPLE',
};
const GO = 'aws/aws-lambda-go, events/testdata';
const PYTHON = 'aws-powertools/powertools-lambda-python, tests/events';
const URL_CONTEXT = {
  accountId: 'anonymous',
  apiId: 'u1',
  domainName: 'u1.lambda-url.us-east-1.on.aws',
  domainPrefix: 'u1',
};
const withoutMembers = (event: SampleEvent, names: string): SampleEvent =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !names.split(' ').includes(name)));

export const AWS_EVENTS: readonly Sample[] = [
  {
    name: 'REST, all of identity and a Lambda authorizer',
    source: `${GO}/apigw-request.json`,
    event: payload1(EDGE_HEADERS, {
      identity: { ...IDENTITY, clientCert: CERTIFICATE },
      authorizer: { principalId: 'admin', clientId: 1, clientName: 'Exata', integrationLatency: 451 },
    }),
  },
  {
    name: 'REST of an OpenAPI document',
    source: `${GO}/apigw-restapi-openapi-request.json`,
    event: payload1(EDGE_HEADERS, {
      operationName: 'HelloWorld',
      identity: IDENTITY,
      authorizer: { principalId: 'admin', clientId: 1, clientName: 'Exata' },
    }),
  },
  {
    name: 'REST without an authorizer',
    source: 'docs/aws §3.1',
    event: payload1(
      { Host: 'a1b2c3.execute-api.us-east-1.amazonaws.com', 'X-Forwarded-For': '203.0.113.7', tEsT: 'v' },
      { identity: NO_IDENTITY, deploymentId: 'dep1' },
      { queryStringParameters: null, multiValueQueryStringParameters: null, stageVariables: null },
    ),
  },
  {
    name: 'REST with a Cognito authorizer',
    source: 'docs/aws §3.1',
    event: payload1(EDGE_HEADERS, {
      identity: NO_IDENTITY,
      authorizer: { claims: { sub: 'ada', exp: 'Thu May 21 12:00:00 UTC 2020' } },
    }),
  },
  {
    name: 'HTTP API, payload 1.0',
    source: `${PYTHON}/apiGatewayProxyEvent.json`,
    event: payload1(
      { Header1: 'value1', Header2: 'value2', Origin: 'https://aws.amazon.com' },
      {
        authorizer: { claims: null, scopes: null },
        identity: { ...NO_IDENTITY, clientCert: CERTIFICATE },
        resourceId: null,
      },
      {
        version: '1.0',
        multiValueHeaders: {
          Header1: ['value1'],
          Header2: ['value1', 'value2'],
          Origin: ['https://aws.amazon.com'],
        },
        pathParameters: null,
      },
    ),
  },
  {
    name: 'HTTP API, payload 2.0',
    source: `${PYTHON}/apiGatewayProxyV2Event_GET.json`,
    event: payload2({
      authentication: { clientCert: CERTIFICATE },
      authorizer: { jwt: { claims: { claim1: 'value1' }, scopes: ['scope1', 'scope2'] } },
    }),
  },
  {
    name: 'HTTP API, payload 2.0 with IAM',
    source: `${GO}/apigw-v2-request-iam.json`,
    event: payload2({ authentication: { clientCert: CERTIFICATE }, authorizer: { iam: IAM } }),
  },
  {
    name: 'HTTP API, payload 2.0 with a JWT authorizer',
    source: `${GO}/apigw-v2-request-jwt-authorizer.json`,
    event: payload2({ authorizer: { jwt: { claims: { sub: 'ada' }, scopes: null } } }),
  },
  {
    name: 'HTTP API, payload 2.0 with a Lambda authorizer',
    source: `${GO}/apigw-v2-request-lambda-authorizer.json`,
    event: payload2({ authorizer: { lambda: { key: 'value', roles: ['a', 'b'], level: 2 } } }),
  },
  {
    name: 'HTTP API, payload 2.0 without an authorizer',
    source: `${GO}/apigw-v2-request-no-authorizer.json`,
    event: withoutMembers(
      payload2(
        {},
        {
          rawQueryString: '',
          headers: {
            accept: '*/*',
            'content-length': '0',
            host: 'id.execute-api.us-east-1.amazonaws.com',
            'user-agent': 'curl/7.58.0',
            'x-amzn-trace-id': 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
            'x-forwarded-for': '203.0.113.7',
            'x-forwarded-port': '443',
            'x-forwarded-proto': 'https',
          },
        },
      ),
      'cookies queryStringParameters pathParameters stageVariables',
    ),
  },
  {
    name: 'function URL with IAM',
    source: `${GO}/lambda-urls-request.json`,
    event: withoutMembers(
      payload2({ ...URL_CONTEXT, accountId: '123456789012', authorizer: { iam: IAM } }),
      'pathParameters stageVariables',
    ),
  },
  {
    name: 'function URL, from a browser',
    source: `${PYTHON}/lambdaFunctionUrlEvent.json`,
    event: withoutMembers(
      payload2(URL_CONTEXT, { rawQueryString: '', headers: BROWSER_HEADERS }),
      'cookies queryStringParameters pathParameters stageVariables',
    ),
  },
  {
    name: 'function URL, from a browser with headers of its own',
    source: `${PYTHON}/lambdaFunctionUrlEventWithHeaders.json`,
    event: withoutMembers(
      payload2(URL_CONTEXT, { headers: { ...BROWSER_HEADERS, header1: 'value1', header2: 'value1,value2' } }),
      'cookies pathParameters stageVariables',
    ),
  },
  {
    name: 'function URL, with cookies in both places',
    source: 'docs.rs/crate/lambda_http/1.1.2, tests/data/lambda_function_url_request.json',
    event: withoutMembers(
      payload2(URL_CONTEXT, { headers: { ...BROWSER_HEADERS, cookie: 'test=hi' }, cookies: ['test=hi'] }),
      'pathParameters stageVariables',
    ),
  },
  {
    name: 'WebSocket, connecting',
    source: `${GO}/apigw-websocket-request.json, docs/aws §3.4`,
    event: payload1(
      { Host: 'a1b2c3.execute-api.us-east-1.amazonaws.com', 'Sec-WebSocket-Version': '13' },
      { ...connection('CONNECT'), identity: IDENTITY },
    ),
  },
  {
    name: 'WebSocket, a message',
    source: `${GO}/apigw-websocket-request-send-message.json`,
    event: {
      requestContext: {
        ...connection('MESSAGE'),
        messageId: 'R1knPc2ntjMCFIA=',
        stage: 'prod',
        apiId: 'a1b2c3',
      },
      body: '{"a": 1}',
      isBase64Encoded: false,
    },
  },
];

function connection(eventType: string): SampleEvent {
  return {
    eventType,
    routeKey: '$default',
    connectedAt: 1_547_230_720_092,
    connectionId: 'TWegAcC4EowCHnA=',
    messageDirection: 'IN',
    requestId: 'R1knPH17NjMFftw=',
    extendedRequestId: 'R1knPH17NjMFftw=',
    requestTime: '07/Jan/2019:09:20:57 +0000',
    requestTimeEpoch: 1_547_230_720_100,
  };
}
