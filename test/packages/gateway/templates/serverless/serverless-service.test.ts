import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { LoadBoard } from '../../../../../packages/gateway/templates/load-board.ts';
import {
  describeStages,
  loadServerlessService,
} from '../../../../../packages/gateway/templates/serverless/serverless-service.ts';
import { OPTIONS } from '../stack-builders.ts';

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
      /^stages\.dev\.params \(t\) and stages\.default\.params \(u\) are read as params in this gateway, as in Serverless 4;/,
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
      /^gatewright-informs-\w+: IS_OFFLINE is read in \S+serverless\.yml:3 but is not set/,
    );
    assert.match(
      said[1] ?? '',
      /^gatewright-informs-\w+: stages\.default\.params \(t\) is read as params in this gateway/,
    );
    assert.equal(said.length, 2);
  });
});
