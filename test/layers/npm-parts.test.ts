import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { npmParts } from '../../layers/npm-parts.ts';

let root: string;
let service: string;
let installed: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatewright-parts-'));
  service = join(root, 'service');
  installed = join(root, 'installed');
  mkdirSync(service);
  mkdirSync(join(installed, 'stack/layer/aws-jwt-verify'), { recursive: true });
  writeFileSync(join(installed, 'stack/layer/aws-jwt-verify/index.mjs'), 'export {};');
});
afterEach(() => rmSync(root, { recursive: true }));

const anAuthorizer = () => ({
  custom: { esbuild: {} as { alias?: Record<string, string> } },
  functions: { 'token-authorizer': { handler: 'functions/token-authorizer.handler' } },
});

describe('npmParts', () => {
  it('takes each function, and the layer, out of the package', () => {
    const given = anAuthorizer();
    npmParts(service, installed).prepare(given);
    const { handler } = given.functions['token-authorizer'];
    assert.equal(handler, '.gatewright/stack/functions/token-authorizer.handler');
    const stub = readFileSync(join(service, '.gatewright/stack/functions/token-authorizer.mjs'), 'utf8');
    assert.match(stub, /export \{ handler \} from 'gatewright\/functions\/token-authorizer';/);
    assert.ok(
      existsSync(join(service, '.gatewright/stack/layer/nodejs/node_modules/aws-jwt-verify/index.mjs')),
    );
  });

  it('gives the documents of the service to the functions, and none if the service has none', () => {
    mkdirSync(join(service, 'access'));
    writeFileSync(join(service, 'access/compiled.json'), '{}');
    const given = anAuthorizer();
    npmParts(service, installed).prepare(given);
    const { alias = {} } = given.custom.esbuild;
    assert.equal(alias['gatewright-documents/compiled.json'], join(service, 'access/compiled.json'));
    const empty = alias['gatewright-documents/webhooks.compiled.json'] ?? '';
    assert.deepEqual(JSON.parse(readFileSync(empty, 'utf8')), { sources: [] });
    const read = (name: string): unknown =>
      JSON.parse(readFileSync(alias[`gatewright-documents/${name}.compiled.json`] ?? '', 'utf8'));
    assert.deepEqual(read('portal'), { offers: { name: '', plans: [] }, signIn: {} });
    assert.deepEqual(read('portal-page'), { files: {} });
  });

  it('takes away what another version of the package has left in the layer', () => {
    npmParts(service, installed).prepare(anAuthorizer());
    rmSync(join(installed, 'stack/layer/aws-jwt-verify'), { recursive: true });
    mkdirSync(join(installed, 'stack/layer/other'));
    writeFileSync(join(installed, 'stack/layer/other/index.mjs'), '');
    npmParts(service, installed).prepare(anAuthorizer());
    const layer = join(service, '.gatewright/stack/layer/nodejs/node_modules');
    assert.ok(existsSync(join(layer, 'other/index.mjs')));
    assert.ok(!existsSync(join(layer, 'aws-jwt-verify')));
  });

  it('writes nothing through a link in the place of its folder', () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(service, '.gatewright'));
    assert.throws(() => npmParts(service, installed).prepare(anAuthorizer()), {
      message: /must be a folder/,
    });
    assert.ok(!existsSync(join(elsewhere, 'stack')));
  });
});
