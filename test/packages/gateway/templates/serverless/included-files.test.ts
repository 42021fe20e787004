import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { listIncludedFiles } from '../../../../../packages/gateway/templates/serverless/included-files.ts';

describe('listIncludedFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-includes-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'parts'));

  it('follows includes of includes, once each, from the folder of the service', () => {
    const tables = write(
      'parts/tables.yml',
      'a: ${file(serverless.yml):service}\nb: ${file(parts/deep.yml)}',
    );
    const deep = write('parts/deep.yml', 'x: 1');
    const main = write(
      'serverless.yml',
      'resources:\n  - ${file(parts/tables.yml)}\n  - ${file( ./parts/tables.yml ):x, 3}',
    );

    assert.deepEqual(listIncludedFiles(main, folder), [tables, deep]);
  });

  it('reads no more than 200 files, and none of more than 1 MB', () => {
    for (let index = 0; index < 202; index += 1) write(`parts/${index}.yml`, '');
    write('parts/x.yml', '');
    const many = Array.from({ length: 202 }, (_, index) => `a${index}: \${file(parts/${index}.yml)}`);
    const large = write('large.yml', `a: \${file(parts/x.yml)}\n`.padEnd(1_000_001, '#'));
    const full = write('full.yml', `a: \${file(parts/x.yml)}\n`.padEnd(1_000_000, '#'));

    assert.equal(listIncludedFiles(write('many.yml', many.join('\n')), folder).length, 200);
    assert.deepEqual(
      [listIncludedFiles(large, folder), listIncludedFiles(full, folder)],
      [[], [join(folder, 'parts/x.yml')]],
    );
  });

  it('omits what is missing and what a variable names', () => {
    const main = write('other.yml', 'a: ${file(nowhere.yml)}\nb: ${file(./${sls:stage}.yml)}');

    assert.deepEqual(listIncludedFiles(main, folder), []);
  });
});
