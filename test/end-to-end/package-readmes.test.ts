/** The example in the README of each published package runs unchanged, and prints the output that the README shows. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { STANDALONE_PACKAGES, WORKSPACES } from '../../packages/gatewright/package/manifest.ts';
import { readSource, REPOSITORY } from '../architecture/source-files.ts';
import { takeBlocks } from '../support/code-blocks.ts';

const run = promisify(execFile);
const taken = takeBlocks('test/end-to-end/package-readmes.test.ts');

for (const name of STANDALONE_PACKAGES)
  describe(`the README of @gatewright/${name}`, () => {
    const page = `${WORKSPACES[name] ?? ''}/README.md`;
    const { text } = readSource(page);
    const code = taken.of(page).find(({ language }) => language === 'js');
    const install = taken.of(page).find(({ text: lines }) => lines.startsWith('npm install '));
    const output = taken.of(page).find(({ language }, index) => language === '' && index > 1);
    const example = code?.text ?? '';

    it('imports the package by its name, in an example that prints the output that is shown', async () => {
      assert.match(example, new RegExp(`from '@gatewright/${name}`));
      const node = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', example];
      const { stdout, stderr } = await run(process.execPath, node, { cwd: REPOSITORY, timeout: 60_000 });

      assert.deepEqual([stdout, stderr], [output?.text ?? '', '']);
      // test/delivery/handler-entries.test.ts installs the tarball itself. This test installs everything that the
      // example imports.
      const named = (install?.text ?? '').split(/\s+/).filter((word) => /[@/]/.test(word));
      const imported = [...example.matchAll(/from '(@[^/']+\/[^/']+)/g)].map(([, other = '']) => other);
      if (install !== undefined) assert.deepEqual(named.toSorted(), [...new Set(imported)].toSorted());
      taken.executed(...[code, install, output].filter((block) => block !== undefined));
    });

    it('has no link into a checkout', () => {
      assert.doesNotMatch(text, /\]\((?!https:)/);
    });
  });

describe('the READMEs of the packages', () => {
  it('have no other code block', taken.assertAll);
});
