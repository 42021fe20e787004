import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { describeOfflineVariable } from '../../../../../packages/gateway/templates/serverless/offline-variable.ts';

describe('IS_OFFLINE in the files of a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-offline-'));
  after(() => rmSync(folder, { recursive: true }));
  let count = 0;
  const write = (text: string): string => {
    const file = join(folder, `${(count += 1)}.yml`);
    writeFileSync(file, text);
    return file;
  };

  const read = [
    { name: 'as a variable with a default', text: "service: a\nx: ${env:IS_OFFLINE, 'false'}" },
    { name: 'in a variable within another', text: 'service: a\nx: ${self:custom.${ env: IS_OFFLINE }}' },
    { name: 'by a program', text: 'const a = 1;\nmodule.exports = { x: process.env.IS_OFFLINE };' },
    {
      name: 'by a program, by its name',
      text: "const a = 1;\nmodule.exports = { x: process.env['IS_OFFLINE'] };",
    },
  ];
  for (const { name, text } of read)
    it(`is reported with its place if it is read ${name}`, () => {
      const file = write(text);

      assert.match(
        describeOfflineVariable([write('service: a'), file], {}) ?? '',
        /^IS_OFFLINE is read in \S+\.yml:2 but is not set, neither by the gateway nor by AWS; .* set it .*--env-file/,
      );
    });

  const silent = [
    { name: 'it is set', text: 'x: ${env:IS_OFFLINE}', environment: { IS_OFFLINE: 'true' } },
    { name: 'it is set to nothing', text: 'x: ${env:IS_OFFLINE}', environment: { IS_OFFLINE: '' } },
    { name: 'only a comment has it', text: '# x: ${env:IS_OFFLINE}', environment: {} },
    { name: 'another name begins so', text: 'x: ${env:IS_OFFLINE_DB}', environment: {} },
    { name: 'a function gets it', text: 'environment: { IS_OFFLINE: 1 }', environment: {} },
  ];
  for (const { name, text, environment } of silent)
    it(`is not mentioned if ${name}`, () => {
      assert.equal(describeOfflineVariable([write(text), join(folder, 'missing')], environment), undefined);
    });
});
