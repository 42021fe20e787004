import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn } from '../../../../support/a-stack.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { explainForwardedPath } from '../../../../../packages/gateway/console/explain/behavior-advice.ts';
import { explainMatch } from '../../../../../packages/gateway/console/explain/explain-match.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { anApi as aWebSocketApi, somePorts } from '../../core/websocket/fixture.ts';
import { shakeHands } from '../../../../support/shake-hands.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const API = 'abcdefghij';

function httpApi(...routeKeys: readonly string[]): Record<string, TestResource> {
  const routes = routeKeys.map((RouteKey, index) => [
    `Route${index}`,
    {
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId: API, RouteKey, Target: 'integrations/Run' },
    },
  ]);
  return {
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
    ...(Object.fromEntries(routes) as Record<string, TestResource>),
    Stage: {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
    },
  };
}

describe('explainMatch', () => {
  for (const target of ['/', '/menu/7'])
    it(`says that an HTTP API accepts no handshake of a WebSocket client, at ${target}`, async () => {
      const api = aRecordedApi(httpApi('GET /menu'), { list: ok });
      await api.send({ target, headers: ['Upgrade', 'websocket', 'Connection', 'Upgrade'] });
      assert.match(
        storyOf(api.last()),
        /was the handshake of a WebSocket client.*that of an HTTP API.*→ Give the client the address of a WebSocket API/s,
      );
    });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
  for (const segment of ['prod', '$default'])
    it(`says that the name of the stage $default is not part of a path, if it begins with /${segment}`, async () => {
      const api = aRecordedApi(httpApi('GET /menu'), { list: ok });
      await api.send({ target: `/${segment}/menu` });
      assert.match(
        storyOf(api.last()),
        /The name of the stage \$default is not part of a path.* the route GET \/menu would serve the request\.[^]*→ Call GET \/menu\.$/,
      );
    });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
  for (const { target, story } of [
    { target: '/menu', story: /none of the stages of the API \(dev\).*→ Call GET \/dev\/menu\.$/s },
    {
      target: '/',
      story: /none of the stages.*→ Begin the path with \/dev, followed by the path of a route\.$/s,
    },
    {
      target: '/prod/menu',
      story: /none of the stages.*→ Call GET \/dev\/menu, with the stage in place of \/prod\.$/s,
    },
    {
      target: '/prod/nothing',
      story: /none of the stages.*→ Begin the path with \/dev, followed by the path of a route\.$/s,
    },
  ])
    it(`advises the path with the stage that a route serves, for ${target}`, async () => {
      const routes = httpApi('GET /menu', 'GET /{proxy+}');
      const { Route0: menu, Route1: any, ...others } = routes;
      const stage = {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: { ApiId: API, StageName: 'dev', AutoDeploy: true },
      };
      const api = aRecordedApi(
        {
          ...others,
          ...(menu !== undefined && { Menu: menu }),
          ...(target === '/menu' && any !== undefined && { Any: any }),
          Stage: stage,
        },
        { list: ok },
      );
      assert.equal((await api.send({ target })).status, 404);
      assert.match(storyOf(api.last()), story);
    });

  it('advises to add a route to an API that has none', async () => {
    const { Route0: _route, ...others } = httpApi('GET /menu');
    const stage = {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: API, StageName: 'dev', AutoDeploy: true },
    };
    const api = aRecordedApi({ ...others, Stage: stage }, { list: ok });
    await api.send({ target: '/menu' });
    assert.match(
      storyOf(api.last()),
      /The API has no routes\.[^]*→ Add a route to the API\. Then begin the path with \/dev, followed by the path of this route\.$/,
    );
  });

  it('does not advise the method OPTIONS of preflights', async () => {
    const api = aRecordedApi(httpApi('OPTIONS /menu', 'GET /menu'), { list: ok });
    await api.send({ method: 'DELETE', target: '/menu' });
    const story = storyOf(api.last());
    assert.match(story, /The closest route is GET \/menu: [^]*→ Call GET \/menu, or add/);
    assert.doesNotMatch(story, /OPTIONS/);
  });

  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html
  it('says that CloudFront forwards the part of the path that the pattern of its behavior matches', () => {
    const behavior = {
      pattern: '/api/*',
      place: 'template.yaml:9',
      isLegacy: false,
      policyId: undefined,
      path: { origin: '/prod', place: 'template.yaml:8' },
    };
    const about = { isBehindEdge: true, behavior, path: '/api/token' };
    const { because, changes } = explainForwardedPath(about);
    assert.deepEqual(because, [
      'The request came through CloudFront. Its cache behavior /api/* (template.yaml:8) forwards the whole path, including /api, which the pattern matches. It only puts the OriginPath of the origin, /prod, before the path.',
    ]);
    assert.match(changes.join(''), /removes \/api from request\.uri, so that the API gets \/token/);
    assert.deepEqual(explainForwardedPath({ ...about, isBehindEdge: false }).because, []);
    assert.deepEqual(explainForwardedPath({ ...about, path: '/token' }).changes, []);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
  it('advises a greedy variable for a path with more segments', async () => {
    const api = aRecordedApi(httpApi('GET /files/{key}'), { list: ok });
    await api.send({ target: '/files/img/logo.txt' });
    assert.match(storyOf(api.last()), /→ Write the end of the route as \{key\+\}/);

    const mended = aRecordedApi(httpApi('GET /files/{key+}'), { list: ok });
    assert.equal((await mended.send({ target: '/files/img/logo.txt' })).status, 200);
  });

  it('does not mention tokens if an HTTP API has no such route, and lists the methods by which it could be called', async () => {
    const api = aRecordedApi(httpApi('GET /menu', 'PUT /menu'), { list: ok });

    await api.send({ method: 'DELETE', target: '/menu' });

    assert.match(storyOf(api.last()), /\nStage \$default has no route for DELETE \/menu\.\n/);
    assert.match(storyOf(api.last()), /→ Use the method GET or PUT, or add a route for DELETE \/menu\.$/);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
  it('says that the mapping of a custom domain was removed before routes were compared', () => {
    const { because, changes } = explainMatch({
      kind: 'request',
      protocol: 'http',
      method: 'GET',
      path: '/pets',
      stageName: '$default',
      stagePath: '/v1',
      nearMisses: [{ route: 'GET /v1/pets', because: 'its path differs in 3 characters' }],
    } as never);

    assert.ok(
      because.includes(
        'The request was sent to /v1/pets at a custom domain, whose mapping key /v1 was removed from the path before it was compared with the routes.',
      ),
    );
    assert.deepEqual(changes, [
      'Write the route as GET /pets, or remove the key v1 from the mapping of the domain. As it is, the route is called at /v1/v1/pets.',
    ]);
  });

  // docs/aws §11.1: the URL of a WebSocket API is wss://{api}/{stage}.
  const HANDSHAKES: readonly (readonly [
    target: string,
    headline: RegExp,
    because: RegExp,
    change: RegExp,
  ])[] = [
    [
      '/dev/foo',
      /^The handshake on stage dev was refused with 404 in the phase match\.$/,
      /The URL of a WebSocket API ends with its stage, but this one continues with \/foo\./,
      /^Connect to \/dev instead of \/dev\/foo\.$/,
    ],
    [
      '/nope',
      /^The handshake at \/nope was refused with 403 in the phase match\.$/,
      /The API has no stage "nope"\. The API has the stage dev\./,
      /^Connect to \/dev\.$/,
    ],
  ];
  for (const [target, headline, because, change] of HANDSHAKES)
    it(`says where to connect after a handshake at ${target}, and suggests no route`, async () => {
      const api = aWebSocketApi({ $connect: { functionName: 'connect' } });
      const ports = somePorts(api, { connect: () => ({ statusCode: 200 }) });
      const records = new RequestRecords(10, ports.clock, 'key');
      const ask = (wish: string) => shakeHands(api, { ...ports, records } as never, { target: wish });

      assert.notEqual(await ask(target), 101);

      const { story } = records.detail('last') ?? assert.fail('nothing was recorded');
      assert.match(story.headline, headline);
      assert.match(story.sentences.join('\n'), because);
      assert.equal(story.changes.length, 1);
      assert.match(story.changes[0] ?? '', change);
      const [, advised = ''] = /Connect to (\/\w+)/.exec(story.changes[0] ?? '') ?? [];
      assert.equal(await ask(advised), 101, 'the advised address accepts the connection');
    });

  it('says that the stage exists at another address if the endpoint is disabled', async () => {
    const api = { ...aWebSocketApi({ $connect: {} }), disableExecuteApiEndpoint: true };
    const ports = somePorts(api, {});
    const records = new RequestRecords(10, ports.clock, 'key');

    await shakeHands(api, { ...ports, records } as never, { target: '/dev' });

    const { story } = records.detail('last') ?? assert.fail('nothing was recorded');
    assert.match(
      story.sentences.join('\n'),
      /^DisableExecuteApiEndpoint of the API is true, so only its custom domains serve it\./,
    );
    assert.match(
      story.changes.join('\n'),
      /^Call the API by its custom domain, or set DisableExecuteApiEndpoint/,
    );
  });
});

describe('a message without a route (docs/aws §11.2)', () => {
  const nearMisses = [{ route: 'say', because: '' }];
  const explain = (selection: object): string => {
    const { because, changes } = explainMatch({ kind: 'message', nearMisses, selection } as never);
    return [...because, ...changes].join('\n');
  };
  const expression = '$request.body.action';

  it('is explained with the expression and with what it selected', () => {
    assert.match(
      explain({ expression, selected: 'says', bodyFault: undefined }),
      /expression \$request\.body\.action yielded no known route key.*\nIt selected “says”, for which there is no route\.\nSend a message for which the expression selects say, or add a route with the key says\./,
    );
  });

  it('is explained with the member in which the message has a route key', () => {
    assert.match(
      explain({
        expression: '$request.body.message',
        selected: undefined,
        bodyFault: undefined,
        keyIn: 'action',
      }),
      /The value of the message’s member action is a route key\.\nSet RouteSelectionExpression of the API to \$request\.body\.action, or send a message/,
    );
  });

  it('is explained as one that is not JSON', () => {
    const bodyFault = { offset: 16, line: 1, column: 17 };
    assert.match(
      explain({ expression, selected: undefined, bodyFault }),
      /The message is not valid JSON at offset 16 \(line 1, column 17\)\.\nSend valid JSON: correct the message at line 1, column 17\./,
    );
  });

  it('is explained as one without such a value', () => {
    assert.match(explain({ expression, selected: undefined, bodyFault: undefined }), /has no such value/);
  });
});
