import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { dirname, delimiter, join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '../../../..');

describe('gatewright in the checkout', { skip: process.platform === 'win32' }, () => {
  it('runs as the program of package.json, which npx starts there', () => {
    const { bin, version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
      readonly bin: { readonly gatewright: string };
      readonly version: string;
    };
    const { PATH = '' } = process.env;

    const printed = execFileSync(join(CHECKOUT, bin.gatewright), ['--version'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${PATH}` },
    });

    assert.equal(printed.trim(), version);
  });
});
