import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import {
  closedOperation,
  closingError,
} from '../../../../../packages/gateway/templates/openapi/closed-operation.ts';

describe('a closed operation', () => {
  for (const place of [
    { file: '/app/shop.yml', line: 3, logicalId: 'Api', property: 'Auth' },
    { file: '/app/shop.yml', line: undefined, logicalId: undefined, property: undefined },
  ])
    it(`keeps the reason why it is closed, and the place: ${JSON.stringify(place)}`, () => {
      const error = new DefinitionError(place, 'no such authorizer');

      const kept = closingError(closedOperation(error), '/app/other.yml');

      assert.deepEqual([kept?.message, kept?.place], ['no such authorizer', place]);
    });

  it('is no other operation', () => {
    assert.equal(closingError({ responses: {} }, '/app/shop.yml'), undefined);
  });
});
