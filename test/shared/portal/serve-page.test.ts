import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpEvent } from '#shared/aws/http-event.ts';
import type { CompiledPortalPage } from '#shared/portal/compiled-portal-page.ts';
import { createPortalPage } from '#shared/portal/serve-page.ts';

const PAGE: CompiledPortalPage = {
  files: {
    '': { type: 'text/html; charset=utf-8', body: '<p>', etag: '"page"' },
    'assets/app-0f.js': { type: 'text/javascript', body: 'start()', etag: '"app"', isHashed: true },
    'assets/logo-1e.png': { type: 'image/png', body: 'iVBO', isBase64: true, etag: '"logo"', isHashed: true },
    'apis/orders.json': { type: 'application/json', body: '{}', etag: '"orders"' },
  },
  about: {
    name: 'Harvest',
    colour: '#0b5fa5',
    apis: [
      {
        id: 'orders',
        title: 'Orders',
        url: { dev: 'http://127.0.0.1:4000/v1', prod: 'https://api.harvest.example/v1' },
        reference: 'apis/orders.json',
      },
      {
        id: 'stock',
        title: 'Stock',
        url: 'https://stock.harvest.example:8443/a',
        reference: 'apis/stock.json',
      },
    ],
    signIn: { prod: 'Sign in with Harvest' },
  },
};

const aRequest = (routeKey: string, more: Partial<HttpEvent> = {}): HttpEvent => ({
  routeKey,
  method: routeKey.split(' ')[0] ?? '',
  path: '/',
  pathParameters: {},
  query: {},
  headers: {},
  body: undefined,
  signer: undefined,
  requestId: 'r',
  receivedEpochMs: 0,
  ...more,
});

const asset = (file: string): HttpEvent => aRequest('GET /assets/{file}', { pathParameters: { file } });

describe('the page of the portal', () => {
  const serve = createPortalPage(PAGE, 'prod');

  it('is served with a policy that names the offered APIs of the stage', () => {
    const { statusCode, headers, body } = serve(aRequest('GET /'));

    assert.deepEqual([statusCode, body], [200, '<p>']);
    assert.equal(
      headers?.['content-security-policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self' https://api.harvest.example https://stock.harvest.example:8443; " +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    assert.match(
      createPortalPage(PAGE, 'dev')(aRequest('GET /')).headers?.['content-security-policy'] ?? '',
      /connect-src 'self' http:\/\/127\.0\.0\.1:4000 https:\/\/stock/,
    );
  });

  it('says that webhooks are offered in the stages that offer them, and does not mention them elsewhere', () => {
    const about = { ...PAGE.about, webhooks: ['prod'] } as NonNullable<CompiledPortalPage['about']>;
    const bodyIn = (stage: string): string =>
      createPortalPage({ ...PAGE, about }, stage)(aRequest('GET /portal.json')).body ?? '';

    assert.match(bodyIn('prod'), /"hasWebhooks":true/);
    assert.doesNotMatch(bodyIn('test'), /ebhooks/);
  });

  it('has the strict headers on every reply, also on a refusal', () => {
    for (const event of [
      aRequest('GET /'),
      asset('app-0f.js'),
      asset('none.js'),
      aRequest('GET /portal.json'),
    ]) {
      const { headers } = serve(event);
      assert.equal(headers?.['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
      assert.match(headers['permissions-policy'] ?? '', /camera=\(\)/);
      assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    }
  });

  it('asks browsers to use HTTPS only if the request came by HTTPS, and not on a developer’s machine', () => {
    const over = (protocol: string, host = 'portal.example.com') => {
      const headers = { 'x-forwarded-proto': protocol, host };
      return serve(aRequest('GET /', { headers })).headers?.['strict-transport-security'];
    };

    assert.deepEqual([over('https'), over('http')], ['max-age=31536000', undefined]);
    assert.deepEqual(
      [over('https', 'localhost:4000'), over('https', '127.0.0.1:4000')],
      [undefined, undefined],
    );
  });

  it('lets browsers keep what has a hash in its name, and ask again for the rest', () => {
    const keep = (event: HttpEvent) => serve(event).headers?.['cache-control'];

    assert.equal(keep(asset('app-0f.js')), 'public, max-age=31536000, immutable');
    for (const event of [aRequest('GET /'), aRequest('GET /portal.json')])
      assert.equal(keep(event), 'no-cache');
    assert.equal(keep(asset('none.js')), 'no-store');
  });

  it('answers 304 to a browser that has the file', () => {
    // RFC 9110, section 13.1.2: a list of tags, weak or not, or a star.
    for (const known of ['"page"', 'W/"page"', '"old", "page"', '*'])
      assert.equal(serve(aRequest('GET /', { headers: { 'if-none-match': known } })).statusCode, 304);
    for (const known of ['"old"', 'page', ''])
      assert.equal(serve(aRequest('GET /', { headers: { 'if-none-match': known } })).statusCode, 200);
  });

  it('says in portal.json what the stage offers', () => {
    const read = (stage: string): unknown =>
      JSON.parse(createPortalPage(PAGE, stage)(aRequest('GET /portal.json')).body ?? '');

    assert.deepEqual(read('prod'), {
      name: 'Harvest',
      colour: '#0b5fa5',
      signIn: { kind: 'oidc', label: 'Sign in with Harvest' },
      apis: [
        {
          id: 'orders',
          title: 'Orders',
          url: 'https://api.harvest.example/v1',
          reference: 'apis/orders.json',
        },
        {
          id: 'stock',
          title: 'Stock',
          url: 'https://stock.harvest.example:8443/a',
          reference: 'apis/stock.json',
        },
      ],
    });
    const { signIn, apis } = read('test') as { signIn: object; apis: readonly { id: string }[] };
    assert.deepEqual([signIn, apis.map(({ id }) => id)], [{ kind: 'invitation' }, ['stock']]);
  });

  it('sends an image as bytes', () => {
    const { isBase64Encoded, body, headers } = serve(asset('logo-1e.png'));

    assert.deepEqual([isBase64Encoded, body, headers?.['content-type']], [true, 'iVBO', 'image/png']);
  });

  it('serves nothing else', () => {
    const events = [
      asset('constructor'),
      asset('__proto__'),
      asset('../portal.json'),
      asset('APP-0F.JS'),
      asset(''),
      aRequest('GET /apis/{file}', { pathParameters: { file: '../assets/app-0f.js' } }),
      aRequest('GET /toString'),
      aRequest('POST /'),
      aRequest('$default'),
      aRequest('GET /{proxy+}', { pathParameters: { proxy: 'assets/' } }),
    ];
    for (const event of events) {
      const { statusCode, body } = serve(event);
      assert.equal(statusCode, 404, `${event.routeKey} ${JSON.stringify(event.pathParameters)}`);
      assert.match(body ?? '', /"code":"ROUTE_UNKNOWN"/);
    }
  });

  it('redirects from a mapping without a slash to the same path with a slash, so that relative addresses fit', () => {
    const at = (path: string) => serve(aRequest('GET /', { path }));

    assert.deepEqual([at('/').statusCode, at('/portal/').statusCode], [200, 200]);
    assert.deepEqual([at('/portal').statusCode, at('/portal').headers?.['location']], [308, './portal/']);
    assert.equal(at('//evil.example').headers?.['location'], './evil.example/');
  });

  it('has no page if the service has no portal', () => {
    const empty = createPortalPage({ files: {} }, 'prod');
    for (const route of ['GET /', 'GET /portal.json']) assert.equal(empty(aRequest(route)).statusCode, 404);
  });
});
