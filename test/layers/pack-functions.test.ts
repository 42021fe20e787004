import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { packFunctions } from '../../layers/pack-functions.ts';
import type { OslsFunction } from '../../layers/pack-functions.ts';
import { readZip } from '../support/zip-entries.ts';

const ROOT = join(import.meta.dirname, '../..');
let service = '';

/** The sources of the functions, in a folder where archives may be written. */
before(() => {
  service = mkdtempSync(join(tmpdir(), 'gatewright-pack-'));
  for (const name of ['package.json', 'serverless.yml', 'functions', 'shared', 'access'])
    cpSync(join(ROOT, name), join(service, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(service, 'node_modules'));
});
after(() => rmSync(service, { recursive: true, force: true }));

describe('packFunctions', () => {
  it('gives osls one archive for each function, and keeps other settings and the source maps', async () => {
    const functions: Record<string, OslsFunction> = {
      connect: { handler: 'functions/ws-connect.handler', package: { individually: true } },
    };
    const stale = join(service, '.gatewright/source-maps/connect/gone.mjs.map');
    mkdirSync(dirname(stale), { recursive: true });
    writeFileSync(stale, '');
    await packFunctions(service, functions);

    assert.equal(existsSync(stale), false, 'a map of an earlier build');
    const artifact = join('.serverless', 'connect.zip');
    assert.deepEqual(functions['connect']?.package, { individually: true, artifact });
    const files = readZip(readFileSync(join(service, artifact)));
    assert.ok(files.has('functions/ws-connect.mjs'));
    assert.deepEqual(
      [...files.keys()].filter((name) => name.endsWith('.map')),
      [],
    );
    // A comment that names a map which is not there would have --enable-source-maps look for it.
    for (const content of files.values()) assert.doesNotMatch(content.toString(), /sourceMappingURL/);
    const map = readFileSync(join(service, '.gatewright/source-maps/connect/ws-connect.mjs.map'), 'utf8');
    assert.match(map, /ws-connect\.ts/);
  });

  // A service around the stack that is packaged with all its files excludes these folders (check-packages.ts), and
  // check reports them in formats that can exclude nothing.
  it('writes only to folders that packages of a service around the stack leave out', async () => {
    const before = readdirSync(service);
    await packFunctions(service, { connect: { handler: 'functions/ws-connect.handler' } });

    assert.deepEqual(
      readdirSync(service).filter((name) => !before.includes(name) && name !== '.serverless'),
      before.includes('.gatewright') ? [] : ['.gatewright'],
    );
    assert.equal(existsSync(join(service, '.build')), false);
  });

  it('refuses a handler whose file does not exist', async () => {
    const functions = { nobody: { handler: 'functions/nobody.handler' }, nothing: {} };
    await assert.rejects(packFunctions(service, functions), {
      message: 'the handler functions/nobody.handler of the function nobody is not in the folder functions/',
    });
    await assert.rejects(packFunctions(service, { nothing: {} }), {
      message:
        'the function nothing has no handler: set its handler in serverless.yml, as in functions/portal.handler',
    });
  });
});
