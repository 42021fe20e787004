/** The stories that people ask for most, each with the sentence that they need. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { functionArn, invokeUri } from '../../../../support/a-stack.ts';
import { aKey, aPlan, meteredApi, withKey } from '../../../../support/metered-apis.ts';
import { aRecordedApi, recording, storyOf } from '../../../../support/recorded-apis.ts';
import { bearer, withAuthorizer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import { restRoutes } from '../../../../support/routed-apis.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import { carrying, CLAIMS, ISSUER, KEY, withIssuers } from '../../../../support/token-issuers.ts';
import { anApi as aWebSocketApi, somePorts } from '../../core/websocket/fixture.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

const API = 'abcdefghij';
const ARN = `arn:aws:execute-api:us-east-1:123456789012:${API}/dev/GET/pets`;

/** HTTP API with a JWT authorizer for the audience `api`. */
const JWT_API: Record<string, TestResource> = {
  Api: { type: 'AWS::ApiGatewayV2::Api', id: API, properties: { Name: 'menu', ProtocolType: 'HTTP' } },
  Run: {
    type: 'AWS::ApiGatewayV2::Integration',
    properties: {
      ApiId: API,
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: functionArn('list'),
    },
  },
  Auth: {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: API,
      Name: 'tokens',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: ISSUER, Audience: ['api'] },
    },
  },
  Menu: {
    type: 'AWS::ApiGatewayV2::Route',
    properties: {
      ApiId: API,
      RouteKey: 'GET /menu',
      Target: 'integrations/Run',
      AuthorizationType: 'JWT',
      AuthorizerId: 'Auth',
    },
  },
  Stage: {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
  },
};

const throttledBy = (settings: readonly JsonObject[]): Record<string, TestResource> =>
  restApi(
    {},
    {
      Prod: {
        type: 'AWS::ApiGateway::Stage',
        properties: {
          RestApiId: API,
          StageName: 'prod',
          DeploymentId: 'Deployment',
          MethodSettings: [...settings],
        },
      },
    },
  );

const validated = restApi(
  { HttpMethod: 'POST', RequestValidatorId: 'Validator', RequestModels: { 'application/json': 'Pet' } },
  {
    Validator: {
      type: 'AWS::ApiGateway::RequestValidator',
      properties: { RestApiId: API, ValidateRequestBody: true },
    },
    Pet: {
      type: 'AWS::ApiGateway::Model',
      properties: { RestApiId: API, Name: 'Pet', Schema: { type: 'object', required: ['name'] } },
    },
  },
);

const templated = restApi({
  Integration: {
    Type: 'AWS',
    IntegrationHttpMethod: 'POST',
    Uri: invokeUri('list'),
    RequestTemplates: { 'application/json': '#set($x = $util.parseJson("{"))\n$x' },
    IntegrationResponses: [{ StatusCode: '200' }],
  },
  MethodResponses: [{ StatusCode: '200' }],
});

const UPGRADE = [
  'Host',
  'chat.example',
  'Upgrade',
  'websocket',
  'Connection',
  'Upgrade',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version',
  '13',
];

describe('explain', () => {
  it('says that the request has no token if the authorizer looked for one', async () => {
    const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });

    await api.send({ target: '/dev/pets' });

    const detail = api.last();
    assert.equal(detail.status, 401);
    assert.match(
      storyOf(detail),
      /reads the caller from header Authorization, which the request does not have: the function was not called/,
    );
    assert.match(
      storyOf(detail),
      /→ Send header Authorization with a credential that the function auth accepts\.$/,
    );
  });

  it('names both audiences if a token is meant for another one', async () => {
    const api = recording(withIssuers(JWT_API));
    const token = signToken(KEY, { ...CLAIMS, aud: 'billing' });

    await api.send({ target: '/menu', headers: carrying(token) });
    await api.send({ target: '/menu', headers: carrying(token) });

    assert.match(
      storyOf(api.last()),
      /The token has the audience billing; authorizer tokens accepts only api\./,
    );
    assert.match(
      storyOf(api.last()),
      /`gatewright start --issuer https:\/\/issuer\.example\/=local`, and then `gatewright token --issuer https:\/\/issuer\.example\/ --audience api`/,
    );
  });

  it('says that the keys of an issuer cannot be read, and how to work without a network', async () => {
    const api = recording(withIssuers(JWT_API));
    const reason = 'the issuer’s key set cannot be read now';
    api.ports.keySets = {
      known: () => undefined,
      find: () => Promise.resolve({ kind: 'unreachable', reason }),
    };

    await api.send({ target: '/menu', headers: carrying(signToken(KEY, CLAIMS)) });

    const story = storyOf(api.last());
    assert.equal(api.last().status, 401);
    assert.match(story, new RegExp(`keys of the issuer ${ISSUER} could not be read`));
    assert.ok(
      story.includes(
        `\`gatewright start --issuer ${ISSUER}=local\`, and then \`gatewright token --issuer ${ISSUER} --audience api\``,
      ),
      story,
    );
    assert.doesNotMatch(story, /Use a token of that issuer/);
  });

  it('names the roles of a caller that the authorizer’s policy denies', async () => {
    const deny = { ...policy('Deny', '*'), principalId: 'carl' };
    const api = aRecordedApi(withAuthorizer({ ...TOKEN, Name: 'gate' }), { list: ok, auth: () => deny });
    const claims = { ...CLAIMS, sub: 'carl', roles: ['courier'] };
    const token = signToken(KEY, claims);

    await api.send({ target: '/dev/pets', headers: ['Authorization', `Bearer ${token}`] });

    const story = storyOf(api.last());
    assert.match(
      story,
      /The policy of authorizer gate denies execute-api:Invoke on .*\/dev\/GET\/pets: statement 1 of 1 has Effect Deny/,
    );
    assert.match(story, /The token has the subject carl, the role courier/);
    assert.match(
      story,
      /→ Send a credential to which the function auth gives access to GET \/pets \(the roles of this token: courier\)\.\n→ Or, if carl should have access, make the function auth return a policy without that Deny and with an Allow/,
    );
  });

  it('finds AWS’s classic: a narrow policy that is cached and applied to other routes', async () => {
    const auth = () => policy('Allow', ARN);
    const api = aRecordedApi(withAuthorizer({ ...TOKEN, Name: 'gate' }), { list: ok, auth });

    await api.send({ target: '/dev/pets', headers: bearer });
    api.ports.clock.advance(30_000);
    await api.send({ target: '/dev', headers: bearer });

    const detail = api.last();
    assert.equal(detail.status, 403);
    assert.doesNotMatch(storyOf(detail), /\/\*|Ttl/, 'the advice opens no more than the request needs');
    assert.match(
      storyOf(detail),
      /gate was not called, because its result from 30 s before this request, for GET \/pets, is cached for 300 s/,
    );
    assert.match(storyOf(detail), /The cached policy allows only .*GET\/pets; the ARN of GET \/ is /);
    assert.match(
      storyOf(detail),
      /→ If the caller should have access, make the authorizer return a policy that lists every route/,
    );
  });

  it('advises a TOKEN authorizer to become a REQUEST authorizer, which then lets each route pass', async () => {
    const auth = (event: unknown) => policy('Allow', (event as { readonly methodArn: string }).methodArn);
    const token = aRecordedApi(withAuthorizer({ ...TOKEN, Name: 'gate' }), { list: ok, auth });
    const sources = 'method.request.header.Authorization,context.httpMethod,context.path';
    const request = aRecordedApi(
      withAuthorizer({ ...TOKEN, Type: 'REQUEST', IdentitySource: sources, Name: 'gate' }),
      { list: ok, auth },
    );

    for (const api of [token, request]) {
      await api.send({ target: '/dev/pets', headers: bearer });
      await api.send({ target: '/dev', headers: bearer });
    }

    assert.match(
      storyOf(token.last()),
      /→ Or keep such policies: replace the authorizer with a REQUEST authorizer that uses the token’s header, context.httpMethod and context.path as identity sources\./,
    );
    assert.equal(request.last().status, 200);
  });

  it('names only similar routes, if there are any', async () => {
    const api = aRecordedApi(restRoutes({ 'GET /orders': {}, 'GET /menu': {}, 'GET /me': {} }), { list: ok });

    await api.send({ target: '/dev/order' });

    assert.match(storyOf(api.last()), /The closest route is GET \/orders: [^;]*\./);
  });

  it('distinguishes a key without a usage plan from an unknown key', async () => {
    const { Key: key, ...rest } = meteredApi();
    const lone = { ...rest, Lone: aKey({ Value: 'zzzzzzzzzzzzzzzzzzzzzzzz' }), ...(key && { Key: key }) };
    const api = aRecordedApi(lone, { list: ok });

    await api.send({ target: '/dev/pets', headers: ['x-api-key', 'zzzzzzzzzzzzzzzzzzzzzzzz'] });

    assert.match(storyOf(api.last()), /is enabled but belongs to no usage plan/);
    assert.match(
      storyOf(api.last()),
      /→ Add the key to the usage plan basic of the stage dev with `aws apigateway create-usage-plan-key/,
    );

    await api.send({ target: '/dev/pets', headers: ['x-api-key', 'no such key anywhere'] });

    assert.match(storyOf(api.last()), /does not match any key of the account/);
  });

  it("says that the authorizer returned no key and why, whatever status the API's gateway response has", async () => {
    const { PetsGet: get, ...rest } = withAuthorizer(TOKEN);
    const api = aRecordedApi(
      {
        ...rest,
        Api: {
          type: 'AWS::ApiGateway::RestApi',
          id: API,
          properties: { Name: 'pets', ApiKeySourceType: 'AUTHORIZER' },
        },
        ...(get && { PetsGet: { ...get, properties: { ...get.properties, ApiKeyRequired: true } } }),
        OverQuota: {
          type: 'AWS::ApiGateway::GatewayResponse',
          properties: { RestApiId: API, ResponseType: 'INVALID_API_KEY', StatusCode: '429' },
        },
      },
      {
        list: ok,
        auth: () => ({
          ...policy('Allow', '*'),
          context: { quotaRefusal: 'over quota: limit monthly of plan free' },
        }),
      },
    );

    await api.send({ target: '/dev/pets', headers: bearer });

    assert.match(storyOf(api.last()), /was refused with 429/);
    assert.match(
      storyOf(api.last()),
      /from its authorizer \(ApiKeySourceType AUTHORIZER\), which returned none: over quota: limit monthly of plan free\./,
    );
    assert.match(storyOf(api.last()), /→ Wait for the next period, raise the limit or change the plan\.$/);
  });

  it('shows the quota that was used up, and when it starts over', async () => {
    const api = aRecordedApi(meteredApi({ Quota: { Limit: 1, Period: 'DAY' } }), { list: ok });

    await api.send({ target: '/dev/pets', headers: withKey });
    await api.send({ target: '/dev/pets', headers: withKey });

    const detail = api.last();
    assert.equal(detail.status, 429);
    assert.match(
      storyOf(detail),
      /has used up its quota: usage plan basic \(Plan\) allows 1 request a day, and 0 are left/,
    );
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    assert.match(storyOf(detail), /A request counts as soon as the plan admits it, even if the integration/);
    assert.match(
      storyOf(detail),
      /→ Wait for the next day \(UTC\) \(on this machine: `gatewright clock \+1d`;/,
    );
  });

  it('distinguishes a method’s throttle from a plan’s', async () => {
    const settings = [
      { HttpMethod: 'GET', ResourcePath: '/pets', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
    ];
    const api = aRecordedApi(throttledBy(settings), { list: ok });

    await api.send({ target: '/prod/pets' });
    await api.send({ target: '/prod/pets' });

    assert.equal(api.last().status, 429);
    assert.match(
      storyOf(api.last()),
      /The throttle of GET \/pets on stage prod was exceeded: burst limit 1, rate limit 1 per second/,
    );

    const planned = aRecordedApi(meteredApi({ Throttle: { RateLimit: 1, BurstLimit: 1 } }), { list: ok });
    await planned.send({ target: '/dev/pets', headers: withKey });
    await planned.send({ target: '/dev/pets', headers: withKey });

    assert.match(storyOf(planned.last()), /customer \(Key\) exceeded the throttle of usage plan basic/);
  });

  it('repeats what a body misses of its model', async () => {
    const api = aRecordedApi(validated, { list: ok });

    await api.send({ method: 'POST', target: '/dev/pets', body: '{}' });

    assert.equal(api.last().status, 400);
    assert.match(storyOf(api.last()), /The body does not match the model of POST \/pets: .*name/);
  });

  it('shows where a template stopped, and that nothing was sent', async () => {
    const api = aRecordedApi(templated, { list: ok });

    await api.send({ target: '/dev/pets' });

    assert.equal(api.last().status, 500);
    assert.match(
      storyOf(api.last()),
      /The request mapping template of GET \/pets failed: .+\nNothing was sent to the integration\./,
    );
    assert.deepEqual(api.ports.invoker.calls, []);
  });

  it('names the deadline that an integration has missed', async () => {
    const slow = restApi({
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        Uri: invokeUri('list'),
        TimeoutInMillis: 50,
      },
    });
    const api = aRecordedApi(slow, { list: () => ({ kind: 'timed-out' }) });

    await api.send({ target: '/dev/pets' });

    assert.equal(api.last().status, 504);
    assert.match(
      storyOf(api.last()),
      /Function list did not respond within 50 ms, the integration timeout of GET \/pets/,
    );
  });

  it('says what refused a WebSocket connection', async () => {
    const api = aWebSocketApi({ $connect: { functionName: 'connect' } });
    const ports = somePorts(api, { connect: () => ({ statusCode: 403 }) });
    const records = new RequestRecords(10, ports.clock, 'key');
    const at = { ...ports, records };
    const wire = {
      method: 'GET',
      target: '/dev',
      body: undefined,
      remoteAddress: '127.0.0.1',
      httpVersion: '1.1',
    };

    await connect(receive({ ...wire, rawHeaders: UPGRADE }, api, at), at);

    const detail = records.detail('last');
    assert.ok(detail !== undefined);
    assert.equal(detail.kind, 'handshake');
    assert.match(
      storyOf(detail),
      /Function connect, the integration of \$connect, responded with 403, but only a status below 300 accepts the connection/,
    );
  });

  it('names the route that was nearly called, and says that no token was missing', async () => {
    const api = aRecordedApi(restApi(), { list: ok });

    await api.send({ method: 'POST', target: '/dev/pets' });

    assert.match(
      storyOf(api.last()),
      /no route for POST \/pets. REST APIs respond with “Missing Authentication Token” in that case/,
    );
    assert.match(
      storyOf(api.last()),
      /The closest route is GET \/pets: it accepts GET, but the method of the request is POST/,
    );
  });

  it('finds a plan that opens other stages', async () => {
    const api = aRecordedApi(
      meteredApi({}, { Plan: aPlan({ ApiStages: [{ ApiId: API, Stage: 'prod' }] }) }),
      { list: ok },
    );

    await api.send({ target: '/dev/pets', headers: withKey });

    assert.match(
      storyOf(api.last()),
      /the usage plan \S+ of API key customer \(Key\) does not include the stage dev of this API, only prod/,
    );
  });

  it('names a caller that is only known by an API key by the name of the key', async () => {
    const api = aRecordedApi(meteredApi(), { list: ok });

    await api.send({ target: '/dev/pets', headers: withKey });

    assert.equal(api.last().caller, 'API key customer');
  });

  it('has nothing to change if all went well', async () => {
    const api = aRecordedApi(restApi(), { list: () => ({ statusCode: 200, body: '[]' }) });

    await api.send({ target: '/dev/pets' });

    const { story, phases } = api.last();
    assert.equal(story.headline, 'GET /pets was answered with 200.');
    assert.deepEqual(story.changes, []);
    assert.deepEqual(
      phases.map(({ name }) => name),
      [
        'screen',
        'match',
        'authenticate',
        'authorize',
        'meter',
        'validate',
        'cache',
        'map-request',
        'integrate',
        'map-response',
      ],
    );
  });
});
