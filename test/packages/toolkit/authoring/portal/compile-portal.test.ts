import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { compilePortal } from '../../../../../packages/toolkit/authoring/portal/compile-portal.ts';
import type { PortalSurroundings } from '../../../../../packages/toolkit/authoring/portal/compile-portal.ts';
import { portalSchema } from '../../../../../packages/toolkit/authoring/portal/portal-document.ts';
import { compileWebhooks } from '../../../../../packages/toolkit/authoring/webhooks/webhooks-document.ts';
import { REPOSITORY } from '../../../../architecture/source-files.ts';

const FIXTURES = join(REPOSITORY, 'test/fixtures/portal');
const TEXT = readFileSync(join(FIXTURES, 'portal.yml'), 'utf8');
const PAGE = new Map([
  [
    'index.html',
    '<title>Portal</title><link href="brand.css"><link href="icon.svg"><link href="app.css"><script src="app.js">',
  ],
  ['app.js', 'start()'],
  ['app.css', 'p {}'],
]);
const files: Record<string, Buffer> = Object.fromEntries(
  ['logo.png', 'orders.openapi.yml', 'stock.openapi.json'].map((name) => [
    name,
    readFileSync(join(FIXTURES, name)),
  ]),
);

const WEBHOOKS = compileWebhooks(readFileSync(join(FIXTURES, 'webhooks.yml'), 'utf8'), 'access/webhooks.yml');

const surroundings = (more: Readonly<Record<string, string | Buffer>> = {}): PortalSurroundings => ({
  page: PAGE,
  sources: WEBHOOKS.kind === 'compiled' ? WEBHOOKS.webhooks.sources : undefined,
  open(name, limit) {
    const found = more[name] ?? files[name];
    if (found === undefined) return undefined;
    const bytes = Buffer.from(found);
    return bytes.length > limit ? 'too large' : { file: `access/${name}`, bytes };
  },
});

const compile = (text: string, more?: Readonly<Record<string, string | Buffer>>) =>
  compilePortal(text, 'access/portal.yml', surroundings(more));

const problemsOf = (text: string, more?: Readonly<Record<string, string | Buffer>>): readonly string[] => {
  const build = compile(text, more);
  return build.kind === 'invalid'
    ? build.problems.map(({ file, line, message }) => `${file}:${line} ${message}`)
    : [];
};

describe('compilePortal', () => {
  it('compiles what the functions of the portal read', () => {
    const build = compile(TEXT);

    assert.ok(build.kind === 'compiled');
    const { offers, signIn, mail } = build.portal;
    assert.deepEqual(
      offers.plans.map(({ plan, changesTo, from }) => [plan, changesTo, from]),
      [
        ['free', ['pro'], 'now'],
        ['pro', ['free'], 'next-month'],
      ],
    );
    assert.deepEqual(offers.keys, {
      prefix: 'hv_live',
      roles: ['customer'],
      scopes: ['orders:read'],
      most: 3,
      lifetimeSeconds: 365 * 86_400,
    });
    assert.deepEqual(signIn['dev']?.scopes, ['openid', 'email', 'profile']);
    assert.deepEqual(signIn['prod']?.clientSecret, { kind: 'parameter', name: '/harvest/prod/portal' });
    assert.deepEqual(mail, { from: 'portal@harvest.example' });
    const scheme = 'standard';
    assert.deepEqual(offers.webhooks, [
      {
        source: 'orders',
        title: 'Orders',
        most: 5,
        stages: {
          dev: { scheme, masterSecret: { kind: 'env', name: 'LOCAL_WEBHOOK_MASTER_SECRET' } },
          prod: {
            scheme,
            masterSecret: { kind: 'parameter', name: '/harvest/prod/webhooks' },
            url: 'https://hooks.harvest.example',
          },
        },
      },
    ]);
    assert.deepEqual(build.page.about?.webhooks, ['dev', 'prod']);
  });

  it('offers nothing of webhooks if the document does not name them', () => {
    const build = compile(TEXT.replace(/^webhooks:\n.*\n/m, ''));

    assert.ok(build.kind === 'compiled');
    assert.deepEqual(
      [build.portal.offers, build.page.about].filter((each) => each && 'webhooks' in each),
      [],
    );
  });

  it('is not compiled, and has no problem of its own, if the sources are not known', () => {
    const build = compilePortal(TEXT, 'access/portal.yml', { ...surroundings(), sources: undefined });

    assert.deepEqual(build, { kind: 'invalid', problems: [] });
  });

  it('compiles the page with the name of the owner, and names that change with the content', () => {
    const build = compile(TEXT.replace('name: Harvest', 'name: "<b>H & \'H\'"'));

    assert.ok(build.kind === 'compiled');
    const html = build.page.files['']?.body ?? '';
    assert.match(html, /<title>&#60;b&#62;H &#38; &#39;H&#39;<\/title>/);
    const names = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name = '']) => name);
    assert.equal(names.length, 4);
    for (const name of names) {
      assert.match(name, /^assets\/\w+-[0-9a-f]{16}\.\w+$/);
      assert.equal(build.page.files[name]?.isHashed, true);
    }
    const style = names.find((name) => name.includes('brand')) ?? '';
    assert.equal(build.page.files[style]?.body, ':root{--brand:#0b5fa5;--brand-ink:#ffffff}\n');
    const logo = build.page.files[build.page.about?.logo ?? ''];
    assert.deepEqual([logo?.type, logo?.isBase64], ['image/png', true]);
    assert.equal(logo?.body, files['logo.png']?.toString('base64'));
  });

  it('omits from a reference what an export says about integrations and servers', () => {
    const build = compile(TEXT);

    assert.ok(build.kind === 'compiled');
    const { body = '' } = build.page.files['apis/orders.json'] ?? {};
    assert.doesNotMatch(body, /x-amazon|arn:aws|internal\.harvest/);
    assert.match(body, /"x-request-id"/);
    assert.deepEqual(
      build.page.about?.apis.map(({ id, reference }) => [id, reference]),
      [
        ['orders', 'apis/orders.json'],
        ['stock', 'apis/stock.json'],
      ],
    );
  });

  const MISTAKES: readonly (readonly [from: string | RegExp, to: string, problem: RegExp])[] = [
    [
      "'#0b5fa5'",
      "'#777777'",
      /^access\/portal\.yml:4 colour: .*white text on #777777 is 4\.47:1.*near-black text 4\.\d\d:1/,
    ],
    [
      'source: orders',
      'source: returns',
      /webhooks\[0\]\.source: webhooks\.yml has no source "returns": add the source/,
    ],
    [
      'source: orders',
      'source: github',
      /customers have no secrets for the source "github": write secrets: cust/,
    ],
    [
      'webhooks:',
      'webhooks:\n  - { source: orders, title: Again }',
      /webhooks\[1\]\.source: the source "orders" is offered twice/,
    ],
    [
      "url: { prod: 'https://hooks",
      "url: { prod: 'http://hooks",
      /webhooks\[0\]\.url\.prod: must be an https URL/,
    ],
    ["'#0b5fa5'", 'blue', /colour: must be a colour of six hexadecimal digits/],
    ['logo: logo.png', 'logo: none.png', /logo: none\.png cannot be read: correct the path/],
    ['logo: logo.png', 'logo: orders.openapi.yml', /logo: .* is not a PNG, JPEG, WebP or GIF/],
    ['logo: logo.png', 'logo: /etc/passwd', /logo: must be the path of an image/],
    ['changesTo: [pro]', 'changesTo: [gold]', /plans\[0\]\.changesTo\[0\]: "gold" is not offered/],
    ['changesTo: [pro]', 'changesTo: [free]', /"free" is the plan itself/],
    ['plan: pro', 'plan: free', /the plan "free" is offered twice/],
    ['from: now', 'from: soon', /from: must be one of now, next-month/],
    ['prefix: hv_live', 'prefix: HV', /keys\.prefix: must be letters and digits/],
    ['most: 3', 'most: 0', /keys\.most: must be a whole number from 1 to 100/],
    ['lifetimeDays: 365', 'lifetime: 365', /unknown key "lifetime"/],
    [
      "'https://stock.harvest.example'",
      "'http://stock.harvest.example'",
      /apis\[1\]\.url: must be an https URL/,
    ],
    ["'https://stock.harvest.example'", "'http://127.0.0.1:4000'", /apis\[1\]\.url: must be an https URL/],
    ["'https://stock.harvest.example'", "'https://user:pass@stock.example'", /apis\[1\]\.url/],
    ["'https://stock.harvest.example'", "'https://stock.harvest.example/?a=1'", /apis\[1\]\.url/],
    ["'https://stock.harvest.example'", '"https://stock.example; script-src *"', /apis\[1\]\.url/],
    ["'http://127.0.0.1:4000/v1'", "'http://10.0.0.1/'", /apis\[0\]\.url\.dev: must be an https URL/],
    ['id: stock', 'id: orders', /the id "orders" is used twice/],
    ['openapi: stock.openapi.json', 'openapi: logo.png', /access\/logo\.png:1/],
    [
      'openapi: stock.openapi.json',
      'openapi: ./stock.yml',
      /\.\/stock\.yml would be read as an access document: rename it to \.\/stock\.openapi\.yml,/,
    ],
    ['openapi: stock.openapi.json', 'openapi: gone.json', /gone\.json cannot be read/],
    [
      'issuer: https://login.harvest.example',
      'issuer: http://login.example',
      /signIn\.prod\.issuer: must be the https URL/,
    ],
    ['scopes: [openid, email]', 'scopes: [email]', /signIn\.prod\.scopes: must contain openid/],
    ['clientSecret: { parameter: /harvest/prod/portal }', 'clientSecret: {}', /must name one place/],
    [
      'from: portal@harvest.example',
      'from: "a@b.example\\r\\nbcc: c@d.example"',
      /mail\.from: must be an email address/,
    ],
    ['name: Harvest', 'name: "a\\u0007b"', /name: must not contain control characters/],
    ['name: Harvest', `name: ${'x'.repeat(61)}`, /name: must be a name, at most 60 characters/],
    ['name: Harvest', 'name: Harvest\nstyle: none', /unknown key "style"/],
  ];
  for (const [from, to, problem] of MISTAKES)
    it(`says where and what for ${to.slice(0, 60)}`, () => {
      const problems = problemsOf(TEXT.replace(from, to));

      assert.ok(
        problems.some((text) => problem.test(text)),
        problems.join('\n') || 'no problems',
      );
    });

  const FILES: readonly (readonly [name: string, content: string | Buffer, problem: RegExp])[] = [
    ['logo.png', '<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG is refused/],
    [
      'logo.png',
      Buffer.concat([files['logo.png'] ?? Buffer.of(), Buffer.alloc(100_000)]),
      /larger than 100 KB/,
    ],
    ['stock.openapi.json', ' '.repeat(500_001), /larger than 500 KB/],
    [
      'stock.openapi.json',
      '{"swagger":"2.0","paths":{}}',
      /^access\/stock\.openapi\.json:1 openapi: must be OpenAPI 3\.0 or 3\.1/,
    ],
    ['stock.openapi.json', '{"openapi":"3.0.0"}', /paths: must be a map/],
    [
      'stock.openapi.json',
      '{"openapi":"3.0.0",\n"paths":{"/a":{"$ref":"other.yml"}}}',
      /json:2 .*refers to another file/,
    ],
    [
      'stock.openapi.json',
      `{"openapi":"3.0.0","paths":{"/a":${'['.repeat(70)}1${']'.repeat(70)}}}`,
      /nested more than 64 levels deep/,
    ],
    [
      'stock.openapi.json',
      `{"openapi":"3.0.0","paths":{"/a":[${'1,'.repeat(110_000)}1]}}`,
      /more than 100000 values/,
    ],
    ['stock.openapi.json', 'a: &a [x]\nb: &b [*a,*a]\nopenapi: 3.0.0\nc: &c [*c]', /json/],
  ];
  for (const [name, content, problem] of FILES)
    it(`says what is wrong with ${name} of ${content.length} bytes: ${problem.source.slice(0, 40)}`, () => {
      const problems = problemsOf(TEXT, { [name]: content });

      assert.ok(
        problems.some((text) => problem.test(text)),
        problems.join('\n') || 'no problems',
      );
    });

  it('refuses any text with problems and without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.ok(problemsOf(text).length > 0);
      }),
    );
  });
});

describe('access/portal.schema.json', () => {
  it('is the schema of the reader', () => {
    const text = readFileSync(join(REPOSITORY, 'access/portal.schema.json'), 'utf8');
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(portalSchema())));
  });

  it('takes what the reader takes', () => {
    const validate = new Ajv({ strict: false }).compile(portalSchema());
    const document = (more: object) => ({
      version: 1,
      name: 'Shop',
      colour: '#0b5fa5',
      plans: [{ plan: 'free', title: 'Free', changesTo: [], from: 'now' }],
      ...more,
    });
    const rows = [
      document({}),
      document({ welcome: 'one\n\ntwo' }),
      document({ welcome: ' ' }),
      document({ name: ' ' }),
      document({ colour: 'red' }),
      document({ plans: [] }),
      document({ keys: { prefix: 'a' } }),
      document({ apis: [{ id: 'a' }] }),
      document({ signIn: { dev: { issuer: 'local', clientId: 'a', label: 'b' } } }),
      document({ mail: { from: 'a' } }),
    ];
    for (const row of rows)
      assert.equal(validate(row), problemsOf(JSON.stringify(row)).length === 0, JSON.stringify(row));
  });
});
