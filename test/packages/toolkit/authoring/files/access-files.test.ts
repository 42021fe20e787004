import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  buildAccess,
  printCompiledAccess,
} from '../../../../../packages/toolkit/authoring/compile/build-access.ts';
import {
  readAccessFiles,
  writeCompiledAccess,
  writeIfChanged,
} from '../../../../../packages/toolkit/authoring/files/access-files.ts';
import { printInventory } from '../../../../../packages/toolkit/authoring/inventory/route-inventory.ts';
import { anInventory, documentText } from '../../../../support/an-access-document.ts';
import { checkPlan } from '../../../../../packages/toolkit/authoring/check/check-plan.ts';

const FOLDER = join(import.meta.dirname, '../../../../../access');

describe('access/compiled.json', () => {
  it('is the compiled form of the documents next to it; otherwise run gatewright access build', () => {
    const { compiled, problems, withoutInventory } = buildAccess(readAccessFiles(FOLDER), checkPlan);

    assert.deepEqual([...problems, ...withoutInventory], []);
    assert.equal(readFileSync(join(FOLDER, 'compiled.json'), 'utf8'), printCompiledAccess(compiled));
  });
});

describe('readAccessFiles', () => {
  it('reads only documents, and finds none if there is no folder', () => {
    const own = readAccessFiles(FOLDER).filter(({ folder }) => folder === FOLDER);

    assert.deepEqual(
      own.map(({ name }) => name),
      readdirSync(FOLDER)
        // webhooks.yml protects no API.
        .filter((file) => file.endsWith('.yml') && file !== 'webhooks.yml')
        .map((file) => file.slice(0, -4))
        .sort(),
    );
    assert.deepEqual(readAccessFiles('/nowhere'), []);
  });

  it('reads the documents of services that the stack names, each with its folder', () => {
    const food = join(FOLDER, '../examples/food-delivery/gatewright/access');
    const files = readAccessFiles(FOLDER);

    assert.deepEqual(
      files.filter(({ folder }) => folder === food).map(({ name }) => name),
      ['food-delivery-http', 'food-delivery-rest', 'food-delivery-tracking'],
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      files.map(({ name }) => name).toSorted(),
    );
  });
});

describe('folders that a stack names', () => {
  let root: string;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gatewright-access-'));
    write('serverless.yml', 'custom: { accessFolders: [shop/access] }\nx: !Ref Y\n');
    write('access/orders.yml', JSON.stringify(documentText()));
    write('access/orders.routes.json', printInventory(anInventory(['GET /users'])));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are an error if they do not exist: their APIs would go unprotected', () => {
    assert.throws(() => readAccessFiles(join(root, 'access')), /names .*shop.access, which does not exist/);
  });

  it('keep the inventories of their documents', () => {
    write(
      'shop/access/shop.yml',
      JSON.stringify(documentText({ api: { dev: { apiId: 'shop', stage: 'dev' } } })),
    );
    const inventories = new Map([['shop', printInventory(anInventory(['GET /users']))]]);

    assert.deepEqual(writeCompiledAccess(join(root, 'access'), { inventories }).problems, []);
    assert.deepEqual(readdirSync(join(root, 'shop/access')), ['shop.routes.json', 'shop.yml']);
    assert.deepEqual(
      readAccessFiles(join(root, 'access')).map(({ name }) => name),
      ['orders', 'shop'],
    );
  });

  it('have no document of a name that another has', () => {
    const api = { dev: { apiId: 'shop', stage: 'dev' } };
    write('shop/access/orders.yml', JSON.stringify(documentText({ api })));
    write('shop/access/orders.routes.json', printInventory(anInventory(['GET /users'])));
    const { problems } = writeCompiledAccess(join(root, 'access'), { from: root });

    assert.deepEqual(
      problems.map(({ file, message }) => `${file}: ${message}`),
      ['shop/access/orders.yml: has the same name as access/orders.yml; each document needs its own name'],
    );
  });
});

describe('writeCompiledAccess', () => {
  it('takes routes that have just been read only as far as their documents compile with them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-access-'));
    const [file, compiled] = [join(folder, 'orders.routes.json'), join(folder, 'compiled.json')];
    const inventory = (...routes: readonly string[]) => printInventory(anInventory(routes));
    const [before, shorter] = [inventory('GET /users', 'GET /users/{id}'), inventory()];
    const longer = inventory('GET /users', 'GET /users/{id}', 'GET /menu');
    writeFileSync(join(folder, 'orders.yml'), JSON.stringify(documentText()));
    const write = (text: string) => writeCompiledAccess(folder, { inventories: new Map([['orders', text]]) });

    assert.deepEqual(write(before).problems, []);
    const kept = readFileSync(compiled, 'utf8');
    assert.equal(write(shorter).problems.length, 1);
    assert.deepEqual([readFileSync(file, 'utf8'), readFileSync(compiled, 'utf8')], [before, kept]);
    assert.deepEqual(write(longer).problems, []);
    assert.equal(readFileSync(file, 'utf8'), longer);

    // A problem that has nothing to do with the routes: the next command does not judge by old routes.
    writeFileSync(join(folder, 'orders.yml'), JSON.stringify({ ...documentText(), surprise: 1 }));
    assert.equal(write(before).problems.length, 1);
    assert.equal(readFileSync(file, 'utf8'), before);
    rmSync(folder, { recursive: true });
  });
});

describe('writeIfChanged', () => {
  it('writes only changed files, since a gateway may be watching', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-access-'));
    const file = join(folder, 'x.json');
    writeFileSync(file, 'old');

    assert.deepEqual([writeIfChanged(file, 'old'), writeIfChanged(file, 'new')], [false, true]);
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.deepEqual(readdirSync(folder), ['x.json']);
    rmSync(folder, { recursive: true });
  });
});
