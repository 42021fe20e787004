/**
 * docs/design/authorizers §7.20 (size): what an authorizer loads before its first answer. Its time:
 * test/prove/limits.ts.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { buildLayer } from '../../layers/build-layer.ts';
import { bundleFunctions } from '../../layers/bundle-functions.ts';
import type { FunctionBundle } from '../../layers/bundle-functions.ts';
import { apiIdOf } from '../support/deployed-documents.ts';
import { aKeySet, aLoopbackServer, aRsaKey, signToken, someClaims } from '../support/signed-tokens.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The limit for code. The compiled access documents are added: those of this checkout are its examples. */
const LIMIT_BYTES = 60 * 1024;
const documentsBytes = JSON.stringify(
  JSON.parse(readFileSync(join(ROOT, 'access/compiled.json'), 'utf8')),
).length;
/** Everything that a start may import; each of these costs every start of every instance. */
const START_IMPORTS = [
  '@aws-lambda-powertools/metrics',
  'aws-jwt-verify/error',
  'aws-jwt-verify/jwt-verifier',
];
/** The packages in the layer, one file each. */
const LAYER_FILES = ['@aws-lambda-powertools/metrics/index.mjs', 'aws-jwt-verify/index.mjs'];
/** Packages and Node's parts by the addresses that they are loaded from. */
const HEAVY = /@aws-sdk|[/\\](zod|ajv|yaml|dynalite|undici)[/\\]|powertools[/\\]logger|deps\/undici/;

const key = aRsaKey();
const ARN = `arn:aws:execute-api:us-east-1:123456789012:${apiIdOf('food-delivery-rest')}/dev/GET/users`;
const CLAIMS = { iss: 'https://local.gatewright.invalid/', aud: 'gatewright', roles: ['admin'] };
const credential = `Bearer ${signToken(key, someClaims(CLAIMS))}`;
const EVENTS = {
  'token-authorizer': { type: 'TOKEN', authorizationToken: credential, methodArn: ARN },
  'request-authorizer': {
    type: 'REQUEST',
    methodArn: ARN,
    headers: { Authorization: credential },
    requestContext: { requestTimeEpoch: Date.now(), identity: { sourceIp: '203.0.113.1' } },
  },
};

/** Addresses of modules, and names of Node's own parts. */
type TestRequest = {
  readonly atInit: readonly string[];
  readonly withFirst: readonly string[];
  readonly answer: string;
};

/** Imports a function and asks it once; prints what was loaded when, and how it answered. */
const PROBE = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
const everything = () => [...loaded, ...process.moduleLoadList];
const [, , name, event] = process.argv;
const { handler } = await import('./functions/' + name + '.mjs');
const atInit = everything();
const context = { functionName: 'f', awsRequestId: '1', getRemainingTimeInMillis: () => 5000 };
const answer = await handler(JSON.parse(event), context).then(JSON.stringify, (error) => error.message);
process.stderr.write('\\n' + JSON.stringify({ atInit, withFirst: everything(), answer }) + '\\n');`;

describe('the bundles of the authorizers', () => {
  let bundles: readonly FunctionBundle[] = [];
  let task = '';
  before(async () => {
    bundles = await bundleFunctions(ROOT, { pattern: 'functions/*-authorizer.ts' });
    task = await mkdtemp(join(tmpdir(), 'gatewright-budget-'));
    await buildLayer(ROOT, join(task, 'layer'));
    // Lambda's runtime searches /opt/nodejs/node_modules for ES modules; a folder above the function stands for it.
    await rename(join(task, 'layer/nodejs/node_modules'), join(task, 'node_modules'));
    for (const { files } of bundles)
      for (const [path, code] of files) {
        await mkdir(dirname(join(task, path)), { recursive: true });
        await writeFile(join(task, path), code);
      }
    await writeFile(join(task, 'probe.mjs'), PROBE);
  });
  after(() => rm(task, { recursive: true }));

  async function ask(name: string, event: object): Promise<TestRequest> {
    await using issuer = await aLoopbackServer((_request, response) => response.end(aKeySet(key)));
    const args = ['probe.mjs', name, JSON.stringify(event)];
    const { stderr } = await promisify(execFile)(process.execPath, args, {
      cwd: task,
      env: {
        GATEWRIGHT_STAGE: 'dev',
        GATEWRIGHT_ISSUER_URL: issuer.url,
        GATEWRIGHT_ACCESS_TABLE: 'access',
        GATEWRIGHT_USAGE_TABLE: 'usage',
        POWERTOOLS_METRICS_NAMESPACE: 'test',
      },
    });
    return JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}') as TestRequest;
  }

  it('are read in under 60 KB, without the documents, before the handler can be called', () => {
    assert.equal(bundles.length, 2);
    for (const { name, startBytes } of bundles)
      assert.ok(startBytes - documentsBytes <= LIMIT_BYTES, `${name}: ${startBytes - documentsBytes} bytes`);
  });

  it('are read from one file', () => {
    for (const { name, startFiles } of bundles) assert.deepEqual(startFiles, [`functions/${name}.mjs`]);
  });

  it('import nothing at their start but what every answer needs', () => {
    for (const { name, startImports } of bundles) assert.deepEqual(startImports, START_IMPORTS, name);
  });

  it('do not contain the code that reads documents', () => {
    for (const { name, files } of bundles)
      for (const [path, code] of files)
        assert.doesNotMatch(
          Buffer.from(code).toString(),
          /from"yaml"|from"ajv"|is missing: write/,
          `${name} ${path}`,
        );
  });

  for (const [name, event] of Object.entries(EVENTS)) {
    it(`load neither SDK nor logger nor fetch for a token that ${name} accepts`, async () => {
      const { atInit, withFirst, answer } = await ask(name, event);

      assert.match(answer, /"Effect":"Allow"/);
      assert.ok(
        atInit.some((url) => url.endsWith('/aws-jwt-verify/index.mjs')),
        'the hook sees what is loaded',
      );
      assert.deepEqual(
        withFirst.filter((url) => HEAVY.test(url)),
        [],
      );
      const files = (urls: readonly string[]) => urls.filter((url) => url.startsWith('file:'));
      assert.deepEqual(
        files(atInit)
          .flatMap((url) => url.split('/node_modules/')[1] ?? [])
          .sort(),
        LAYER_FILES,
        'each file costs 0.4 ms',
      );
      assert.deepEqual(files(withFirst), files(atInit), 'all code is read at init, where Lambda has time');
    });
  }

  it('load the logger only when there is something to log', async () => {
    const { withFirst } = await ask('token-authorizer', { type: 'NONE' });

    assert.ok(withFirst.some((url) => /powertools[/\\]logger/.test(url)));
  });
});
