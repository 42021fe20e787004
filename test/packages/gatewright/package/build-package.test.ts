/** The packages that are built from a checkout of a few small files. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HOSTED, LAYER_PACKAGES, specifierOf } from '../../../../layers/contents.ts';
import {
  buildPackage,
  buildSuite,
  detachPackage,
} from '../../../../packages/gatewright/package/build-package.ts';
import { CARRIED } from '../../../../packages/gatewright/package/bundle-sdk.ts';
import { HANDLER_ENTRIES } from '../../../../packages/gatewright/package/manifest.ts';
import { REPOSITORY } from '../../../architecture/source-files.ts';

type Files = Readonly<Record<string, string>>;

const { devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  readonly devDependencies: Files;
};
const WORKSPACES: Readonly<Record<string, string>> = {
  'packages/toolkit/authoring': 'authoring',
  'packages/base/aws': 'aws',
  'packages/gateway/dynamodb': 'dynamodb',
  'packages/gateway/velocity': 'velocity',
  shared: 'handlers',
};
const manifestOf = (name: string, dependencies: Files = {}, more: object = {}): string =>
  JSON.stringify({
    name,
    version: '1.2.3',
    license: 'MIT',
    exports: { './*': './*.ts' },
    dependencies,
    ...more,
  });

/** Packages of others in `node_modules`: each is a line, and says under which licence it is. */
function modules(): Files {
  const exported = new Map(Object.entries(HOSTED.modules));
  const ofLayer = LAYER_PACKAGES.flatMap(({ name, subpaths }) =>
    subpaths.map((path) => specifierOf(name, path)),
  );
  const specifiers = new Set([...Object.keys(devDependencies), ...ofLayer, ...exported.keys()]);
  const files = [...specifiers].flatMap((specifier) => {
    const [name = ''] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
    const isWhole = name === specifier;
    const names = exported.get(specifier) ?? ['one'];
    return [
      [`${name}/package.json`, JSON.stringify({ name, version: '9.9.9', license: `ISC of ${name}` })],
      [
        `${isWhole ? `${name}/index` : specifier}.js`,
        names.map((one) => `export const ${one} = '${one}';`).join('\n'),
      ],
      [`${name}/LICENSE`, `Licence of ${name}`],
    ] as const;
  });
  return Object.fromEntries(files.map(([path, text]) => [`node_modules/${path}`, text]));
}

const SERVERLESS = `params: { default: { a: 1 } }
custom: { accessFolders: [x], apis: {} }
provider: { name: aws }
functions: { list: { role: !GetAtt Role.Arn, key: !Ref Key, name: !Sub 'x-\${Key}' } }
layers: { packages: { path: .build/layer, name: x } }
package: { individually: true }
resources: [ '\${file(tables.yml)}' ]
`;

const CHECKOUT: Files = {
  ...modules(),
  ...Object.fromEntries(
    Object.entries(WORKSPACES).map(([folder, name]) => [
      `${folder}/package.json`,
      manifestOf(`@gatewright/${name}`, name === 'aws' ? {} : { '@gatewright/aws': '1.2.3' }),
    ]),
  ),
  'package.json': manifestOf('gatewright', { ws: '8', '@gatewright/handlers': '1.2.3' }),
  LICENSE: 'MIT of ours',
  'serverless.yml': SERVERLESS,
  'tables.yml': 'Resources: { Table: !If [IsProd, !Select [0, !Split [a, b]], !Ref "AWS::NoValue"] }\n',
  'access/access.schema.json': '{"access":1}',
  'access/webhooks.schema.json': '{"webhooks":1}',
  'access/portal.schema.json': '{"portal":1}',
  'docs/gatewright.schema.json': '{}',
  'docs/README.md': 'guides',
  'python/README.md': 'python',
  'packages/gatewright/package/README.md': '[guides](../../../docs/README.md)',
  'packages/gatewright/package/launcher.cjs': '#!/usr/bin/env node',
  'packages/toolkit/stack/quota/over-quota.json': '{}',
  'packages/gateway/console/page/main.tsx':
    "import { one } from 'preact';\nimport './page.css';\nconsole.log(<p>{one}</p>);",
  'packages/gateway/console/page/page.css': 'p { color: red }',
  'packages/gateway/console/page/index.html': '<p>',
  'packages/gateway/console/page/icon.svg': '<svg/>',
  'packages/toolkit/stack/portal/page/main.tsx': "import { one } from 'preact';\nconsole.log(<p>{one}</p>);",
  'packages/toolkit/stack/portal/page/index.html': '<p>portal',
  'node_modules/ajv/package.json': manifestOf('ajv', { 'fast-uri': '1.0.0' }),
  'node_modules/ajv-draft-04/package.json': manifestOf('ajv-draft-04'),
  'node_modules/fast-uri/package.json': manifestOf('fast-uri'),
  'node_modules/preact/jsx-runtime.js': 'export const jsx = () => 0;',
  'packages/gateway/lambda/runtime.py': 'import json',
  'packages/gateway/lambda/lent/boto3.txt': 'boto3==1',
  'packages/gateway/lambda/notes.md': 'not shipped',
  'packages/gateway/dynamodb/query.sql': 'select 1',
  'packages/gateway/dynamodb/README.md': 'tables',
  'packages/conformance/package.json': manifestOf(
    '@gatewright/conformance',
    { '@gatewright/aws': '1.2.3' },
    {
      bin: { conformance: './command/main.ts' },
    },
  ),
  'packages/conformance/README.md': 'the suite',
  'packages/conformance/cases/one.json': '{}',
};

/** The compiled files. */
const COMPILED: Files = {
  'functions/list.js': `import { one } from '#shared/one.ts';
import documents from "../access/compiled.json" with { type: 'json' };
import hooks from '../access/webhooks.compiled.json' with { type: 'json' };
import portal from '../access/portal.compiled.json' with { type: 'json' };
import page from '../access/portal-page.compiled.json' with { type: 'json' };
export const handler = () => [one, documents, hooks, portal, page];`,
  'layers/npm-plugin.js': 'export default 1;',
  'shared/one.js': `export { sign } from '@gatewright/aws/sign';`,
  'packages/base/aws/sign.js': 'import { createHash } from "node:crypto";\nexport const sign = createHash;',
  'packages/toolkit/authoring/read.js': 'export const read = () => import("@gatewright/aws/sign");',
  'packages/gateway/dynamodb/tables.js': 'export const tables = 1;',
  'packages/gateway/velocity/render.js': 'export const render = 1;',
  'packages/gatewright/command/start-main.js': '',
  'packages/gatewright/command/main.js': `import { WebSocket } from "ws";\nimport { other } from './other.js';\nconsole.log(WebSocket, other);`,
  'packages/gatewright/command/other.js': 'export const other = 1;',
  'packages/gatewright/package/build.js': `import 'esbuild';`,
  'packages/gateway/engine/index.js': 'export const one = 1;',
  'packages/gateway/lambda/runtime.js': 'export const runtime = 1;',
  'packages/gateway/console/page/main.js': `import 'preact';`,
  'packages/gateway/console/story.js': 'export const story = 1;',
};

/** Ours, out of which single ones are taken. */
const PUBLISHED: Files = {
  'node_modules/@gatewright/aws/package.json': manifestOf('@gatewright/aws'),
  'node_modules/@gatewright/aws/sign.js': '',
  'node_modules/@gatewright/velocity/package.json': manifestOf('@gatewright/velocity'),
  'node_modules/@gatewright/handlers/package.json': manifestOf('@gatewright/handlers', {
    '@gatewright/aws': '1.2.3',
  }),
  'node_modules/@gatewright/handlers/one.js': '',
};
const COMPILED_SUITE: Files = { 'packages/conformance/command/main.js': `import '@gatewright/aws/sign';` };

function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe('the packages', () => {
  let folder: string;
  let root: string;
  let built: string;
  let published: string;
  /** @param more what the compiler makes beside that */
  const compiler =
    (more: Files = {}) =>
    (project: string, target: string): Promise<void> => {
      const compiled = project.includes('conformance') ? COMPILED_SUITE : COMPILED;
      write(target, { ...compiled, ...more });
      return Promise.resolve();
    };
  const there = (...path: readonly string[]): string => readFileSync(join(built, ...path), 'utf8');
  const has = (path: string): boolean => existsSync(join(built, path));

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-build-'));
    root = join(folder, 'checkout');
    built = join(folder, 'gatewright');
    published = join(folder, 'published');
    write(root, CHECKOUT);
    write(published, PUBLISHED);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The rules for one build; they share it, because bundling takes longest. */
  const rules = new Map<string, () => void>();
  rules.set('begin anew, and leave nothing of the build itself', () => {
    assert.deepEqual(readdirSync(built).toSorted(), [
      'LICENSE',
      'README.md',
      'bin',
      'docs',
      'entries',
      'functions',
      'gatewright.schema.json',
      'layers',
      'node_modules',
      'package.json',
      'packages',
      'python',
      'stack',
    ]);
    assert.ok(!has('packages/gone.js'));
  });

  rules.set('have a command that a shell can run, joined into one file', () => {
    assert.equal(statSync(join(built, 'bin/gatewright.cjs')).mode & 0o111, 0o111);
    assert.match(there('packages/gatewright/command/bundled/main.js'), /from ['"]ws['"]/);
    assert.doesNotMatch(there('packages/gatewright/command/bundled/main.js'), /from ['"]\.\/other/);
  });

  rules.set(
    'have each room once, with its files for other programs, and neither builders nor sources of the page',
    () => {
      assert.deepEqual(readdirSync(join(built, 'packages')).toSorted(), ['gateway', 'gatewright', 'toolkit']);
      assert.deepEqual(readdirSync(join(built, 'packages/gateway')).toSorted(), [
        'console',
        'engine',
        'lambda',
      ]);
      assert.equal(there('packages/gateway/lambda/runtime.py'), 'import json');
      assert.equal(there('packages/gateway/lambda/lent/boto3.txt'), 'boto3==1');
      assert.ok(has('packages/gateway/lambda/runtime.js') && !has('packages/gateway/lambda/notes.md'));
      assert.ok(!has('packages/gatewright/package'));
      assert.deepEqual(readdirSync(join(built, 'packages/gateway/console/page')).toSorted(), [
        'app.css',
        'app.js',
        'icon.svg',
        'index.html',
        'licenses.txt',
      ]);
    },
  );

  rules.set('have the page of the portal built, with the licences of what is in it', () => {
    const page = 'packages/toolkit/stack/portal/page';
    const files = readdirSync(join(built, page)).toSorted();

    assert.deepEqual(files, ['app.js', 'index.html', 'licenses.txt']);
    assert.equal(there(page, 'index.html'), '<p>portal');
    assert.equal(
      there(page, 'licenses.txt'),
      'preact\n\nLicence of preact\n\n----\n\nuplot\n\nLicence of uplot\n',
    );
  });

  rules.set('hand on the licence of each package that the page may have in it', () => {
    const licences = there('packages/gateway/console/page/licenses.txt');

    for (const name of Object.keys(devDependencies).filter((one) =>
      /^(@codemirror|@lezer|preact$|uplot$)/.test(one),
    ))
      assert.ok(licences.includes(`${name}\n\nLicence of ${name}\n`), name);
    assert.doesNotMatch(licences, /^\n|----\n\n\n/);
  });

  rules.set(
    'carry the SDK that Lambda has, each package as a file, with the licences of what is in it',
    () => {
      for (const name of CARRIED) assert.ok(Object.hasOwn(devDependencies, name), name);
      const files = readdirSync(join(built, 'packages/gateway/lambda/aws-sdk'), {
        recursive: true,
        encoding: 'utf8',
      });
      assert.deepEqual(
        files.filter((name) => /^@\w[\w-]*\/.*\.js$/.test(name)).toSorted(),
        CARRIED.map((name) => `${name}.js`).toSorted(),
      );
      const licences = there('packages/gateway/lambda/aws-sdk/LICENSES.txt');
      for (const name of CARRIED) assert.ok(licences.includes(`${name}:\n\nLicence of ${name}`), name);
    },
  );

  rules.set('have the stack as data, with the layer under a name that npm packs', () => {
    const stack = JSON.parse(there('stack/stack.json')) as Readonly<Record<string, unknown>>;

    assert.deepEqual(stack, {
      params: { a: 1 },
      custom: { apis: {} },
      provider: { name: 'aws' },
      package: { individually: true },
      layers: { packages: { path: '.gatewright/stack/layer', name: 'x' } },
      functions: {
        list: {
          role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          key: { Ref: 'Key' },
          name: { 'Fn::Sub': 'x-${Key}' },
        },
      },
      resources: [
        {
          Resources: {
            Table: {
              'Fn::If': [
                'IsProd',
                { 'Fn::Select': [0, { 'Fn::Split': ['a', 'b'] }] },
                { Ref: 'AWS::NoValue' },
              ],
            },
          },
        },
      ],
    });
    assert.equal(there('stack/over-quota.json'), '{}');
    assert.equal(there('stack/access.schema.json'), '{"access":1}');
    assert.equal(there('stack/webhooks.schema.json'), '{"webhooks":1}');
    assert.equal(there('stack/portal.schema.json'), '{"portal":1}');
    for (const { name } of LAYER_PACKAGES) assert.ok(has(`stack/layer/${name}/index.mjs`), name);
  });

  rules.set('let functions import the documents of the service that packs them', () => {
    assert.match(there('functions/list.js'), /from "gatewright-documents\/compiled\.json"/);
    for (const name of ['webhooks', 'portal', 'portal-page'])
      assert.ok(
        there('functions/list.js').includes(`from 'gatewright-documents/${name}.compiled.json'`),
        name,
      );
  });

  rules.set('have an entry of the gateway, and one for each of the handlers', () => {
    assert.deepEqual(
      readdirSync(join(built, 'entries')).toSorted(),
      ['gateway', ...HANDLER_ENTRIES].flatMap((name) => [`${name}.d.ts`, `${name}.js`]).toSorted(),
    );
    assert.equal(there('entries/gateway.js'), "export * from '../packages/gateway/engine/index.js';\n");
    for (const name of HANDLER_ENTRIES)
      for (const ending of ['js', 'd.ts'])
        assert.equal(
          there('entries', `${name}.${ending}`),
          `export * from '@gatewright/handlers/${name}';\n`,
        );
  });

  rules.set('have ours below node_modules as they are published alone', () => {
    const scope = 'node_modules/@gatewright';

    assert.deepEqual(readdirSync(join(built, scope)).toSorted(), Object.values(WORKSPACES).toSorted());
    assert.deepEqual(readdirSync(join(built, scope, 'dynamodb')).toSorted(), [
      'LICENSE',
      'README.md',
      'package.json',
      'query.sql',
      'tables.js',
    ]);
    assert.ok(!has(`${scope}/velocity/README.md`));
  });

  // Without peer resolution, npm and Yarn 1 put ajv-draft-04 next to the project's own ajv, which may be too old.
  rules.set('carry the packages that find each other only side by side, and what those need', () => {
    for (const name of ['ajv', 'ajv-draft-04', 'fast-uri'])
      assert.ok(has(`node_modules/${name}/package.json`), name);
    const { bundleDependencies } = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as {
      readonly bundleDependencies: readonly string[];
    };
    assert.deepEqual(
      bundleDependencies.filter((name) => !name.startsWith('@')),
      ['ajv', 'ajv-draft-04'],
    );
  });

  it('are built again by these rules', async () => {
    write(built, { 'packages/gone.js': 'of an earlier build' });
    await buildPackage(root, built, compiler());

    for (const [rule, check] of rules) assert.doesNotThrow(check, rule);
  });

  it('can be taken out, with those that they need', async () => {
    const target = join(folder, 'handlers');
    write(target, { 'gone.js': 'of an earlier build' });
    const manifest = await detachPackage(root, published, 'handlers', target);

    assert.equal(manifest.name, '@gatewright/handlers');
    assert.deepEqual(
      readdirSync(target, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.js'))
        .toSorted(),
      ['node_modules/@gatewright/aws/sign.js', 'one.js'],
    );
    await detachPackage(root, published, 'aws', join(folder, 'not there yet'));
  });

  it('are suites with their cases, too', async () => {
    const target = join(folder, 'conformance');
    const manifest = await buildSuite(root, 'conformance', published, target, compiler());

    assert.deepEqual(manifest['bin'], { conformance: './command/main.js' });
    assert.deepEqual(
      readdirSync(target, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.\w+$/.test(name))
        .toSorted(),
      [
        'README.md',
        'cases/one.json',
        'command/main.js',
        'node_modules/@gatewright/aws/package.json',
        'node_modules/@gatewright/aws/sign.js',
        'package.json',
      ],
    );
    assert.ok(!existsSync(`${target}.compiled`));
  });

  for (const { what, text, says } of [
    { what: 'a file that is not there', text: `import './gone.js';`, says: 'more.js imports ./gone.js' },
    { what: 'a package of nobody', text: `export * from "left-pad";`, says: 'more.js imports left-pad' },
    {
      what: 'a package by a path in it',
      text: `import x from 'ws/lib/y';`,
      says: 'more.js imports ws/lib/y',
    },
    { what: 'one that is loaded later', text: `await import('@a/b/c');`, says: 'more.js imports @a/b/c' },
    { what: 'shared sources', text: `import '#shared/one.ts';`, says: 'more.js imports #shared/one.ts' },
    {
      what: 'documents',
      text: `import 'gatewright-documents/compiled.json';`,
      says: 'more.js imports gatewright-documents/compiled.json',
    },
  ])
    it(`refuse an import of ${what}`, async () => {
      const target = join(folder, `refused ${what}`);

      await assert.rejects(buildPackage(root, target, compiler({ 'packages/base/aws/more.js': text })), {
        message: `@gatewright/aws: ${says}, which is neither in the package nor a dependency`,
      });
    });
});
