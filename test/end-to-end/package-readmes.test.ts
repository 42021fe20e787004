/** What the README of each published package shows runs as it stands, and prints what it says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ALONE, WORKSPACES } from '../../packages/gatewright/package/manifest.ts';
import { readSource, REPOSITORY } from '../architecture/source-files.ts';

const run = promisify(execFile);

for (const name of ALONE)
  describe(`the README of @gatewright/${name}`, () => {
    const { text } = readSource(`${WORKSPACES[name] ?? ''}/README.md`);
    const [example = ''] = /(?<=^```js\n)[\s\S]*?(?=^```)/m.exec(text) ?? [];
    const [printed = ''] = /(?<=^It prints\n\n```\n)[\s\S]*?(?=^```)/m.exec(text) ?? [];

    it('imports the package by its name, in an example that prints what it says', async () => {
      assert.match(example, new RegExp(`from '@gatewright/${name}`));
      const node = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', example];
      const { stdout, stderr } = await run(process.execPath, node, { cwd: REPOSITORY, timeout: 60_000 });

      assert.deepEqual([stdout, stderr], [printed, '']);
    });

    it('has no link into a checkout', () => {
      assert.doesNotMatch(text, /\]\((?!https:)/);
    });
  });
