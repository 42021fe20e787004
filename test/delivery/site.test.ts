/** `npm run docs`: the whole documentation as static pages, which need nothing from elsewhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { installTool } from '../../lab/tools/install-tool.ts';
import { isOfNetwork } from '../support/of-network.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const SITE = join(CHECKOUT, '.build/site');
const failure = installTool('site');
/** For any other reason the build below fails, too. */
const missing = isOfNetwork(failure) ? failure : undefined;

describe('the site of the documentation', { skip: missing ?? false }, () => {
  const { status, stdout, stderr } =
    missing === undefined
      ? spawnSync(process.execPath, [join(CHECKOUT, 'lab/tools/site/build.ts')], {
          cwd: CHECKOUT,
          encoding: 'utf8',
        })
      : { status: 0, stdout: '', stderr: '' };

  it('is built without a warning', () => {
    assert.deepEqual(
      [status, stderr.includes('warning') || stdout.includes('[warning]')],
      [0, false],
      stdout + stderr,
    );
  });

  it('has a page for each entry that users import, and for each guide', () => {
    const modules = readFileSync(join(SITE, 'modules.html'), 'utf8');
    for (const name of [
      'gatewright/quota',
      'gatewright/access',
      'gatewright/testing',
      '@gatewright/velocity',
    ])
      assert.ok(modules.includes(name), name);
    assert.ok(globSync('documents/*.html', { cwd: SITE }).length > 100);
    assert.ok(existsSync(join(SITE, 'index.html')));
  });

  it('loads nothing from elsewhere, and reveals nothing about the machine that built it', () => {
    for (const file of globSync('**/*.{html,js,css}', { cwd: SITE })) {
      const text = readFileSync(join(SITE, file), 'utf8');
      assert.doesNotMatch(text, /<(?:script|link|img|iframe)[^>]+(?:src|href)="https?:/, file);
      assert.ok(!text.includes(CHECKOUT), file);
    }
  });
});
