import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedactor, SHOWING } from '../../../../../packages/gateway/console/records/redact.ts';
import { showBody, showData } from '../../../../../packages/gateway/console/records/shown.ts';

describe('what is shown of a body', () => {
  for (const [what, sent] of [
    ['nested', '{"a":[1,{"b":"x,}:[ \\" {"}],"c":{},"d":[],"e":null}'],
    ['an array', '[{"a":-1.5},true]'],
    ['with its own whitespace', ' {\n"a" :\t1 }\n'],
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

  it('is text if it is not JSON, and base64 if it is not text', () => {
    assert.deepEqual(showData('Body', '{"a":', SHOWING), { title: 'Body', form: 'text', text: '{"a":' });
    assert.equal(showData('Body', Buffer.from([0, 255]), SHOWING)?.form, 'binary');
  });

  for (const [cut, shown] of [
    ['{"a":[1,{"b":"x', '{\n  "a": [\n    1,\n    {\n      "b": "x'],
    ['[true,fal', '[\n  true,\n  fal'],
    ['{"a":"b\\', '{\n  "a": "b\\'],
  ] as const)
    it(`is indented also if only ${cut} was kept`, () => {
      assert.deepEqual(showData('Body', cut, SHOWING, 20_000), {
        title: 'Body',
        form: 'json',
        text: shown,
        cutFrom: 20_000,
      });
    });

  for (const cut of ['[INFO] started "x"', '{a: 1', '[12ab', '{"a" 1} text'])
    it(`stays as it was sent if ${cut} is the beginning of no JSON`, () => {
      assert.equal(showData('Body', cut, SHOWING, 20_000)?.form, 'text');
    });

  // Whoever can call an API could otherwise keep a record, and each archive with it, from being shown.
  for (const [what, part] of [
    ['lists within lists', '['],
    ['objects within objects', '{"a":'],
    ['more brackets that close than that open', ']'],
    ['braces that close a list', '[}'],
  ] as const)
    it(`has about the size of the body if only the beginning of many ${what} was stored`, () => {
      const kept = `[]${part.repeat(16_384 / part.length)}`;
      const shown = showData('Body', kept, SHOWING, 1_000_000);
      assert.ok(shown);
      assert.equal(shown.text.replaceAll(/\s/g, ''), kept);
      assert.ok(shown.text.length < 100 * kept.length, `${shown.text.length} characters`);
    });

  it('has about the size of the body if a whole body is deeply nested', () => {
    const sent = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
    const { text = '' } = showData('Body', sent, SHOWING) ?? {};
    assert.ok(text.length < 100 * sent.length, `${text.length} characters`);
  });

  for (const [type, bytes, text] of [
    ['text/plain; charset=iso-8859-1', [0x63, 0x61, 0x66, 0xe9], 'café'],
    ['text/html; charset="Shift_JIS"', [0x83, 0x65], 'テ'],
    ['text/plain; charset=utf-16le', [0x68, 0, 0x69, 0], 'hi'],
  ] as const)
    it(`is decoded as ${type} says`, () => {
      const shown = showBody(Buffer.from(bytes), ['Content-Type', type], SHOWING);

      assert.deepEqual(shown, { title: 'Body', form: 'text', text, isEdited: true });
    });

  it('is base64 if its charset is unknown', () => {
    const headers = ['content-type', 'text/plain; charset=klingon'];

    assert.equal(showBody(Buffer.from([0xe9]), headers, SHOWING)?.form, 'binary');
  });

  it('has no secret of a form, nor of another charset', () => {
    const redactor = createRedactor('key of the test');
    const form = showBody(
      Buffer.from('user=alice&password=correct'),
      ['Content-Type', 'application/x-www-form-urlencoded'],
      redactor,
    );
    const latin = showBody(
      Buffer.from('{"password":"hunter2hunter2","é":1}', 'latin1'),
      ['Content-Type', 'application/json; charset=iso-8859-1'],
      redactor,
    );

    assert.match(form?.text ?? '', /^user=alice&password=\[[0-9a-f]{8}\]$/);
    assert.doesNotMatch(latin?.text ?? 'hunter2', /hunter2/);
  });
});
