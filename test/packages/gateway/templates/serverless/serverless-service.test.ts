import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { listIncludedFiles } from '../../../../../packages/gateway/templates/serverless/serverless-service.ts';

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

  it('omits what is missing and what a variable names', () => {
    const main = write('other.yml', 'a: ${file(nowhere.yml)}\nb: ${file(./${sls:stage}.yml)}');

    assert.deepEqual(listIncludedFiles(main, folder), []);
  });
});
