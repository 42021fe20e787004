import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startArguments } from '../../../../lab/tools/corpus/start-arguments.ts';

describe('startArguments', () => {
  const expected = { source: 'api/template.yaml', arguments: ['--param', 'A=1'] };

  it('does not run the build script of a project unless the flag says so', () => {
    const options = ['--stage', 'prod'];
    assert.deepEqual(startArguments(expected, { build: false, options }), [
      'api/template.yaml',
      '--param',
      'A=1',
      '--stage',
      'prod',
      '--no-build',
    ]);
    assert.deepEqual(startArguments(expected, { build: true, options: [] }), [
      'api/template.yaml',
      '--param',
      'A=1',
    ]);
  });
});
