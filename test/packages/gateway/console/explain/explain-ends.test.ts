/** Ends of connections, messages and credentials, explained only from the circumstances. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';

const ABOUT: Circumstances = {
  kind: 'request',
  protocol: 'http',
  method: 'GET',
  path: '/pets',
  status: 200,
  tookMs: 1,
  apiId: 'a',
  apiName: 'a',
  stageName: 'dev',
  stages: ['dev'],
  routeKey: 'GET /pets',
  phase: 'integrate',
  code: undefined,
  failure: undefined,
  defect: undefined,
  isDeployed: false,
  nearMisses: [],
  screened: [],
  injected: [],
  guard: undefined,
  policies: [],
  meter: undefined,
  validation: undefined,
  cache: undefined,
  integration: undefined,
};
const FUNCTION: NonNullable<Circumstances['integration']> = {
  kind: 'lambda-proxy',
  target: 'list',
  timeoutMs: 1_000,
  outcome: 'answered',
  errorType: undefined,
  errorMessage: undefined,
  lines: [],
  tookMs: 1,
};
const POOL = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool';
const refusedToken = (
  code: 'issuer' | 'not-yet-valid',
  token: Partial<NonNullable<NonNullable<Circumstances['guard']>['token']>>,
  issuers: readonly string[] = [POOL],
): Circumstances => ({
  ...ABOUT,
  status: 401,
  phase: 'authenticate',
  code: 'UNAUTHORIZED',
  failure: 'the token is refused',
  defect: { kind: 'token', code },
  guard: {
    kind: 'token',
    name: 'tokens',
    functionName: undefined,
    places: [{ kind: 'header', name: 'authorization', isFound: true }],
    ttlSeconds: 0,
    from: undefined,
    ageMs: undefined,
    principal: undefined,
    simpleAnswer: undefined,
    lines: [],
    token: {
      subject: 'ann',
      issuer: POOL,
      audience: [],
      roles: [],
      scopes: [],
      expiresAtEpochMs: undefined,
      overForMs: undefined,
      ...token,
    },
    trusted: { issuers, audiences: [], scopes: [] },
  },
});
const storyOf = (about: Circumstances): string => {
  const { sentences, changes } = explain(about);
  return [...sentences, ...changes].join('\n');
};

describe('the remedy for a token of another issuer', () => {
  it('does not let an authorizer for user pools accept an issuer that is not a user pool (docs/aws §4.5)', () => {
    const story = storyOf(refusedToken('issuer', { issuer: 'https://login.example/' }));
    assert.match(story, /accepts only https:\/\/cognito-idp/);
    assert.doesNotMatch(story, /Or, if callers/);
  });

  it('names the property for another user pool, and the issuers of other authorizers', () => {
    assert.match(
      storyOf(refusedToken('issuer', { issuer: `${POOL}2` })),
      /on a REST API, add this user pool to ProviderARNs .*; on an HTTP API, set Issuer/,
    );
    assert.match(
      storyOf(refusedToken('issuer', { issuer: 'https://b.example/' }, ['https://a.example/'])),
      /set Issuer in the JwtConfiguration of the authorizer to https:\/\/b\.example\//,
    );
  });
});

// API Gateway compares texts:
// https://github.com/aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock/issues/97
describe('the remedy for a claim that is spelt otherwise than the authorizer has it', () => {
  const ROWS: readonly (readonly [given: string, accepted: string, because: RegExp])[] = [
    [
      'https://a.example/',
      'https://a.example',
      /the value in the token ends with a slash, the value in the authorizer without one/,
    ],
    [
      'https://a.example',
      'https://a.example/',
      /the value in the token ends without a slash, the value in the authorizer with one/,
    ],
    ['https://A.example', 'https://a.example', /the two spellings differ/],
    ['http://a.example', 'https://a.example', /the two spellings differ/],
  ];
  for (const [issuer, accepted, because] of ROWS)
    it(`changes nothing but the spelling of Issuer: ${issuer} and ${accepted}`, () => {
      const story = storyOf(refusedToken('issuer', { issuer }, [accepted]));
      assert.match(story, because);
      assert.ok(
        story.endsWith(
          `Write ${issuer} instead of ${accepted} in Issuer of the JwtConfiguration of authorizer tokens, exactly as the token has it.`,
        ),
        story,
      );
      assert.doesNotMatch(story, /Get a token|Send a token/);
    });
});

describe('a token that is not valid yet', () => {
  it('says from when it is valid (docs/aws §4.5)', () => {
    const story = storyOf(refusedToken('not-yet-valid', { validFromEpochMs: Date.UTC(2027, 0, 2) }));
    assert.match(story, /is not valid before 2027-01-02T00:00:00\.000Z \(its nbf or iat\)/);
    assert.doesNotMatch(story, /not valid yet: the token/);
  });
});

describe('a function that its own timeout ended', () => {
  const ended = (payload: string): string =>
    storyOf({
      ...ABOUT,
      status: 502,
      code: 'FUNCTION_FAILED',
      failure: 'Sandbox.Timedout',
      integration: {
        ...FUNCTION,
        payload,
        outcome: 'failed',
        errorType: 'Sandbox.Timedout',
        errorMessage: '',
      },
    });

  it('must keep within the integration timeout on an API, but not at a function URL (docs/aws §19.3)', () => {
    assert.match(
      ended('http-2.0'),
      /give it a larger Timeout \(3 s if the template sets none\); it must also respond before the integration timeout/,
    );
    assert.match(ended('function-url'), /give it a larger Timeout \(3 s if the template sets none\)\.$/);
  });
});

describe('a message that a function of the toolkit refuses with a frame', () => {
  it('has the text of the frame, its code and a remedy (docs/guides/receive/realtime.md)', () => {
    const story = storyOf({
      ...ABOUT,
      kind: 'message',
      protocol: 'websocket',
      routeKey: 'subscribe',
      integration: {
        ...FUNCTION,
        problem: { title: 'this caller is not allowed to subscribe', detail: undefined, code: 'forbidden' },
      },
    });
    assert.match(story, /responded within 1 ms with an error\./);
    assert.match(story, /The reply says: this caller is not allowed to subscribe\. Its code is forbidden\./);
    assert.match(story, /rules under channels of the access document/);
  });
});

describe('the end of a connection', () => {
  const rows: readonly [code: number, reason: string, because: RegExp, part?: 'frame'][] = [
    [1009, 'Message too long', /the client sent a message longer than 128 KB\.$/m],
    [
      1009,
      'Message too long',
      /a frame longer than 32 KB\. The message itself may be up to 128 KB long\./,
      'frame',
    ],
    [1001, 'Going away', /after 10 minutes without a message and after 2 hours/],
    [1001, '', /The client went away \(1001\)/],
    [1003, 'Binary messages are not supported', /sent a binary message/],
    [1005, 'Client-side close frame status not set', /without a close code/],
    [1006, '', /without a close frame/],
    [4001, 'bye', /The client closed the connection with 4001, “bye”/],
  ];
  for (const [code, reason, because, part] of rows)
    it(`is explained by its code: ${code} ${reason} ${part ?? ''} (docs/aws §11.4, §11.6)`, () => {
      assert.match(
        explain({
          ...ABOUT,
          kind: 'disconnect',
          protocol: 'websocket',
          phase: 'match',
          closure: { code, reason, ...(part !== undefined && { part }) },
        }).sentences.join('\n'),
        because,
      );
    });
});

describe('a message that does not match its model', () => {
  it('is explained without what only REST APIs have (docs/aws §11.2)', () => {
    const { changes } = explain({
      ...ABOUT,
      kind: 'message',
      protocol: 'websocket',
      status: 400,
      routeKey: 'ask',
      phase: 'validate',
      code: 'BAD_REQUEST_BODY',
      failure: 'the body is not valid',
      validation: '[instance type (string) does not match]',
    });

    assert.deepEqual(changes, [
      'Send a body that matches the model, or change the model, and deploy the API again.',
    ]);
  });
});

describe('a name that differs only in letter case', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-develop-routes.html
  it('is told of a message that $default handled', () => {
    const { sentences, changes } = explain({
      ...ABOUT,
      kind: 'message',
      protocol: 'websocket',
      routeKey: '$default',
      selection: {
        expression: '$request.body.action',
        selected: 'sendmessage',
        near: 'sendMessage',
        bodyFault: undefined,
      },
    });
    assert.match(
      sentences.join('\n'),
      /\$request\.body\.action selected “sendmessage”, but no route has this key/,
    );
    assert.deepEqual(changes, [
      'Send “sendMessage” instead of “sendmessage”, or add a route with the key sendmessage.',
    ]);
  });

  // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
  it('is told of the stage in a path, with the whole path', () => {
    const { changes } = explain({
      ...ABOUT,
      protocol: 'rest',
      path: '/prod/hello',
      status: 403,
      stageName: undefined,
      stages: ['Prod'],
      routeKey: undefined,
      phase: 'match',
      code: 'STAGE_NOT_FOUND',
      failure: 'The API has no stage "prod".',
      definition: { form: 'sam-globals', logicalId: 'ServerlessRestApi', file: 'template.yaml' },
    });
    assert.match(changes.join('\n'), /^Call \/Prod\/hello\. SAM gives the stage name Prod to an API/);
    assert.doesNotMatch(changes.join('\n'), /\/Prod\/prod/);
  });
});

describe('a function that posts to a connection that has closed', () => {
  // https://www.repost.aws/knowledge-center/410-gone-api-gateway
  const changesOf = (kind: 'disconnect' | 'message' | 'handshake'): string =>
    explain({
      ...ABOUT,
      kind,
      protocol: 'websocket',
      routeKey: kind === 'disconnect' ? '$disconnect' : 'say',
      code: 'INTEGRATION_FAILURE',
      failure: 'the function failed',
      integration: {
        ...FUNCTION,
        outcome: 'failed',
        errorType: 'GoneException',
        errorMessage: 'UnknownError',
      },
    }).changes.join('\n');

  it('sends nothing to the connection of $disconnect', () => {
    assert.match(changesOf('disconnect'), /^Send nothing to the connectionId of \$disconnect/);
    assert.match(changesOf('message'), /^Catch GoneException, and forget the connection id/);
  });

  // https://www.repost.aws/knowledge-center/410-gone-api-gateway
  it('sends nothing to the connection that $connect opens', () => {
    assert.match(
      changesOf('handshake'),
      /^From the \$connect route, send nothing to the client that connects/,
    );
    // A function that $connect invokes may send before $connect has responded.
    for (const kind of ['handshake', 'message'] as const)
      assert.match(changesOf(kind), /send the first message from the route of a message\./);
  });
});

describe('a model of a request that has no body', () => {
  // https://github.com/localstack/localstack, test_api_gateway_request_validator: GET without a body is refused with
  // 400
  const changesOf = (method: string, routeKey: string, form?: 'sam' | 'serverless'): string =>
    explain({
      ...ABOUT,
      protocol: 'rest',
      method,
      status: 400,
      routeKey,
      phase: 'validate',
      code: 'BAD_REQUEST_BODY',
      failure: 'the body is not valid',
      validation: '[object has missing required properties (["name"])]',
      definition: form && { form, logicalId: 'Api', file: 'template.yaml' },
    }).changes.join('\n');

  it('is removed from the method, and the client sends no body', () => {
    assert.match(
      changesOf('GET', 'GET /items', 'sam'),
      /^Remove RequestModel of the event from GET \/items:/,
    );
    assert.match(changesOf('GET', 'GET /items', 'serverless'), /^Remove request\.schemas of the http event/);
    assert.match(changesOf('HEAD', 'ANY /items'), /^Give the path of ANY \/items a separate method HEAD/);
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      assert.doesNotMatch(changesOf(method, `${method} /items`), /Send a body|change the model/);
    assert.match(changesOf('POST', 'POST /items'), /^Send a body that matches the model/);
  });
});

describe('a function that Lambda’s runtime cannot run', () => {
  const rows: readonly [errorType: string, errorMessage: string, change: RegExp][] = [
    [
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
      /^Define the handler in the module of the function list \(in JavaScript, export it\), or correct Handler, /,
    ],
    [
      'Runtime.UserCodeSyntaxError',
      'SyntaxError: Unexpected end of input',
      /^Correct the syntax in the module of the function list/,
    ],
    ['Error', 'Unable to stringify response body', /^From the function list/],
  ];
  for (const [errorType, errorMessage, change] of rows)
    it(`is explained with the correction: ${errorMessage} (the errors of aws-lambda-nodejs-runtime-interface-client)`, () => {
      const { changes } = explain({
        ...ABOUT,
        status: 502,
        code: 'FUNCTION_FAILED',
        failure: errorType,
        integration: { ...FUNCTION, outcome: 'failed', errorType, errorMessage },
      });
      assert.match(changes.join('\n'), change);
    });
});

describe('a connection whose client asked for a subprotocol that $connect did not return', () => {
  const ended: Circumstances = {
    ...ABOUT,
    kind: 'disconnect',
    protocol: 'websocket',
    status: 1006,
    closure: { code: 1006, reason: '' },
  };

  // https://github.com/dherault/serverless-offline/issues/1176
  it('is told to return it, and not to connect again', () => {
    const { sentences, changes } = explain({ ...ended, isUnconfirmed: true });
    assert.match(sentences.join('\n'), /asked for a subprotocol \(Sec-WebSocket-Protocol\)/);
    assert.match(changes.join('\n'), /^Return the subprotocol from the \$connect function/);
    assert.doesNotMatch(changes.join('\n'), /connect again/);
  });

  it('is told to wait and connect again if its handshake was complete', () => {
    assert.match(explain(ended).changes.join('\n'), /connect again/);
  });
});

describe('a Resource that ends with the API id', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
  it('is told to go on with /*, because a call names a stage, a method and a path', () => {
    const arn = 'arn:aws:execute-api:us-east-1:123456789012:a';
    const { changes } = explain({
      ...ABOUT,
      protocol: 'rest',
      status: 403,
      code: 'ACCESS_DENIED',
      phase: 'screen',
      failure: 'the resource policy denies the request',
      policies: [
        {
          of: 'resource',
          decision: 'implicit-deny',
          decidedBy: undefined,
          action: 'execute-api:Invoke',
          resource: `${arn}/dev/GET/pets`,
          statements: [
            {
              sid: undefined,
              effect: 'Allow',
              applies: false,
              fails: ['resource'],
              actions: ['execute-api:Invoke'],
              resources: [arn],
              conditions: [],
            },
          ],
        },
      ],
    });
    assert.match(
      changes.join('\n'),
      /^Write \/\* after arn:aws:execute-api:us-east-1:123456789012:a in the Resource of/,
    );
  });
});
