import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readChosenParts } from '../../../../../packages/toolkit/authoring/files/parts-files.ts';

const NEEDS = { authorizers: [], quotas: ['authorizers'], cache: [] };

/** A service with its stack in gatewright/, and these settings in each. */
function aService(ofStack: string | undefined, ofService?: string): { stack: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-parts-'));
  const stack = join(folder, 'gatewright');
  mkdirSync(stack);
  if (ofStack !== undefined) writeFileSync(join(stack, 'gatewright.yml'), ofStack);
  if (ofService !== undefined) writeFileSync(join(folder, 'gatewright.yml'), ofService);
  return { stack, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

describe('readChosenParts', () => {
  it('is all parts if no file names them', () => {
    using without = aService(undefined);
    using other = aService('port: 5000\n');
    assert.equal(readChosenParts(without.stack, NEEDS), undefined);
    assert.equal(readChosenParts(other.stack, NEEDS), undefined);
  });

  it('reads the file of the stack, and the file of the service around it', () => {
    using own = aService('parts: [quotas, authorizers]\n');
    using around = aService(undefined, 'port: 5000\nparts: [cache]\n');
    using both = aService('parts: [cache]\n', 'parts: [cache]\n');
    assert.deepEqual(readChosenParts(own.stack, NEEDS), ['authorizers', 'quotas']);
    assert.deepEqual(readChosenParts(around.stack, NEEDS), ['cache']);
    assert.deepEqual(readChosenParts(both.stack, NEEDS), ['cache']);
  });

  it('uses the parts that a package names if no file names parts, or if they are the same', () => {
    using without = aService(undefined);
    using same = aService('parts: [cache]\n');
    assert.deepEqual(readChosenParts(without.stack, NEEDS, 'quotas, authorizers'), ['authorizers', 'quotas']);
    assert.deepEqual(readChosenParts(same.stack, NEEDS, 'cache'), ['cache']);
    assert.throws(() => readChosenParts(same.stack, NEEDS, 'authorizers'), {
      message:
        /gatewright\.yml:1: the parts are cache, but at --parts they are authorizers: remove one of the two lists/,
    });
    assert.throws(() => readChosenParts(without.stack, NEEDS, ' '), { message: /name at least one part/ });
  });

  for (const [what, text, message] of [
    [
      'an unknown name',
      'port: 5000\nparts:\n  - authorizers\n  - webhook\n',
      /gatewright\.yml:4: unknown part "webhook"; expected one of authorizers, quotas, cache/,
    ],
    [
      'a missing need',
      'parts:\n  - quotas\n',
      /gatewright\.yml:2: the part quotas needs authorizers: add authorizers to parts/,
    ],
    ['no list', 'parts: all\n', /gatewright\.yml:1: parts must be a list of names/],
    ['an empty list', 'parts: []\n', /gatewright\.yml:1: parts must be a list of names/],
    ['a map in the list', 'parts:\n  - { cache: true }\n', /parts must be a list of names/],
    ['a value that is missing', 'parts:\n', /parts must be a list of names/],
    [
      'a text in place of settings',
      '# parts\nparts:[cache]\n',
      /gatewright\.yml:2: write settings as name: value/,
    ],
    ['a list in place of settings', '- parts: [cache]\n', /gatewright\.yml:1: write settings as name: value/],
    [
      'another spelling',
      'port: 1\nPart: [cache]\n',
      /gatewright\.yml:2: unknown setting "Part"; write parts/,
    ],
    ['a file that is not YAML', 'parts: [\n', /gatewright\.yml:\d+: /],
  ] as const)
    it(`refuses ${what}, with its line`, () => {
      using service = aService(text);
      assert.throws(() => readChosenParts(service.stack, NEEDS), { code: 'USAGE', message });
    });

  it('refuses two files that name different parts', () => {
    using service = aService('parts: [cache]\n', 'parts: [authorizers]\n');
    assert.throws(
      () => readChosenParts(service.stack, NEEDS),
      /parts are cache, but at .*gatewright\.yml:1 they are authorizers/,
    );
  });
});
