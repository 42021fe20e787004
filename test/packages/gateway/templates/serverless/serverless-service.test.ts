import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { LoadBoard } from '../../../../../packages/gateway/templates/load-board.ts';
import {
  describeStages,
  listIncludedFiles,
  loadServerlessService,
} from '../../../../../packages/gateway/templates/serverless/serverless-service.ts';
import { OPTIONS } from '../stack-builders.ts';

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

// Source: Serverless Framework 4, "Parameters": `stages.<stage>.params`; osls 4 reads `params.<stage>`.
describe('describeStages', () => {
  const rows: readonly (readonly [name: string, service: unknown, says: RegExp | undefined])[] = [
    [
      'parameters of all stages',
      { stages: { default: { params: { t: 1 } } } },
      /^stages\.default\.params \(t\) is read/,
    ],
    [
      'parameters of this stage, too',
      { stages: { dev: { params: { t: 1 } }, default: { params: { u: 1 } } } },
      /^stages\.dev\.params \(t\) and stages\.default\.params \(u\) are read by Serverless 4 only; for osls,/,
    ],
    ['nothing of another stage', { stages: { prod: { params: { t: 1 } } } }, undefined],
    [
      'nothing that params has',
      { stages: { default: { params: { t: 1 } } }, params: { default: { t: 2 } } },
      undefined,
    ],
    ['nothing without stages', { params: { default: { t: 2 } } }, undefined],
    ['nothing of text', { stages: '${file(stages.yml)}' }, undefined],
  ];
  for (const [name, service, says] of rows)
    it(`names ${name}`, () => {
      const sentence = describeStages(service, 'dev');

      if (says === undefined) assert.equal(sentence, undefined);
      else assert.match(sentence ?? '', says);
    });
});

describe('loadServerlessService', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-informs-'));
  after(() => rmSync(folder, { recursive: true }));

  it('says before osls runs what osls does not read and what is not set', async () => {
    const file = join(folder, 'serverless.yml');
    writeFileSync(
      file,
      'service: shop\nstages: { default: { params: { t: 1 } } }\ncustom: { is: "${env:IS_OFFLINE}" }\n',
    );
    const said: string[] = [];
    const options = { ...OPTIONS, onProgress: (message: string) => void said.push(message) };
    const board = new LoadBoard([file], RESOURCE_TYPES);

    await assert.rejects(loadServerlessService(file, options, board, file, AbortSignal.abort()));

    assert.match(
      said[0] ?? '',
      /^gatewright-informs-\w+: IS_OFFLINE is read in \S+serverless\.yml:3 but not set/,
    );
    assert.match(
      said[1] ?? '',
      /^gatewright-informs-\w+: stages\.default\.params \(t\) is read by Serverless 4 only/,
    );
    assert.equal(said.length, 2);
  });
});
