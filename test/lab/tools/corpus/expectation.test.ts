import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allows, readExpectation } from '../../../../lab/tools/corpus/expectation.ts';

const ROUTE = { protocol: 'rest', method: 'GET', path: '/', statuses: ['2xx', '404'] };

describe('what is expected of a project', () => {
  it('is read with arguments that may be left out', () => {
    const text = JSON.stringify({ kind: 'SAM', source: '.', routes: [ROUTE] });

    assert.deepEqual(readExpectation(text, 'p').arguments, []);
  });

  const faults: readonly (readonly [value: unknown, message: RegExp])[] = [
    [{ source: '.', routes: [] }, /p: "kind" must be one of serverless, SAM, CDK, CloudFormation/],
    [{ kind: 'SAM', routes: [] }, /p: "source" is missing/],
    [{ kind: 'SAM', source: '.' }, /p: "routes" is missing/],
    [
      { kind: 'SAM', source: '.', routes: [{ ...ROUTE, statuses: ['ok'] }] },
      /each route must have .* but route 1 does not/,
    ],
    [{ kind: 'SAM', source: '.', routes: [{ ...ROUTE, method: undefined }] }, /each route must have/],
  ];
  for (const [value, message] of faults)
    it(`is refused with ${message.source}`, () => {
      assert.throws(() => readExpectation(JSON.stringify(value), 'p'), message);
    });

  it('allows a status, or a class of them, but no 5xx', () => {
    assert.ok(allows(['2xx'], 204) && allows(['404'], 404));
    assert.ok(!allows(['2xx', '404'], 403) && !allows(['5xx', '500'], 500));
  });
});
