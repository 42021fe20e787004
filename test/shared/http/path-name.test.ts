import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePathName, printPathName } from '#shared/http/path-name.ts';

describe('names in paths', () => {
  it('come back as they were from one segment of a URL, with any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), (name) => {
        const { pathname } = new URL(`https://example.com/keys/${printPathName(name)}/limits`);
        const segments = pathname.split('/').map(decodeURIComponent);

        assert.equal(segments.length, 4);
        assert.equal(parsePathName(segments[2] ?? ''), name);
      }),
    );
  });

  const CASES: readonly (readonly [segment: string, name: string | undefined])[] = [
    ['a~1b', 'a/b'],
    ['~2~2', '..'],
    ['~01', '~1'],
    ['~', undefined],
    ['~3', undefined],
    // IAM decides by the path as it was sent: a second spelling of a name would pass by a policy that denies it.
    ['acme~2com', undefined],
    ['.', undefined],
    ['..', undefined],
  ];
  for (const [segment, name] of CASES)
    it(`reads ${segment} as ${name ?? 'nothing'}`, () => {
      assert.equal(parsePathName(segment), name);
    });
});
