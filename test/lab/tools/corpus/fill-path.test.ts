import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fillPath, pickMethod, takesBody } from '../../../../lab/tools/corpus/fill-path.ts';

describe('the path with which a route is requested', () => {
  const cases = [
    ['/orders', '/orders'],
    ['orders/{id}', '/orders/1'],
    ['/{a}/x/{b}', '/1/x/1'],
    ['/files/{proxy+}', '/files/a/b'],
    ['$default', '/any'],
    ['', '/'],
  ] as const;
  for (const [path, filled] of cases)
    it(`is ${filled} for ${path}`, () => {
      assert.equal(fillPath(path), filled);
    });

  it('has no parameter left, and begins with a slash', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '{id}', '{p+}', '{a.b}', 'x-{y}')), (parts) => {
        assert.match(fillPath(parts.join('/')), /^\/[^{}]*$/);
      }),
    );
  });
});

describe('the method with which a route is requested', () => {
  it('is its own, or GET if it takes any', () => {
    assert.deepEqual(['post', 'ANY', '$default', '*'].map(pickMethod), ['POST', 'GET', 'GET', 'GET']);
  });

  it('comes with a body if that is usual', () => {
    assert.deepEqual(['POST', 'PUT', 'GET', 'DELETE', 'OPTIONS'].map(takesBody), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
