import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { transformSync } from 'esbuild';
import { bundleHandler, inspectStacks } from '../../../../../../packages/gateway/engine/index.ts';
import type { InspectedApi } from '../../../../../../packages/gateway/engine/index.ts';
import { loadOptions } from '../../../../../../packages/toolkit/stack/access/commands/access-apis.ts';
import { checkDocumentedHandlers } from '../../../../../../packages/toolkit/stack/access/commands/claim-check.ts';
import {
  checkMcpWrapper,
  findRolesWithoutTools,
} from '../../../../../../packages/toolkit/stack/access/commands/wrapper-check.ts';
import { anHttpApiTemplate } from '../../../../../support/a-small-template.ts';
import { aDocument, anAccess } from '../../../../../support/an-access-document.ts';

const RULE = { id: 'all', effect: 'allow', tools: ['*'] };
const WRAPPED = `
import { withMcp } from '@gatewright/handlers/mcp';
export const handler = withMcp(async () => ({ statusCode: 200 }), { document: 'orders' });`;
const TEXT = `the rules under mcp for POST /mcp have no effect, so every caller that reaches the server may use everything that the server offers. The code of the function Answer does not contain withMcp() or mcp() of gatewright/mcp: wrap its handler (node_modules/gatewright/docs/guides/protect/mcp.md)`;

describe('checkMcpWrapper', () => {
  let root = '';
  let prebundled = '';
  before(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-wrapper-')));
    mkdirSync(join(root, 'node_modules'));
    for (const name of ['@gatewright', '@middy'])
      symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
    const [api] = await inspect({ 'index.mjs': WRAPPED });
    const [route] = api?.routes ?? [];
    const code = route?.handler && (await bundleHandler(route.handler));
    prebundled = transformSync(code ?? '', { minify: true }).code;
  });
  after(() => rmSync(root, { recursive: true }));

  async function inspect(
    files: Readonly<Record<string, string>>,
    properties: object = {},
  ): Promise<readonly InspectedApi[]> {
    const folder = mkdtempSync(join(root, 'service-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const template = anHttpApiTemplate('', {
      Mcp: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'POST /mcp',
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
        },
      },
    }) as { readonly Resources: { readonly Answer: { readonly Properties: Record<string, unknown> } } };
    Object.assign(template.Resources.Answer.Properties, { Code: '.', ...properties });
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    return inspectStacks([file], { ...loadOptions('dev', folder), onProgress: () => undefined });
  }

  async function check(
    files: Readonly<Record<string, string>>,
    { properties = {}, mcp = {} }: { readonly properties?: object; readonly mcp?: object } = {},
  ): Promise<readonly string[]> {
    const apis = await inspect(files, properties);
    const [api] = apis;
    const document = aDocument(
      {
        api: { dev: { apiId: api?.id ?? '', stage: '$default' } },
        result: { cacheTtlSeconds: 0 },
        mcp: { path: '/mcp', rules: [RULE], ...mcp },
      },
      ['POST /mcp'],
    );
    const { warnings } = await checkDocumentedHandlers(anAccess(document), apis, 'dev', []);
    return warnings.map((warning) => warning.replace(/^access\/\w+\.yml: /, ''));
  }

  const seen: readonly { readonly name: string; readonly files: () => Readonly<Record<string, string>> }[] = [
    { name: 'a handler that is wrapped', files: () => ({ 'index.mjs': WRAPPED }) },
    {
      name: 'the middleware of middy, under another name',
      files: () => ({
        'index.mjs': `import * as tools from '@gatewright/handlers/mcp';
import middy from '@middy/core';
const { mcp: guard } = tools;
export const handler = middy(async () => ({})).use(guard({ document: 'orders' }));`,
      }),
    },
    {
      name: 'a wrapper that another file and another package apply',
      files: () => ({
        'index.mjs': `export { handler } from 'our-servers';`,
        'node_modules/our-servers/package.json': '{"name":"our-servers","main":"main.mjs"}',
        'node_modules/our-servers/main.mjs': `export { handler } from './x.mjs';`,
        'node_modules/our-servers/x.mjs': WRAPPED,
      }),
    },
    { name: 'a TypeScript handler', files: () => ({ 'index.ts': WRAPPED }) },
    { name: 'code that was bundled and minified before', files: () => ({ 'index.mjs': prebundled }) },
    {
      name: 'a package that only a layer has',
      files: () => ({
        'index.cjs': `const { withMcp } = require('gatewright/mcp'); exports.handler = withMcp(() => 1, {});`,
      }),
    },
  ];
  for (const { name, files } of seen)
    it(`reports nothing for ${name}`, async () => {
      assert.deepEqual(await check(files()), []);
    });

  const unseen: readonly {
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly properties?: object;
  }[] = [
    { name: 'a handler without it', files: { 'index.mjs': 'export const handler = async () => ({});' } },
    {
      name: 'a function of its name',
      files: {
        'index.mjs': 'const withMcp = (given) => given; export const handler = withMcp(async () => ({}));',
      },
    },
    {
      name: 'an import of another function of the package',
      files: {
        'index.mjs': `import { protectedResourceMetadata } from '@gatewright/handlers/mcp';
export const handler = async () => protectedResourceMetadata({ resource: 'https://a/mcp', issuers: ['https://b'] });`,
      },
    },
    {
      name: 'a comment that names it',
      files: { 'index.mjs': `// withMcp of gatewright/mcp\nexport const handler = async () => ({});` },
    },
    {
      name: 'code in the template',
      files: {},
      properties: { Code: { ZipFile: 'exports.handler = async () => 1;' } },
    },
    {
      name: 'a function of another language',
      files: { 'index.py': 'def handler(event, context):\n  return {}\n' },
      properties: { Runtime: 'python3.13' },
    },
    { name: 'code that does not build', files: { 'index.mjs': 'export const handler = (' } },
  ];
  for (const { name, files, properties } of unseen)
    it(`says in one line what to do about ${name}`, async () => {
      assert.deepEqual(await check(files, properties && { properties }), [TEXT]);
    });

  it('says that the rules are enforced only by headers if the authorizer refuses by headers', async () => {
    const [warning] = await check(
      { 'index.mjs': 'export const handler = async () => ({});' },
      { mcp: { refuseByHeaders: true } },
    );
    assert.match(
      warning ?? '',
      /for POST \/mcp are enforced only by headers, and a client can write anything into headers\. The code of the function Answer does not contain withMcp\(\) or mcp\(\) of gatewright\/mcp: wrap/,
    );
  });

  it('reports nothing if the document has no rules under mcp', async () => {
    const [api] = await inspect({ 'index.mjs': 'export const handler = async () => ({});' });
    assert.deepEqual(await checkMcpWrapper({}, api ?? { routes: [] }), []);
  });
});

describe('findRolesWithoutTools', () => {
  const roles = { reader: {}, support: { inherits: ['reader'] }, billing: {} };
  const reach = (any: readonly string[]): object => ({
    rules: [{ id: 'agents', effect: 'allow', methods: ['*'], paths: ['/mcp'], when: { roles: { any } } }],
  });
  const tools = (when?: object): object => ({
    mcp: { path: '/mcp', rules: [{ ...RULE, ...(when === undefined ? {} : { when }) }] },
  });
  const found: readonly (readonly [string, object, readonly string[]])[] = [
    [
      'every role that a rule names has tools',
      { ...reach(['reader']), ...tools({ roles: { any: ['reader'] } }) },
      [],
    ],
    ['a rule under mcp names no role', { ...reach(['billing']), ...tools() }, []],
    [
      'the rule under mcp names the role together with a scope',
      {
        ...reach(['support']),
        ...tools({ all: [{ roles: { any: ['support'] } }, { scopes: { all: ['a:b'] } }] }),
      },
      [],
    ],
    [
      'a role that includes another has the tools of the other',
      { ...reach(['support']), ...tools({ roles: { any: ['reader'] } }) },
      [],
    ],
    [
      'one of two roles is in no rule under mcp',
      { ...reach(['billing', 'reader']), ...tools({ roles: { any: ['reader'] } }) },
      ['billing'],
    ],
    [
      'the only rule under mcp denies',
      { ...reach(['billing']), mcp: { path: '/mcp', rules: [{ ...RULE, effect: 'deny' }] } },
      ['billing'],
    ],
  ];
  for (const [when, over, expected] of found)
    it(`${expected.length === 0 ? 'reports nothing if' : `names ${expected.join()} if`} ${when}`, () => {
      const warnings = findRolesWithoutTools(aDocument({ roles, ...over }, ['POST /mcp']));

      assert.deepEqual(
        warnings,
        expected.map(
          (role) =>
            `callers with the role ${role} reach POST /mcp by the rule agents, but no rule under mcp allows them anything, so each of their calls is refused: name the role in a rule under mcp, or remove the role from the rule agents`,
        ),
      );
    });
});
