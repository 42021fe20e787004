import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelsOf } from '#shared/cache/entry-labels.ts';
import { parseInvalidation } from '#shared/cache/invalidation.ts';

const SECRET = 's3cret-value';

describe('labels of an answer', () => {
  for (const name of [
    'Authorization',
    'cookie',
    'X-Api-Key',
    'x-amz-security-token',
    'x-amz-date',
    'x-amz-content-sha256',
  ])
    it(`contain no credential, but can be found by it: ${name}`, () => {
      const request = { path: '/', query: new Map(), headers: new Map([[name.toLowerCase(), [SECRET]]]) };
      const labels = labelsOf(request, { headers: [name] }, []) ?? [];
      const asked = parseInvalidation({ namespace: 'orders', parts: [`header.${name}=${SECRET}`] }).labels;

      assert.doesNotMatch(labels.join(), new RegExp(SECRET));
      assert.deepEqual(
        labels.filter((label) => label.startsWith('header.')),
        asked,
      );
    });

  it('show other parts of the key as they were sent', () => {
    const request = {
      path: '/orders',
      query: new Map([['page', ['2']]]),
      headers: new Map([['accept-language', ['de']]]),
    };

    assert.deepEqual(labelsOf(request, { headers: ['Accept-Language'] }, ['order:17']), [
      'all',
      'path:/orders',
      'query.page=2',
      'header.accept-language=de',
      'tag:order:17',
    ]);
  });
});
