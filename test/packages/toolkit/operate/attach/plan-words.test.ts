/** Words and choices of a plan that need no API. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chooseRoutes } from '../../../../../packages/toolkit/operate/attach/choose-routes.ts';
import { chooseSettings } from '../../../../../packages/toolkit/operate/attach/choose-settings.ts';
import { findApi } from '../../../../../packages/toolkit/operate/attach/find-api.ts';
import { openedByMove } from '../../../../../packages/toolkit/operate/attach/openings.ts';
import { describeOrigin, snippetsFor } from '../../../../../packages/toolkit/operate/attach/snippets.ts';
import {
  describe as describeEdit,
  fillIds,
  isSame,
} from '../../../../../packages/toolkit/operate/attach/step.ts';
import { list } from '../../../../../packages/toolkit/operate/attach/plan-finding.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type { ControlPlane } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import type { LiveApi, LiveRoute } from '../../../../../packages/toolkit/operate/attach/live-api.ts';
import type { Plan } from '../../../../../packages/toolkit/operate/attach/journal.ts';

const route = (key: string, authorizationType = 'NONE', authorizerId?: string): LiveRoute => {
  const [method = 'ANY', path = key] = key.includes(' ') ? key.split(' ') : ['ANY', key];
  return {
    key,
    method,
    path,
    address: '',
    shown: {},
    authorizationType,
    authorizerId,
    apiKeyRequired: false,
  };
};

describe('the routes that an authorizer is attached to', () => {
  const routes = [
    route('GET /orders'),
    route('POST /orders/{id}'),
    route('OPTIONS /orders'),
    route('GET /staff', 'AWS_IAM'),
    route('GET /mine', 'CUSTOM', 'a1'),
    route('GET /theirs', 'CUSTOM', 'b2'),
    route('GET /ordersheet'),
  ];
  const authorizers = [
    { id: 'a1', name: 'gatewright' },
    { authorizerId: 'b2', name: 'former' },
  ];
  const choose = (patterns: readonly string[], isReplacing = false, kind: LiveApi['kind'] = 'rest') =>
    chooseRoutes({ kind, routes, authorizers } as unknown as LiveApi, patterns, isReplacing, ['gatewright']);
  const keys = (chosen: readonly { readonly key: string }[]) => chosen.map(({ key }) => key);

  it('are all that are open, and every other route is left out for a reason', () => {
    const { chosen, left, idle } = choose([]);

    assert.deepEqual(keys(chosen), ['GET /orders', 'POST /orders/{id}', 'GET /ordersheet']);
    assert.deepEqual(left, [
      { key: 'OPTIONS /orders', because: 'browsers send OPTIONS without credentials' },
      { key: 'GET /staff', because: 'it has AWS_IAM (--replace replaces it)' },
      { key: 'GET /mine', because: 'the route already has this authorizer' },
      { key: 'GET /theirs', because: 'it has the authorizer former (--replace replaces it)' },
    ]);
    assert.deepEqual(idle, []);
  });

  it('are also those with another guard if that is replaced', () => {
    assert.deepEqual(keys(choose([], true).chosen), [
      'GET /orders',
      'POST /orders/{id}',
      'GET /staff',
      'GET /theirs',
      'GET /ordersheet',
    ]);
  });

  it('are only $connect of a WebSocket API', () => {
    const sockets = { kind: 'websocket', routes: [route('$connect'), route('track')], authorizers: [] };
    const { chosen, left } = chooseRoutes(sockets as unknown as LiveApi, [], false);

    assert.deepEqual(keys(chosen), ['$connect']);
    assert.deepEqual(left, [{ key: 'track', because: 'only $connect can have an authorizer' }]);
  });

  for (const [pattern, expected] of [
    ['GET /orders', ['GET /orders']],
    ['get /orders', ['GET /orders']],
    ['/orders', ['GET /orders']],
    ['/orders/*', ['GET /orders', 'POST /orders/{id}']],
    ['* /orders/*', ['GET /orders', 'POST /orders/{id}']],
    ['POST /orders/*', ['POST /orders/{id}']],
    ['/none', []],
  ] as const)
    it(`are ${expected.join(', ') || 'none'} for ${pattern}`, () => {
      const { chosen, idle } = choose([pattern]);

      assert.deepEqual([keys(chosen), idle], [expected, expected.length === 0 ? [pattern] : []]);
    });
});

describe('a deployment that a stage is moved to', () => {
  const of = (guard: string | undefined, apiKeyRequired = false) => ({
    '/a': { GET: { ...(guard !== undefined && { authorizationType: guard }), apiKeyRequired } },
  });
  const opened = (before: object | undefined, after: object | undefined, more: object = {}, isNamed = true) =>
    openedByMove(
      {
        read: (_, path) => {
          const found = path.includes('/deployments/old?') ? before : after;
          return Promise.resolve(found && { apiSummary: found });
        },
      },
      { kind: 'rest', address: '/restapis/a', api: more as LiveApi['api'] },
      'old',
      'new',
      isNamed,
    );

  for (const [name, before, after, expected] of [
    ['opens what it has without a guard', of('CUSTOM'), of('NONE'), ['GET /a']],
    ['opens what it has with no guard at all', of('AWS_IAM'), of(undefined), ['GET /a']],
    ['opens what has a guard of another kind', of('AWS_IAM'), of('CUSTOM'), ['GET /a']],
    ['opens what asks for no API key any more', of('NONE', true), of('NONE'), ['GET /a']],
    ['opens what was not there', {}, of('NONE'), ['GET /a']],
    ['opens nothing that is as before', of('CUSTOM'), of('CUSTOM'), []],
    ['opens nothing that was open', of('NONE'), of('AWS_IAM'), []],
    ['opens nothing that is gone', of('CUSTOM'), {}, []],
    ['is unknown if AWS does not show it', of('CUSTOM'), undefined, ['deployment new']],
  ] as const)
    it(name, async () => {
      assert.deepEqual(await opened(before, after), expected);
    });

  it('is named as a whole if its policy or its authorizers are not visible', async () => {
    assert.deepEqual(await opened(of('CUSTOM'), of('CUSTOM'), { policy: '{}' }), ['deployment new']);
    assert.deepEqual(await opened(of('CUSTOM'), of('CUSTOM'), {}, false), ['deployment new']);
    assert.deepEqual(await opened(of('AWS_IAM'), of('AWS_IAM'), {}, false), []);
  });
});

describe('snippets for SAM', () => {
  for (const [type, identitySource, identity, cdk] of [
    [
      'TOKEN',
      'method.request.header.Token',
      '{ Header: Token, ReauthorizeEvery: 60 }',
      "identitySource: 'method.request.header.Token',",
    ],
    [
      'REQUEST',
      'method.request.header.A,method.request.header.B',
      '{ Headers: [A], ReauthorizeEvery: 60 }',
      "identitySources: [apigateway.IdentitySource.header('A')],",
    ],
    ['REQUEST', undefined, '{ ReauthorizeEvery: 60 }', 'identitySources: [],'],
  ] as const)
    it(`have the identity ${identity} of type ${type}`, () => {
      const after = {
        name: 'guard',
        type,
        ...(identitySource !== undefined && { identitySource }),
        authorizerResultTtlInSeconds: 60,
      };
      const steps = [{ part: 'authorizer x', makes: 'authorizer', after }, { part: 'route POST /a' }];
      const texts = snippetsFor({ kind: 'rest', functionArn: 'arn', steps } as unknown as Plan);
      const snippetOf = (tool: string) => texts.find((one) => one.tool === tool)?.text ?? '';

      assert.match(snippetOf('SAM'), new RegExp(`FunctionPayloadType: ${type}\n`));
      assert.ok(snippetOf('SAM').includes(`Identity: ${identity}`), snippetOf('SAM'));
      assert.match(snippetOf('serverless.yml'), new RegExp(`type: ${type.toLowerCase()}\n`));
      assert.equal(snippetOf('serverless.yml').includes('identitySource:'), identitySource !== undefined);
      assert.match(snippetOf('CDK'), type === 'TOKEN' ? /TokenAuthorizer/ : /RequestAuthorizer/);
      assert.match(snippetOf('CDK'), /addMethod\('POST'/);
      assert.ok(snippetOf('CDK').includes(cdk), snippetOf('CDK'));
    });

  for (const [files, tags, tool] of [
    [['serverless.yml', 'template.yaml'], {}, 'serverless.yml'],
    [['cdk.json', 'template.yaml'], {}, 'CDK'],
    [['template.yaml'], {}, 'template.yaml (SAM)'],
    [['template.yml'], {}, 'template.yaml (SAM)'],
    [['template.json'], {}, 'template.yaml (SAM)'],
    [['README.md'], { 'httpapi:createdBy': 'SAM' }, 'template.yaml (SAM)'],
    [['my-template.yaml'], {}, 'serverless.yml'],
  ] as const)
    it(`are for ${tool} in a folder with ${files.join(', ')}${'httpapi:createdBy' in tags ? ', of an API that SAM has made' : ''}`, () => {
      const live = { api: { tags: { 'aws:cloudformation:stack-name': 'shop', ...tags } } };
      const steps = [{ part: 'authorizer x', makes: 'authorizer', after: { name: 'g', type: 'TOKEN' } }];
      const plan = { kind: 'rest', functionArn: 'arn', steps } as unknown as Plan;

      const [, same, ...lines] = describeOrigin(live as unknown as LiveApi, plan, files);

      assert.ok(
        same?.startsWith(`  Make the same change in ${tool}, as follows (gatewright attach snippets`),
        same,
      );
      assert.ok(lines.length > 3);
    });
});

describe('the wording of steps', () => {
  it('has known ids, and keeps the places of other values', () => {
    const given = { path: '/a/{authorizer}/{deployment}', list: ['{authorizer}', 1, null] };

    assert.deepEqual(fillIds(given, { authorizer: 'x1' }), {
      path: '/a/x1/{deployment}',
      list: ['x1', 1, null],
    });
  });

  it('shows values that are never secret, and says only that other values have changed', () => {
    assert.equal(
      describeEdit(
        'authorizer a',
        { type: 'TOKEN', name: 'a', secret: '1' },
        { type: 'REQUEST', name: 'a', secret: '2' },
      ),
      'authorizer a: secret has changed, type was TOKEN and is now REQUEST',
    );
    assert.equal(
      describeEdit('stage', { deploymentId: 'a' }, { deploymentId: 'a', autoDeploy: true }),
      'stage: autoDeploy was nothing and is now true',
    );
    assert.equal(describeEdit('route a', undefined, {}), 'route a is new');
    assert.equal(describeEdit('route a', {}, undefined), 'route a no longer exists');
  });

  it('name five of many, and count the rest', () => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

    assert.equal(list(texts.slice(0, 5)), 'a, b, c, d, e');
    assert.equal(list(texts.slice(0, 6)), 'a, b, c, d, e and 1 more');
    assert.equal(list(texts), 'a, b, c, d, e and 2 more');
  });

  it('are compared as JSON is, in whatever order members come', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (one, other) => {
        assert.equal(isSame(one, structuredClone(one)), true);
        assert.equal(isSame(one, other), sorted(one) === sorted(other));
      }),
    );
    function sorted(value: unknown): string {
      return JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      );
    }
  });
});

describe('how long results of an authorizer are cached', () => {
  const document = (more: object): CompiledDocument =>
    ({
      sources: [{ in: 'header', name: 'authorization' }],
      result: { format: 'policy', cacheTtlSeconds: 300, ...more },
      ...more,
    }) as unknown as CompiledDocument;
  const ttlOf = (of: CompiledDocument | undefined, options: object = {}) =>
    chooseSettings({ kind: 'rest' }, of, { type: 'token', name: 'g', functionArn: 'arn', ...options }).wired
      .ttlSeconds;

  for (const [name, of, options, seconds] of [
    ['as long as the document says', document({}), {}, 300],
    ['as long as the caller says', document({}), { ttlSeconds: 5 }, 5],
    ['not at all if each request is charged', document({ quota: { isTracked: false } }), {}, 0],
    ['as ever if requests are counted afterwards', document({ quota: { isTracked: true } }), {}, 300],
    ['not at all if an answer may be too large', document({ onOversize: 'exact' }), {}, 0],
    ['not at all without a document', undefined, {}, 0],
  ] as const)
    it(`is ${name}`, () => {
      assert.equal(ttlOf(of, options), seconds);
    });
});

describe('an API that is given by name or id', () => {
  const find = (named: string, more: Readonly<Record<string, readonly object[]>> = {}) => {
    const lists: Readonly<Record<string, readonly object[]>> = {
      '/restapis?limit=500': [{ id: 'a1', name: 'shop' }],
      '/v2/apis?maxResults=500': [{ apiId: 'b2', name: 'menu' }],
      ...more,
    };
    const known = [
      '/restapis/abcdefghij',
      '/restapis/a1/stages/prod',
      '/v2/apis/b2/stages/prod',
      '/v2/apis/c3/stages/prod',
    ];
    const plane = {
      list: (path: string) => Promise.resolve(lists[path]),
      read: (_: string, path: string) => Promise.resolve(known.includes(path) ? {} : undefined),
    };
    return findApi(plane as unknown as ControlPlane, named, 'prod');
  };

  it('is found by its id, or by a name that only one API has', async () => {
    assert.equal(await find('abcdefghij'), 'abcdefghij');
    assert.equal(await find('shop'), 'a1');
    assert.equal(await find('menu'), 'b2');
  });

  it('is refused if none has the name with the stage, or several have it', async () => {
    await assert.rejects(
      find('other'),
      /no API of this account and region has the id or name other and a stage prod/,
    );
    const both = [
      { apiId: 'b2', name: 'shop' },
      { apiId: 'c3', name: 'shop' },
    ];
    await assert.rejects(
      find('shop', { '/v2/apis?maxResults=500': both }),
      /3 APIs are called shop and have a stage prod: a1, b2, c3; use an id/,
    );
  });
});
