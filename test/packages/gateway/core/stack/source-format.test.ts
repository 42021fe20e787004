import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { shortFile } from '../../../../../packages/gateway/core/stack/source-format.ts';

/** With two services, `serverless.yml:19` named the wrong one. */
const ROWS = [
  {
    name: 'a file of the working directory',
    file: join(process.cwd(), 'serverless.yml'),
    shown: 'serverless.yml',
  },
  {
    name: 'a file in a folder below it',
    file: join(process.cwd(), 'alerts', 'serverless.yml'),
    shown: 'alerts/serverless.yml',
  },
  {
    name: 'a file elsewhere',
    file: join(process.cwd(), '..', 'other', 'serverless.yml'),
    shown: 'serverless.yml',
  },
];

describe('the file of a place', () => {
  for (const { name, file, shown } of ROWS)
    it(`is ${shown} for ${name}`, () => {
      assert.equal(shortFile(file), shown);
    });
});
