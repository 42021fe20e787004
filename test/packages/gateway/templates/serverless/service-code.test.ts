import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { membersOf } from '@gatewright/aws/json-object';
import { findServiceCode } from '../../../../../packages/gateway/templates/serverless/service-code.ts';
import type { PackagedService } from '../../../../../packages/gateway/templates/serverless/packaged-service.ts';
import {
  parseValues,
  storedValues,
} from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../stack-builders.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-code-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

function aFolder(files: Readonly<Record<string, string>>): string {
  count += 1;
  const folder = join(root, `service${count}`);
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What osls's driver returns for a service with the functions `a` and `b`, the first with this artifact. */
function packagedService(artifact: string | undefined, builders: readonly string[] = []): PackagedService {
  return {
    template: {},
    stackName: 's',
    stage: 'dev',
    region: 'eu-west-1',
    builders,
    functions: new Map([
      ['A', { name: 'a', artifact }],
      ['B', { name: 'b', artifact: undefined }],
    ]),
    layers: new Map(),
    esbuild: undefined,
    taken: undefined,
    webpack: undefined,
    restStage: { logs: undefined, tracing: undefined, metrics: undefined, logGroup: '' },
    configuration: {},
  };
}

const NOWHERE = (): undefined => undefined;

const state = (functions: object, artifact = ''): string =>
  JSON.stringify({ service: { functions }, package: { artifact } });

describe('code of a service', () => {
  it('is the artifact that a function names, and the source of the others', () => {
    const folder = aFolder({ 'dist/a.zip': 'zip' });

    const found = findServiceCode(packagedService('dist/a.zip'), folder, NOWHERE);

    assert.deepEqual(
      [...found.functions],
      [
        ['A', join(folder, 'dist/a.zip')],
        ['B', folder],
      ],
    );
    assert.deepEqual(found.archives, [join(folder, 'dist/a.zip')]);
    assert.deepEqual(found.informed, ['a runs from its artifact dist/a.zip']);
    assert.deepEqual(found.findings, []);
  });

  for (const [artifact, why] of [
    ['dist/a.zip', 'does not exist'],
    ['dist', 'is not a zip archive'],
    ['https://bucket.s3.amazonaws.com/a.zip', 'is not on this machine'],
  ])
    it(`is the source if the artifact ${artifact} ${why}, and that is reported`, () => {
      const folder = aFolder({ 'dist/index.js': '' });

      const { functions, findings } = findServiceCode(packagedService(artifact), folder, NOWHERE);

      assert.equal(functions.get('A'), folder);
      const [{ message, consequence } = { consequence: '' }] = findings;
      assert.match(
        `${message}, ${consequence}`,
        new RegExp(`${artifact}\\b.*${why}.*the function runs from its source`),
      );
    });

  it('has what a build plug-in packaged in addition to the source, each function its own archive or the common one', () => {
    const folder = aFolder({
      '.serverless/a.zip': 'zip',
      '.serverless/s.zip': 'zip',
      '.serverless/serverless-state.json': state(
        { a: { package: { artifact: 'C:\\elsewhere\\.serverless\\a.zip' } }, b: { handler: 'b.b' } },
        's.zip',
      ),
    });

    const { functions, packed, isBundled, archives } = findServiceCode(
      packagedService(undefined, ['serverless-webpack']),
      folder,
      NOWHERE,
    );

    assert.deepEqual([...functions.values()], [folder, folder]);
    assert.deepEqual(
      [...(packed ?? [])],
      [
        ['A', join(folder, '.serverless/a.zip')],
        ['B', join(folder, '.serverless/s.zip')],
      ],
    );
    assert.equal(isBundled, true);
    assert.deepEqual(archives, [join(folder, '.serverless/serverless-state.json')]);
  });

  const without: readonly [
    why: string,
    files: Readonly<Record<string, string>>,
    builders: readonly string[],
  ][] = [
    [
      'no plug-in builds it',
      { '.serverless/s.zip': 'zip', '.serverless/serverless-state.json': state({ a: {}, b: {} }, 's.zip') },
      [],
    ],
    ['nothing was packaged', {}, ['serverless-webpack']],
    ['the packaging never ended', { '.serverless/serverless-state.json': '{' }, ['serverless-webpack']],
    ['the archive is gone', { '.serverless/serverless-state.json': state({ a: {} }, 's.zip') }, ['x']],
    [
      'the function came later',
      { '.serverless/s.zip': 'zip', '.serverless/serverless-state.json': state({ c: {} }, 's.zip') },
      ['serverless-webpack'],
    ],
  ];
  for (const [why, files, builders] of without)
    it(`is only the source if ${why}`, () => {
      const { packed } = findServiceCode(packagedService(undefined, builders), aFolder(files), NOWHERE);

      assert.deepEqual([...(packed ?? [])], []);
    });

  it('is found by osls with the plug-ins that build and the artifacts that functions name, and with values that are written down', async () => {
    const folder = aFolder({
      'serverless.yml': [
        'service: shop',
        'provider: { name: aws, runtime: nodejs24.x }',
        'plugins: [serverless-webpack, ./hooks.js]',
        'functions:',
        '  a: { handler: a.handler, package: { artifact: dist/a.zip } }',
        '  b:',
        '    handler: src/b.handler',
        '    environment:',
        '      HOST: ${ssm:/shop/host}',
        '      BOTH: ${ssm:/shop/both}',
        '      ONLY: ${ssm:/shop/only}',
        '      ZONE: ${ssm(raw):/shop/zones}',
        '      USER: ${self:custom.db.user}',
        '      RATE: ${s3:assets/rate.txt}',
        'custom:',
        '  webpack: { webpackConfig: webpack.js }',
        '  db: ${ssm:/aws/reference/secretsmanager/shop}',
        '  gatewright:',
        '    variables: { "ssm:/shop/both": of the service, "ssm:/shop/only": of the service }',
      ].join('\n'),
      'hooks.js': 'module.exports = class {};',
      'dist/a.zip': 'zip',
      '.serverless/shop.zip': 'zip',
      '.serverless/serverless-state.json': state({ a: {}, b: {} }, 'shop.zip'),
    });
    const informed: string[] = [];

    const values = parseValues(
      `ssm: { /shop/host: { type: SecureString, value: db.local }, /shop/both: written, /shop/zones: [a, b] }
secretsmanager: { shop: { user: root } }
s3: { assets: { rate.txt: '7' } }`,
      '/app/gatewright.values.yml',
      () => Buffer.alloc(0),
    );
    const [stack] = await loadStacks([folder], {
      ...OPTIONS,
      stored: storedValues(values, '/app/gatewright.values.yml'),
      onProgress: (message) => void informed.push(message),
    });

    const codes = new Map(stack?.functions.map(({ logicalId, code }) => [logicalId, code]));
    const [artifact, source] = [codes.get('ALambdaFunction'), codes.get('BLambdaFunction')];
    assert.equal(artifact?.kind === 'archive' && artifact.packed.file, join(folder, 'dist/a.zip'));
    assert.equal(source?.kind === 'directory' && source.packed?.file, join(folder, '.serverless/shop.zip'));
    assert.ok(source?.kind === 'directory' && source.isBundled === true);
    assert.equal(source.webpack?.plugin, 'serverless-webpack');
    assert.equal(source.webpack.folder, folder);
    const { custom, functions } = source.webpack.service;
    assert.deepEqual(membersOf(custom)['webpack'], { webpackConfig: 'webpack.js' });
    const runtime = 'nodejs24.x';
    assert.deepEqual(functions, {
      a: { handler: 'a.handler', runtime },
      b: { handler: 'src/b.handler', runtime },
    });
    assert.deepEqual(stack?.functions.find(({ logicalId }) => logicalId === 'BLambdaFunction')?.environment, {
      HOST: 'db.local',
      BOTH: 'written',
      ONLY: 'of the service',
      ZONE: 'a,b',
      USER: 'root',
      RATE: '7',
    });
    assert.ok(informed.some((line) => line.endsWith('a runs from its artifact dist/a.zip')));
    assert.ok(
      informed.some((line) =>
        /serverless-webpack is used only to bundle the functions with its own webpack/.test(line),
      ),
    );
    assert.ok(stack.includes.includes(join(folder, 'dist/a.zip')));
  });
});
