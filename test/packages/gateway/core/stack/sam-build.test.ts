import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { builtFolder, isBuildOutput } from '../../../../../packages/gateway/core/stack/sam-build.ts';

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-build.html
describe('the folders of sam build', () => {
  it('are next to the template, by logical id', () => {
    assert.equal(builtFolder('shop', 'Orders'), join('shop', '.aws-sam', 'build', 'Orders'));
  });

  for (const [folder, isOutput] of [
    [join('shop', '.aws-sam', 'build'), true],
    [join('shop', 'build'), false],
    [join('shop', '.aws-sam'), false],
    [builtFolder('shop', 'Orders'), false],
  ] as const)
    it(`are ${isOutput ? '' : 'not '}recognized in ${folder}`, () => {
      assert.equal(isBuildOutput(folder), isOutput);
    });
});
