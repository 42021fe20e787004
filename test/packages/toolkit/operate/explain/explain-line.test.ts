import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { explainLine } from '../../../../../packages/toolkit/operate/explain/explain-line.ts';
import type { LineStory } from '../../../../../packages/toolkit/operate/explain/explain-line.ts';
import {
  gatherFacts,
  logFormatCall,
  readSince,
} from '../../../../../packages/toolkit/operate/explain/explain-api.ts';
import { readLogLine, recommendedFormat } from '../../../../../packages/toolkit/operate/explain/log-line.ts';
import { createControlPlane } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import type { ControlPlane } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import { readLiveApi } from '../../../../../packages/toolkit/operate/attach/read-live-api.ts';
import type { CallerSpec } from '../../../../../packages/toolkit/authoring/find/caller-spec.ts';
import { aDocument } from '../../../../support/an-access-document.ts';
import { anHttpApiToAttach, awsWithoutSocket } from '../../../../support/an-api-to-attach.ts';
import { aRestControl } from '../../../../support/a-rest-control.ts';
import type { TestRestControl } from '../../../../support/a-rest-control.ts';
import type { TestRequest } from '../../../../support/an-api.ts';
import { FORMAT, FUNCTIONS, RESOURCES, RestApiId } from '../../../../support/failing-api.ts';

const made = aDocument(
  {
    rules: [
      {
        id: 'admins',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/orders'],
        when: { roles: { any: ['admin'] } },
      },
    ],
  },
  ['GET /orders'],
);
const document = { ...made, apis: [{ for: 'prod', apiId: RestApiId, stage: 'prod' }] };

let control: TestRestControl;
let plane: ControlPlane;
before(async () => {
  control = await aRestControl(RESOURCES, FUNCTIONS);
  plane = createControlPlane(awsWithoutSocket(control), {
    nowEpochMs: () => 0,
    wait: () => Promise.resolve(),
  });
});
after(() => control.close());

/** Sends it, and explains its line. */
async function explained(
  request: TestRequest,
  options?: CallerSpec,
): Promise<{ readonly status: number; readonly story: LineStory }> {
  const { status } = await control.send(request);
  const line = (control.ports.logGroups.lines.at(-1) ?? '').replace('/aws/pets: ', '');
  const fields = readLogLine(FORMAT, line);
  assert.ok(fields !== undefined, line);
  const live = await readLiveApi(plane, RestApiId, 'prod');
  const facts = await gatherFacts(plane, live, fields);
  return {
    status,
    story: explainLine(facts, FORMAT, await readSince(plane, live), document, options, 1_800_000_000),
  };
}

const as = (token: string) => ({ headers: ['Authorization', token] });
const withKey = { headers: ['x-api-key', 'key-of-acme-0123456789'] };

describe('a failing request of a deployed API is explained from its log line, the control plane and the document', () => {
  const cases: readonly {
    readonly request: TestRequest;
    readonly first?: TestRequest;
    readonly caller?: CallerSpec;
    readonly status: number;
    readonly phase: string;
    readonly says: RegExp;
  }[] = [
    {
      request: { target: '/prod/blocked' },
      status: 403,
      phase: 'screen',
      says: /resource policy does not allow the caller/,
    },
    {
      request: { target: '/prod/order' },
      status: 403,
      phase: 'match',
      says: /no route for GET \/order. REST APIs respond with “Missing Authentication Token” in that case/,
    },
    {
      request: { target: '/prod/orders' },
      status: 401,
      phase: 'authenticate',
      says: /reads the caller from header Authorization, which the request does not have: the function was not called/,
    },
    {
      request: { target: '/prod/orders', ...as('bad') },
      status: 401,
      phase: 'authenticate',
      says: /The function decide was called and threw “Unauthorized”/,
    },
    {
      request: { target: '/prod/orders', ...as('boom') },
      status: 500,
      phase: 'authenticate',
      says: /The authorizer failed, so the request is denied/,
    },
    {
      request: { target: '/prod/orders', ...as('deny') },
      caller: { claims: JSON.stringify({ sub: 'carl', roles: ['support'] }), role: [], scope: [] },
      status: 403,
      phase: 'authorize',
      says: /The decision of the access document orders in this folder is deny: no rule allows it/,
    },
    {
      request: { target: '/prod/orders', ...as('deny') },
      caller: { token: 'no-token', role: [], scope: [] },
      status: 403,
      phase: 'authorize',
      says: /could not be applied to this request: the credential in --token-file is not a JWT\. Pass a file with the token of the caller .* or with the API key /,
    },
    {
      request: { target: '/prod/keyed' },
      status: 403,
      phase: 'meter',
      says: /GET \/keyed needs an API key, and the request has no x-api-key header/,
    },
    {
      first: { target: '/prod/slow-down' },
      request: { target: '/prod/slow-down' },
      status: 429,
      phase: 'meter',
      says: /The throttle of GET \/slow-down on stage prod was exceeded: burst limit 1, rate limit 1 per second/,
    },
    {
      first: { target: '/prod/sold', ...withKey },
      request: { target: '/prod/sold', ...withKey },
      status: 429,
      phase: 'meter',
      says: /API key acme \(Key\) has used up its quota: usage plan gold \(Plan\) allows 1 request a day/,
    },
    {
      request: { target: '/prod/checked' },
      status: 400,
      phase: 'validate',
      says: /Missing required request parameters: \[page\]/,
    },
    {
      request: { method: 'POST', target: '/prod/typed', headers: ['Content-Type', 'text/csv'], body: 'a;b' },
      status: 415,
      phase: 'map-request',
      says: /Unsupported Media Type/,
    },
    {
      request: { target: '/prod/broken' },
      status: 502,
      phase: 'integrate',
      says: /Function break failed with an error: .*no table of that name/,
    },
    {
      request: { target: '/prod/odd' },
      status: 502,
      phase: 'map-response',
      says: /Function odd returned a response that is not valid for a proxy integration/,
    },
    {
      request: { target: '/prod/teapot' },
      status: 418,
      phase: 'map-response',
      says: /Function teapot responded with 418.*the gateway passed the response on/,
    },
  ];
  for (const { request, first, caller: options, status, phase, says } of cases)
    it(`${status} in ${phase}: ${request.target} ${says.source.slice(0, 40)}`, async () => {
      if (first !== undefined) await control.send(first);

      const found = await explained(request, options);

      assert.equal(found.status, status);
      assert.equal(found.story.phase, phase, found.story.sentences.join(' '));
      assert.match(found.story.sentences.join(' '), says);
      assert.match(
        found.story.sentences.join(' '),
        /Stage prod serves deployment \w+, which was created at 20/,
      );
      assert.deepEqual(found.story.missing, []);
      // Suggestions for the gateway on this machine do not apply here.
      assert.doesNotMatch(found.story.changes.join(' '), /gatewright (clock|token|env)/);
    });
});

describe('what only the texts of a line tell', () => {
  const orders = { httpMethod: 'GET', path: '/prod/orders', resourcePath: '/orders' };
  const quota = {
    ...orders,
    status: '429',
    'error.responseType': 'ACCESS_DENIED',
    'authorizer.accessDecision':
      'document=orders&outcome=over-quota&issuer=local&key=k1&limit=monthly&customer=globex&rules=admins',
    'authorizer.quotaRefusal': 'over quota: limit monthly of plan free, tenant globex',
    'authorizer.retryAfter': '7200',
  };
  const rows: readonly {
    readonly name: string;
    readonly values: Readonly<Record<string, string>>;
    readonly api?: Readonly<Record<string, unknown>>;
    readonly says: RegExp;
    readonly advises: RegExp;
  }[] = [
    {
      name: 'a quota that an authorizer charges, with the time until its reset',
      values: quota,
      says: /its quota refuses it: over quota: limit monthly of plan free, tenant globex.*API key k1.*next period of the limit begins 120 min after this request/,
      advises: /gatewright quota top-up globex monthly UNITS/,
    },
    {
      name: 'a suspended customer, whose refusal the message of the authorizer repeats',
      values: {
        ...quota,
        status: '403',
        'authorizer.accessDecision':
          'document=orders&outcome=suspended&issuer=local&key=k1&customer=globex&rules=admins',
        'authorizer.quotaRefusal': 'suspended: tenant globex',
        'authorize.error': 'the authorizer denies the request of keys|k1: suspended: tenant globex',
      },
      says: /its quota refuses it: suspended: tenant globex\./,
      advises: /gatewright customers resume globex/,
    },
    {
      name: 'an authorizer that returned no key because of the quota',
      values: {
        ...quota,
        path: '/prod/keyed',
        resourcePath: '/keyed',
        'error.responseType': 'INVALID_API_KEY',
      },
      api: { apiKeySource: 'AUTHORIZER' },
      says: /returned none: over quota: limit monthly of plan free, tenant globex/,
      advises: /./,
    },
    {
      name: 'an integration response that no status selects',
      values: {
        ...orders,
        status: '500',
        'integration.error':
          'Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 403',
      },
      says: /No match for output mapping/,
      advises: /integration response/i,
    },
    {
      name: 'a method response that is missing',
      values: {
        ...orders,
        status: '500',
        'integration.error':
          'Execution failed due to configuration error: Output mapping refers to an invalid method response: 204',
      },
      says: /invalid method response: 204/,
      advises: /204/,
    },
  ];
  for (const { name, values, api = {}, says, advises } of rows)
    it(`names ${name}`, async () => {
      const live = await readLiveApi(plane, RestApiId, 'prod');
      const line = FORMAT.replaceAll(/\$context\.([\w.]+)/g, (_, field: string) => values[field] ?? '-');
      const fields = readLogLine(FORMAT, line);
      assert.ok(fields !== undefined);

      const story = explainLine(
        await gatherFacts(plane, { ...live, api: { ...live.api, ...api } }, fields),
        FORMAT,
        await readSince(plane, live),
        document,
        undefined,
        0,
      );

      assert.match(story.sentences.join(' '), says);
      assert.match(story.changes.join(' '), advises);
    });
});

describe('a line of an access log', () => {
  it('that does not say whether the authorizer was asked keeps that open', async () => {
    const live = await readLiveApi(plane, RestApiId, 'prod');
    const format =
      '{"id":"$context.requestId","m":"$context.httpMethod","r":"$context.resourcePath","s":"$context.status","t":"$context.error.responseType"}';
    const fields = readLogLine(format, '{"id":"a","m":"GET","r":"/orders","s":"401","t":"UNAUTHORIZED"}');
    assert.ok(fields !== undefined);

    const story = explainLine(
      await gatherFacts(plane, live, fields),
      format,
      await readSince(plane, live),
      undefined,
      undefined,
      0,
    );

    assert.match(story.sentences[0] ?? '', /the log line does not show which of the two happened/);
    assert.ok(story.missing.includes('authorizer.status'));
  });

  it('is written in the most complete format once that is set', async () => {
    const live = await readLiveApi(plane, RestApiId, 'prod');
    await plane.write(logFormatCall(live, 'arn:aws:logs:us-east-1:123456789012:log-group:other', FORMAT));

    const { stageShown } = await readLiveApi(plane, RestApiId, 'prod');

    assert.deepEqual(stageShown['accessLogSettings'], {
      destinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:other',
      format: FORMAT,
    });
  });
});

/** AWS's words of a function that the API may not invoke (docs/aws §4.5). */
const notPermitted = (what: string): string =>
  `The IAM role configured on the ${what} or API Gateway doesn't have permissions to call the ${what}. Check the permissions and try again.`;

describe('a failing request of an HTTP API', () => {
  const format = recommendedFormat('http');
  const cases = [
    {
      what: { status: '401', routeKey: 'GET /things-1', error: 'Unauthorized' },
      phase: 'authenticate',
      says: /the log line does not show which of the two happened/,
    },
    {
      what: { status: '403', routeKey: 'GET /things-1', error: 'Forbidden' },
      phase: 'authorize',
      says: /by these rules|No rule/,
    },
    {
      what: { status: '404', routeKey: '-', error: 'Not Found', path: '/prod/thing-1' },
      phase: 'match',
      says: /no route for GET \/thing-1/,
    },
    {
      what: { status: '429', routeKey: 'GET /things-1', error: 'Too Many Requests' },
      phase: 'meter',
      says: /Too Many Requests/,
    },
    {
      what: { status: '500', routeKey: 'GET /things-1', error: '-', authorizer: 'out of memory' },
      phase: 'authenticate',
      says: /The authorizer failed/,
    },
    {
      what: {
        status: '500',
        routeKey: 'GET /things-1',
        error: 'Internal Server Error',
        integration: notPermitted('integration'),
      },
      phase: 'integrate',
      says: /The policy of list does not allow this API to invoke it/,
    },
    {
      what: { status: '500', routeKey: 'GET /things-1', error: '-', authorizer: notPermitted('authorizer') },
      phase: 'authenticate',
      says: /The policy of gatewright-prod-request-authorizer does not allow this API to invoke it/,
    },
    {
      what: { status: '503', routeKey: 'GET /things-1', error: 'Service Unavailable' },
      phase: 'integrate',
      says: /Function list did not respond within 30000 ms/,
    },
  ];
  it('is explained by its status, since it has no response type', async () => {
    await using api = await anHttpApiToAttach({ count: 1 });
    const { plan } = await api.plan();
    await api.apply(plan);
    const { live } = await api.plan();
    for (const { what, phase, says } of cases) {
      const {
        status,
        routeKey,
        error,
        authorizer = '-',
        integration = '-',
        path = '/prod/things-1',
      } = { authorizer: undefined, integration: undefined, path: undefined, ...what };
      const values: Readonly<Record<string, string>> = {
        httpMethod: 'GET',
        path,
        routeKey,
        status,
        'error.message': error,
        'authorizer.error': authorizer,
        integrationErrorMessage: integration,
      };
      const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => values[name] ?? '-');
      const fields = readLogLine(format, line);
      assert.ok(fields !== undefined);

      const story = explainLine(
        await gatherFacts(api.plane, live, fields),
        format,
        await readSince(api.plane, live),
        api.document,
        undefined,
        0,
      );

      assert.equal(story.phase, phase, status);
      assert.match(story.sentences.join(' '), says, status);
    }
  });
});
