import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readChosenParts } from '../../../../../packages/toolkit/authoring/files/parts-files.ts';
import { addParts } from '../../../../../packages/gatewright/command/init/add-parts.ts';
import { INCLUDED_PARTS, PART_NEEDS } from '../../../../../packages/toolkit/stack/parts.ts';

function aStack(own?: string, around?: string): { stack: string; folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-add-'));
  const stack = join(folder, 'gatewright');
  mkdirSync(stack);
  if (own !== undefined) writeFileSync(join(stack, 'gatewright.yml'), own);
  if (around !== undefined) writeFileSync(join(folder, 'gatewright.yml'), around);
  return { stack, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const partsOf = (stack: string) => readChosenParts(stack, PART_NEEDS, undefined, INCLUDED_PARTS);

describe('addParts', () => {
  it('adds a part with the parts that it needs, and keeps comments, settings and parts', () => {
    using service = aStack('# mine\nparts: [cache] # small\nport: 5000\n');

    assert.deepEqual(addParts(service.stack, 'channels').added, ['authorizers', 'channels']);
    assert.deepEqual(partsOf(service.stack), ['authorizers', 'channels', 'cache']);
    const text = readFileSync(join(service.stack, 'gatewright.yml'), 'utf8');
    assert.match(text, /^# mine\nparts: \[authorizers, channels, cache\]/);
    assert.match(text, /port: 5000/);
  });

  it('adds quotas without optional parts, and optional parts if requested', () => {
    using service = aStack('parts: [authorizers]\n');

    addParts(service.stack, 'quotas');
    assert.deepEqual(partsOf(service.stack), ['authorizers', 'quotas']);
    addParts(service.stack, 'access-logs');
    assert.deepEqual(partsOf(service.stack), ['authorizers', 'quotas', 'access-logs']);
    assert.doesNotMatch(readFileSync(join(service.stack, 'gatewright.yml'), 'utf8'), /without/);
  });

  // A list that an earlier version wrote: quotas had the access logs, and must keep them.
  it('keeps what an earlier list selected', () => {
    using service = aStack('parts: [authorizers, quotas]\n');

    addParts(service.stack, 'cache');
    assert.deepEqual(partsOf(service.stack), ['authorizers', 'quotas', 'access-logs', 'cache']);
  });

  it('keeps all parts of a stack without a list, and writes none if nothing is added', () => {
    using service = aStack();

    assert.deepEqual(addParts(service.stack, 'quotas'), { added: [], files: [] });
    assert.equal(existsSync(join(service.stack, 'gatewright.yml')), false);
    addParts(service.stack, 'waf');
    const named = Object.keys(PART_NEEDS).filter((name) => name !== 'portal');
    assert.deepEqual(partsOf(service.stack), named);
  });

  it('changes the list if it is, next to the service', () => {
    using service = aStack(undefined, 'parts: [authorizers]\n');

    addParts(service.stack, 'cache');
    assert.deepEqual(partsOf(service.stack), ['authorizers', 'cache']);
    assert.equal(existsSync(join(service.stack, 'gatewright.yml')), false);
  });

  it('refuses an unknown name', () => {
    using service = aStack('parts: [cache]\n');

    assert.throws(() => addParts(service.stack, 'waves'), /--add: unknown part "waves"; expected one of/);
  });
});
