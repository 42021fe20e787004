import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SHOWING } from '../../../../packages/console/records/redact.ts';
import { showData } from '../../../../packages/console/records/shown.ts';

describe('what is shown of a body', () => {
  for (const [what, sent] of [
    ['nested', '{"a":[1,{"b":"x,}:[ \\" {"}],"c":{},"d":[],"e":null}'],
    ['an array', '[{"a":-1.5},true]'],
    ['with space of its own', ' {\n"a" :\t1 }\n'],
  ] as const)
    it(`is JSON ${what}, indented as usual`, () => {
      const shown = showData('Body', sent, SHOWING);

      assert.deepEqual(shown, {
        title: 'Body',
        form: 'json',
        text: JSON.stringify(JSON.parse(sent), null, 2),
      });
    });

  it('keeps numbers, spellings and members of JSON as they were sent', () => {
    const shown = showData('Body', '{"id":12345678901234567890,"n":1.0,"a":"\\u00e9","a":2}', SHOWING);

    assert.equal(
      shown?.text,
      '{\n  "id": 12345678901234567890,\n  "n": 1.0,\n  "a": "\\u00e9",\n  "a": 2\n}',
    );
  });

  it('is text where it is no JSON, and base64 where it is no text', () => {
    assert.deepEqual(showData('Body', '{"a":', SHOWING), { title: 'Body', form: 'text', text: '{"a":' });
    assert.equal(showData('Body', Buffer.from([0, 255]), SHOWING)?.form, 'binary');
  });
});
