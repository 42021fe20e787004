import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { unmaskJson, unmaskPairs } from '../../../../../packages/gateway/console/endpoints/unmask.ts';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';

const redactor = createRedactor('key of the test');

describe('an edited request', () => {
  it('has the secrets of its JSON that were left masked', () => {
    const original =
      '{"user":"alice","password":"hunter2\\"x","pin":12345678,"nested":[{"apiKey":"abcdefghijkl"}]}';
    const edited = redactor.text(original).replace('alice', 'carl');

    assert.doesNotMatch(edited, /hunter2|abcdefghijkl/);
    assert.deepEqual(JSON.parse(unmaskJson(edited, original, redactor)), {
      ...(JSON.parse(original) as object),
      user: 'carl',
    });
  });

  it('has a secret that was typed again, and not one that was removed', () => {
    const original = '{"password":"hunter2hunter2"}';

    assert.equal(unmaskJson('{"password":"new"}', original, redactor), '{"password":"new"}');
    assert.equal(unmaskJson('{}', original, redactor), '{}');
  });

  it('has the parameters of a query or form that were left masked', () => {
    const original = 'user=alice&password=hunter2&n=1';
    const shown = redactor.query(original);

    assert.notEqual(shown, original);
    assert.equal(
      unmaskPairs(shown.replace('alice', 'carl'), original, redactor),
      'user=carl&password=hunter2&n=1',
    );
  });

  it('is the original one if nothing was edited', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const original = JSON.stringify(value);
        const shown = redactor.text(original);
        // Other texts than objects and arrays are shown as they are written.
        if (typeof value === 'object' && value !== null)
          assert.deepEqual(JSON.parse(unmaskJson(shown, original, redactor)), JSON.parse(original));
      }),
    );
  });
});
