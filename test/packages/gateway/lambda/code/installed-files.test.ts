import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isInstalled } from '../../../../../packages/gateway/lambda/code/installed-files.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-installed-'));
after(() => rmSync(root, { recursive: true }));

// Lambda developer guide, "Packaging your layer content": nodejs/node_modules and nodejs/node22/node_modules.
describe('isInstalled', () => {
  for (const [file, expected, leftBehind] of [
    ['src/index.js', false, undefined],
    ['src/node_modules/pack/index.js', true, undefined],
    ['venv/lib/python3.12/site-packages/pack/__init__.py', true, undefined],
    ['hand/nodejs/node_modules/own/index.js', false, undefined],
    ['hand/nodejs/node22/node_modules/own/index.js', false, undefined],
    ['hand/nodejs/node_modules/own/node_modules/pack/index.js', true, undefined],
    ['npm/nodejs/node_modules/pack/index.js', true, 'npm/nodejs/node_modules/.package-lock.json'],
    ['pnpm/nodejs/node_modules/pack/index.js', true, 'pnpm/nodejs/node_modules/.modules.yaml'],
    ['yarn/nodejs/node_modules/pack/index.js', true, 'yarn/nodejs/node_modules/.yarn-integrity'],
    ['berry/nodejs/node_modules/pack/index.js', true, 'berry/nodejs/node_modules/.yarn-state.yml'],
    ['node_modules/layer/nodejs/node_modules/pack/index.js', true, undefined],
  ] as const)
    it(`returns ${expected} for ${file}${leftBehind === undefined ? '' : ` with ${leftBehind}`}`, () => {
      if (leftBehind !== undefined) {
        mkdirSync(join(root, leftBehind, '..'), { recursive: true });
        writeFileSync(join(root, leftBehind), '');
      }

      assert.equal(isInstalled(join(root, file)), expected);
    });
});
