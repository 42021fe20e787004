import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';

type JsonCycle = {
  decycle(object: unknown): unknown;
  stringify(object: unknown, replacer?: null, space?: number): string;
};

const require = createRequire(import.meta.url);
const FILE = fileURLToPath(
  new URL('../../../../../packages/gateway/templates/serverless/serverless-shortcuts.cjs', import.meta.url),
);
const { quicken } = require(FILE) as { readonly quicken: (jsonCycle: JsonCycle) => void };
const original = createRequire(require.resolve('serverless/package.json'))('json-cycle') as JsonCycle;

describe('quicken', () => {
  const quick = { ...original };
  quicken(quick);

  it('writes what json-cycle writes, with references to what came before', () => {
    const { letrec } = fc;
    const { node } = letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, undefined, true, 0, -0, 1.5, 'text', '', new Date(0)),
        fc.constantFrom({ toJSON: () => ({ said: 1 }) }, { toJSON: 'no function' }),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b c', '"', '0', '$ref'), tie('node')),
      ),
    }));

    fc.assert(
      fc.property(fc.array(node), fc.nat(), fc.nat(), (nodes, from, to) => {
        const objects = nodes.filter((one) => typeof one === 'object' && one !== null);
        const [target, holder] = [objects[to % objects.length], objects[from % objects.length]];
        // Shared, and maybe a circle.
        if (holder !== undefined && !('toJSON' in holder)) Object.assign(holder, { again: target });
        const whole = { nodes, last: target };

        assert.deepEqual(quick.decycle(whole), original.decycle(whole));
        assert.equal(quick.stringify(whole, null, 2), original.stringify(whole, null, 2));
      }),
    );
  });

  it('takes an object as it is whose toJSON fails', () => {
    const failing = {
      toJSON: () => {
        throw new Error('not now');
      },
    };

    assert.deepEqual(quick.decycle([failing]), original.decycle([failing]));
  });

  it('looks at each of 100,000 objects once', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => ({ index }));

    assert.equal((quick.decycle(many) as readonly unknown[]).length, many.length);
  });
});

/** Loads a generated check of that name in a process of its own. */
function check(folder: string, name = '[generated-ajv-validate]1.js', code = GENERATED): string {
  const program = `
    const { keepCompiledChecks } = require(${JSON.stringify(FILE)});
    keepCompiledChecks(${JSON.stringify(folder)});
    const Module = require('node:module');
    const made = new Module(${JSON.stringify(join(import.meta.dirname, name))});
    made.paths = ${JSON.stringify([join(import.meta.dirname, '../../../../../node_modules')])};
    made._compile(${JSON.stringify(code)}, ${JSON.stringify(join(import.meta.dirname, name))});
    process.stdout.write(made.exports('a'));`;
  return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' });
}

const GENERATED = `const { kebabCase = (text) => text } = { join: require('node:path').join, parser: require('js-yaml') };
module.exports = (text) => 'checked ' + kebabCase(text) + ' in ' + __filename.split('/').pop();`;

describe('keepCompiledChecks', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-checks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const onlyFile = (): string => {
    const [name = '', ...others] = readdirSync(folder);
    assert.deepEqual(others, []);
    return join(folder, name);
  };

  it('runs a check as Node would, and keeps its compiled code for the next run', () => {
    assert.equal(check(folder), 'checked a in [generated-ajv-validate]1.js');
    const { mtimeMs, ino } = statSync(onlyFile());

    assert.equal(check(folder), 'checked a in [generated-ajv-validate]1.js');

    const again = statSync(onlyFile());
    assert.deepEqual([again.mtimeMs, again.ino], [mtimeMs, ino], 'taken as it was');
  });

  it('takes nothing that was kept for other code', () => {
    check(folder);

    assert.equal(check(folder, undefined, `module.exports = (text) => 'other ' + text;`), 'other a');
  });

  it('rewrites a damaged file', () => {
    check(folder);
    const whole = readFileSync(onlyFile());
    for (const damaged of [whole.subarray(0, 40), Buffer.alloc(0), Buffer.from(whole).fill(7, 20, 60)]) {
      writeFileSync(onlyFile(), damaged);

      assert.equal(check(folder), 'checked a in [generated-ajv-validate]1.js');
      assert.equal(readFileSync(onlyFile()).length, whole.length);
    }
  });

  it('keeps four', () => {
    for (const version of [1, 2, 3, 4, 5, 6])
      check(folder, undefined, `module.exports = () => '${version}';`);

    assert.equal(readdirSync(folder).length, 4);
  });

  it('runs where nothing can be kept', () => {
    const file = join(folder, 'no-folder');
    writeFileSync(file, '');

    assert.equal(check(file), 'checked a in [generated-ajv-validate]1.js');
  });

  it('does not change other modules', () => {
    assert.equal(check(folder, 'other.js'), 'checked a in other.js');

    assert.deepEqual(readdirSync(folder), []);
  });
});
