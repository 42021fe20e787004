/** A mapping that does not fit is changed as it is advised, and then the request is answered. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  throttledByAccount,
  throttledByReservation,
} from '../../../../../packages/gateway/lambda/pool/refused-start.ts';
import { recording, storyOf } from '../../../../support/recorded-apis.ts';
import { aMethod, answered, DEFAULT, JSON_ONLY } from '../../../../support/a-method.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { MethodSetup } from '../../../../support/a-method.ts';
import type { TestRequest } from '../../../../support/an-api.ts';

type Side = { readonly setup?: MethodSetup; readonly request?: TestRequest };

type Row = {
  readonly name: string;
  readonly setup: MethodSetup;
  readonly request: TestRequest;
  readonly status: number;
  readonly because: RegExp;
  readonly change: RegExp;
  readonly fixed: Side;
};

const ID: TestRequest = { target: '/dev/1' };
const post = (body: string, type = 'application/json'): TestRequest => ({
  method: 'POST',
  target: '/dev/1',
  headers: ['Content-Type', type],
  body,
});
const mock = (template: string, more: JsonObject = {}): MethodSetup => ({
  integration: {
    Type: 'MOCK',
    RequestTemplates: JSON_ONLY(template),
    IntegrationResponses: DEFAULT,
    ...more,
  },
});
const calling = (Uri: string, RequestParameters: JsonObject): MethodSetup => ({
  integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri, RequestParameters },
  method: { RequestParameters: { 'method.request.path.id': true } },
});
const FUNCTION = {
  Type: 'AWS',
  IntegrationHttpMethod: 'POST',
  Uri: invokeUri('fn'),
  IntegrationResponses: DEFAULT,
};
const HTTP = { Type: 'HTTP', IntegrationHttpMethod: 'POST', Uri: 'https://pets.example/' };
const http = (responses: JsonObject[], method: JsonObject = {}): MethodSetup => ({
  integration: { ...HTTP, IntegrationResponses: responses },
  method,
});

const ROWS: readonly Row[] = [
  {
    // https://repost.aws/knowledge-center/api-gateway-proxy-path-character-error
    name: 'the Uri has a variable that no mapping fills',
    setup: calling('https://pets.example/{id}', {}),
    request: ID,
    status: 500,
    because: /Illegal character in path at index 21: https:\/\/pets\.example\/\{id\}/,
    change:
      /add integration\.request\.path\.id: method\.request\.path\.id to RequestParameters of the integration .* declare method\.request\.path\.id in/,
    fixed: {
      setup: calling('https://pets.example/{id}', {
        'integration.request.path.id': 'method.request.path.id',
      }),
    },
  },
  {
    name: 'a MOCK whose template renders no status',
    setup: mock('{"status": 200}'),
    request: ID,
    status: 500,
    because: /Unable to parse statusCode/,
    change:
      /^Let the request template of ANY \/\{id\} render an object whose statusCode is an integer, such as \{"statusCode": 200\}/,
    fixed: { setup: mock('{"statusCode": 200}') },
  },
  {
    name: 'a MOCK that selects a status without an integration response',
    setup: mock('{"statusCode": 418}', {
      IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '200' }],
    }),
    request: ID,
    status: 500,
    because:
      /No match for output mapping and no default output mapping configured\. Endpoint Response Status Code: 418/,
    change:
      /whose SelectionPattern matches “418”, or one without SelectionPattern, the default\. The patterns are 200\. A change to the API takes effect when you deploy it again\.$/,
    fixed: { setup: mock('{"statusCode": 418}') },
  },
  {
    name: 'a MOCK without integration responses',
    setup: mock('{"statusCode": 200}', { IntegrationResponses: [] }),
    request: ID,
    status: 500,
    because: /no default output mapping configured/,
    change:
      /^Add an integration response with the status 200 and without SelectionPattern, the default, to ANY \/\{id\}, and a method response for 200, unless it has one\. A change to the API .* deploy it again\.$/,
    fixed: { setup: mock('{"statusCode": 200}') },
  },
  {
    name: 'a Content-Type without a template',
    setup: mock('{"statusCode": 200}', { PassthroughBehavior: 'NEVER' }),
    request: post('<a/>', 'application/xml'),
    status: 415,
    because: /No request template for application\/xml, and PassthroughBehavior is NEVER\./,
    change:
      /^Send Content-Type application\/json, or add a request template for application\/xml to RequestTemplates of the integration of ANY \/\{id\}\. A change to the API .* deploy it again\.$/,
    fixed: { request: post('{}') },
  },
  {
    name: 'a status that the method does not declare',
    setup: http([{ StatusCode: '201' }]),
    request: ID,
    status: 500,
    because: /Output mapping refers to an invalid method response: 201\./,
    change: /^Add a method response for 201 to ANY \/\{id\}/,
    fixed: { setup: http([{ StatusCode: '201' }], { MethodResponses: [{ StatusCode: '201' }] }) },
  },
  {
    name: 'a body that is not JSON, from which a value is mapped',
    setup: {
      integration: {
        ...HTTP,
        IntegrationResponses: DEFAULT,
        RequestParameters: { 'integration.request.header.X-Pet': 'method.request.body.pet' },
      },
    },
    request: post('{\n  "pet": 1,\n}'),
    status: 400,
    because: /The body of the request is not valid JSON at offset 14 \(line 3, column 1\)\./,
    change: /^Send valid JSON: correct the body at line 3, column 1\.$/,
    fixed: { request: post('{\n  "pet": 1\n}') },
  },
  {
    name: 'a MOCK integration without a template for the type of the body',
    setup: {
      integration: {
        Type: 'MOCK',
        RequestTemplates: JSON_ONLY('{"statusCode": 200}'),
        IntegrationResponses: DEFAULT,
      },
    },
    request: { ...post('x'), headers: ['Content-Type', 'text/plain'] },
    status: 500,
    because:
      /takes its status from a request template, and has none for text\/plain, only for application\/json\./,
    change:
      /^Send Content-Type application\/json, or add a request template for text\/plain to the MOCK integration/,
    fixed: { request: post('{}') },
  },
  {
    name: 'a template that reads a body that is not JSON',
    setup: {
      integration: { ...FUNCTION, RequestTemplates: JSON_ONLY('{"pet": $util.parseJson($input.body).pet}') },
      functions: { fn: () => ({}) },
    },
    request: post('{"pet": 1'),
    status: 500,
    because: /The body of the request is not valid JSON at offset 9 \(line 1, column 10\)\./,
    change: /^Send valid JSON: correct the body at line 1, column 10\.\nFix the template/,
    fixed: { request: post('{"pet": 1}') },
  },
];

describe('the advice about a mapping', () => {
  for (const { name, setup, request, status, because, change, fixed } of ROWS)
    it(`is followed for ${name}`, async () => {
      const open = (of: MethodSetup) => {
        const api = recording(aMethod(of));
        api.ports.http.answer = () => answered('ok', [], 200);
        return api;
      };
      const api = open(setup);

      assert.equal((await api.send(request)).status, status);

      const { story } = api.last();
      assert.match(story.sentences.join('\n'), because);
      assert.match(story.changes.join('\n'), change, storyOf(api.last()));
      const { status: after } = await open(fixed.setup ?? setup).send(fixed.request ?? request);
      assert.ok(after < 300, `${after} after the advice was followed`);
    });
});

describe('the advice about a pattern', () => {
  it('repeats the error that no pattern matches, without the credential in it', async () => {
    const secret = 'a-secret-credential-of-the-caller';
    const fn = (): never => {
      throw new Error(`no user has ${secret}`);
    };
    const IntegrationResponses = [{ StatusCode: '200', SelectionPattern: 'never' }];
    const api = recording(aMethod({ integration: { ...FUNCTION, IntegrationResponses }, functions: { fn } }));

    await api.send({ ...ID, headers: ['Authorization', `Bearer ${secret}`] });

    assert.match(api.last().story.changes.join('\n'), /SelectionPattern matches “no user has /);
    assert.ok(!JSON.stringify(api.last()).includes(secret));
  });
});

describe('the advice about a call that Lambda limits', () => {
  const proxy = { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invokeUri('fn') };
  const rows: readonly (readonly [name: string, result: object, change: RegExp, status: number])[] = [
    [
      'its own timeout',
      {
        kind: 'failed',
        payload: '{}',
        errorType: 'Sandbox.Timedout',
        errorMessage: 'Task timed out after 3.00 seconds',
      },
      /^Make the function fn finish sooner, or give it a larger Timeout/,
      502,
    ],
    [
      'a reply of more than 6 MB',
      {
        kind: 'failed',
        payload: '{}',
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded',
      },
      /^Return at most 6 MB from the function fn, including base64: put larger data into S3/,
      502,
    ],
    [
      'its memory',
      { kind: 'failed', payload: '{}', errorType: 'Runtime.OutOfMemory', errorMessage: 'killed' },
      /^Raise MemorySize of the function fn/,
      502,
    ],
    [
      'concurrency',
      { kind: 'refused', reason: 'throttled', message: 'Rate Exceeded' },
      /^Send requests to the function fn more slowly .* or raise ReservedConcurrentExecutions/,
      500,
    ],
    [
      'the concurrency that is reserved for the function',
      throttledByReservation('fn', 3),
      /^Send requests to the function fn more slowly and retry after the error, or raise ReservedConcurrentExecutions of the function\.$/,
      500,
    ],
    [
      'a reservation of 0, with which no request can succeed',
      throttledByReservation('fn', 0),
      /^Raise ReservedConcurrentExecutions of the function fn, or remove the property: with 0, Lambda refuses every invocation\.$/,
      500,
    ],
    [
      "the account's concurrency",
      throttledByAccount(10),
      /^Send requests to the function fn more slowly .* error, or raise the concurrency of the account \(locally `gatewright start --concurrency`\)\.$/,
      500,
    ],
    [
      'an event of more than 6 MB',
      { kind: 'refused', reason: 'too-large', message: 'Request must be smaller' },
      /^Send a smaller body: Lambda accepts events of at most 6 MB/,
      413,
    ],
    [
      'a function that is not there',
      { kind: 'refused', reason: 'not-found', message: 'Function not found' },
      /^Define the function fn in a stack that the gateway serves/,
      500,
    ],
    [
      'the integration timeout',
      { kind: 'timed-out' },
      /^Make the integration respond sooner.*\nOr, for a regional or private API, ask AWS to raise the quota/,
      504,
    ],
    [
      'the start of an instance that the integration timeout included',
      { kind: 'timed-out', isColdStart: true },
      /^Make the integration respond sooner.*\nIf the function is quick once it has started, send the request again: the start of a new instance counted toward the timeout, in the gateway as on AWS\.\nOr, for a regional or private API, ask AWS to raise the quota/,
      504,
    ],
    [
      'only the work, if the start of the instance took little of the integration timeout',
      { kind: 'timed-out', isColdStart: true, initMs: 1400 },
      /^Make the integration respond sooner[^\n]*\nOr, for a regional or private API/,
      504,
    ],
  ];
  for (const [name, result, change, status] of rows)
    it(`names ${name}`, async () => {
      const api = recording(aMethod({ integration: proxy, functions: { fn: () => result } }));
      api.ports.invoker.invoke = () => Promise.resolve(result as never);

      assert.equal((await api.send(ID)).status, status);

      assert.match(api.last().story.changes.join('\n'), change, storyOf(api.last()));
      assert.doesNotMatch(storyOf(api.last()), /Start a server/);
    });
});

describe('a reply of Lambda itself', () => {
  const fn = () => ({ id: '7' });
  it('is not described as a response of the function, because an asynchronous call does not wait for one', async () => {
    const RequestParameters = { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" };
    const api = recording(aMethod({ integration: { ...FUNCTION, RequestParameters }, functions: { fn } }));

    assert.equal((await api.send(post('{}'))).status, 200);

    const story = storyOf(api.last());
    assert.match(story, /Lambda accepted the event for the function fn and responded at once/);
    assert.match(story, /→ To wait for the function, remove X-Amz-Invocation-Type .*deploy the API again/);
    assert.doesNotMatch(story, /Function fn responded/);
  });

  it('names the template that printed an event which is not JSON', async () => {
    const open = (template: string) =>
      recording(
        aMethod({
          integration: { ...FUNCTION, RequestTemplates: JSON_ONLY(template) },
          functions: { fn },
        }),
      );
    const api = open('{"name": $input.path("$.name")}');

    await api.send(post('{"name":"ann"}'));

    const story = storyOf(api.last());
    assert.match(story, /Lambda refused the event for the function fn, because it is not JSON/);
    assert.match(story, /→ Let the request template of ANY \/\{id\} print valid JSON .*with \$input\.json/);
    const after = open('{"name": $input.json("$.name")}');
    assert.match(String((await after.send(post('{"name":"ann"}'))).body), /"id":"7"/);
  });

  // https://github.com/serverless/serverless/issues/2270
  for (const [what, name] of [
    ['a line break', String.raw`one\ntwo`],
    ['a tab', String.raw`one\ttwo`],
    ['a quotation mark', String.raw`\"one\" two`],
    ['a quotation mark', String.raw`one \"two\"`],
  ] as const)
    it(`names ${what} that the template prints between quotes: ${name}`, async () => {
      const open = (template: string) =>
        recording(
          aMethod({
            integration: { ...FUNCTION, RequestTemplates: JSON_ONLY(template) },
            functions: { fn },
          }),
        );
      const api = open(`{"name": "$input.path('$.name')"}`);

      await api.send(post(`{"name":"${name}"}`));

      const story = storyOf(api.last());
      assert.match(
        story,
        new RegExp(`prints between quotes with \\$input\\.path\\('\\$\\.name'\\) contains ${what}`),
      );
      assert.match(
        story,
        /→ In the request template of ANY \/\{id\}, print the value with \$input\.json\('\$\.name'\)/,
      );
      assert.doesNotMatch(story, /put strings in quotes/);
      const after = open(`{"name": $input.json('$.name')}`);
      assert.match(String((await after.send(post(`{"name":"${name}"}`))).body), /"id":"7"/);
    });
});
