import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { splitHttpPath, splitRestPath } from '../../../../../packages/gateway/core/routing/stage-path.ts';

describe('splitRestPath', () => {
  const rows = [
    { rawPath: '/dev/pets', expected: ['dev', '/pets'], source: 'docs/aws §2.1' },
    { rawPath: '/dev', expected: ['dev', '/'], source: 'docs/aws §2.1' },
    { rawPath: '/dev/', expected: ['dev', '/'], source: 'docs/aws §2.1' },
    { rawPath: '//dev/pets', expected: ['dev', '/pets'], source: 'parity routing-double-slash-before-stage' },
    { rawPath: '/dev//pets', expected: ['dev', '/pets'], source: 'parity routing-double-slash-after-stage' },
    { rawPath: '/dev//pets//a/', expected: ['dev', '/pets//a/'], source: 'docs/aws §2.1 [obs]' },
    { rawPath: '/dev//', expected: ['dev', '/'], source: 'docs/aws §2.1' },
    { rawPath: '/', expected: ['', '/'], source: 'docs/aws §2.1: no stage' },
    { rawPath: '', expected: ['', '/'], source: 'not a path at all' },
    { rawPath: '/dev/a%2Fb', expected: ['dev', '/a%2Fb'], source: 'docs/aws §2.3: stays encoded' },
  ];

  for (const { rawPath, expected, source } of rows)
    it(`splits "${rawPath}"`, () => {
      const { stageName, path } = splitRestPath(rawPath);

      assert.deepEqual([stageName, path], expected, source);
    });
});

describe('splitHttpPath', () => {
  const stages = new Set(['dev', '$default']);
  const rows = [
    { rawPath: '/dev/pets', expected: ['dev', '/pets'], source: 'docs/aws §2.2' },
    { rawPath: '/dev', expected: ['dev', '/'], source: 'docs/aws §2.2' },
    { rawPath: '/dev/', expected: ['dev', '/'], source: 'docs/aws §2.2' },
    {
      rawPath: '/develop/pets',
      expected: ['$default', '/develop/pets'],
      source: 'docs/aws §2.2: full match',
    },
    { rawPath: '/pets/', expected: ['$default', '/pets/'], source: 'docs/aws §2.2' },
    { rawPath: '/', expected: ['$default', '/'], source: 'docs/aws §2.2' },
    { rawPath: '/$default/pets', expected: ['$default', '/$default/pets'], source: 'inferred' },
    { rawPath: '//dev/pets', expected: ['$default', '//dev/pets'], source: 'inferred' },
  ];

  for (const { rawPath, expected, source } of rows)
    it(`splits "${rawPath}"`, () => {
      const { stageName, path } = splitHttpPath(rawPath, stages);

      assert.deepEqual([stageName, path], expected, source);
    });
});
