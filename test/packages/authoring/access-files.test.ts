import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildAccess, printCompiledAccess } from '../../../packages/authoring/build-access.ts';
import {
  readAccessFiles,
  writeCompiledAccess,
  writeIfNew,
} from '../../../packages/authoring/access-files.ts';
import { printInventory } from '../../../packages/authoring/route-inventory.ts';
import { anInventory, documentText } from '../../support/an-access-document.ts';
import { checkPlan } from '../../../packages/authoring/check-plan.ts';

const FOLDER = join(import.meta.dirname, '../../../access');

describe('access/compiled.json', () => {
  it('is what the documents beside it come to; otherwise run gatewright access build', () => {
    const { compiled, problems, withoutInventory } = buildAccess(readAccessFiles(FOLDER), checkPlan);

    assert.deepEqual([...problems, ...withoutInventory], []);
    assert.equal(readFileSync(join(FOLDER, 'compiled.json'), 'utf8'), printCompiledAccess(compiled));
  });
});

describe('readAccessFiles', () => {
  it('reads documents only, and finds none where there is no folder', () => {
    const names = readAccessFiles(FOLDER).map(({ name }) => name);

    assert.ok(names.includes('food-delivery-rest'));
    assert.deepEqual(
      names,
      readdirSync(FOLDER)
        // webhooks.yml protects no API.
        .filter((file) => file.endsWith('.yml') && file !== 'webhooks.yml')
        .map((file) => file.slice(0, -4))
        .sort(),
    );
    assert.deepEqual(readAccessFiles('/nowhere'), []);
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
    rmSync(folder, { recursive: true });
  });
});

describe('writeIfNew', () => {
  it('writes what is new, and leaves alone what is not, since a gateway may be watching', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-access-'));
    const file = join(folder, 'x.json');
    writeFileSync(file, 'old');

    assert.deepEqual([writeIfNew(file, 'old'), writeIfNew(file, 'new')], [false, true]);
    assert.equal(readFileSync(file, 'utf8'), 'new');
    assert.deepEqual(readdirSync(folder), ['x.json']);
    rmSync(folder, { recursive: true });
  });
});
