import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  aboutLastUse,
  day,
  duration,
  monthName,
  paragraphsOf,
  time,
} from '../../../../../../packages/toolkit/stack/portal/page/texts.ts';

const CONSOLE_PAGE = new URL(
  '../../../../../../packages/gateway/console/page/sections/one-customer.tsx',
  import.meta.url,
);

describe('texts of the portal', () => {
  it('write times in UTC, wherever the browser is', () => {
    assert.equal(day('2026-11-26T23:59:00.000Z'), '26 Nov 2026');
    assert.equal(time('2026-11-26T23:59:00.000Z'), '26 Nov 2026, 23:59 UTC');
    assert.equal(monthName('2026-11'), 'November 2026');
  });

  it('show unchanged what is not a time', () => {
    assert.deepEqual([day('soon'), time(''), monthName('2026')], ['soon', '', '2026']);
    // V8 reads each of these as a time, though ISO 8601 does not.
    for (const text of ['server 7', '(72) javascript:x+1// (/72)', '2026', '26 Nov 2026', '2026-11-26T23:59'])
      assert.deepEqual([day(text), time(text)], [text, text]);
  });

  it('name a span by its largest whole unit', () => {
    assert.deepEqual([86_400, 3600, 7 * 86_400, 90_000, 90, 120].map(duration), [
      '1 day',
      '1 hour',
      '7 days',
      '25 hours',
      '90 seconds',
      '2 minutes',
    ]);
  });

  it('part a text at empty lines', () => {
    assert.deepEqual(paragraphsOf('\none\nstill one\n \t\n\r\n\r\ntwo\n'), ['one\nstill one', 'two']);
  });

  it('say, as the console does, that a key may have been used after its last recorded use', () => {
    const sentence = aboutLastUse([{}, { lastUsedAt: '2026-11-26T23:59:00.000Z' }]);

    assert.equal(
      sentence,
      'The last use is recorded at most every 10 minutes, and not for requests that a cached result of the authorizer admits, so a key may have been used later.',
    );
    const written = readFileSync(CONSOLE_PAGE, 'utf8').replaceAll(/\s+/g, ' ');
    assert.ok(written.includes(sentence.replace('10', '{customer.lastUseEverySeconds / 60}')));
  });

  it('say nothing about the last use if no key has been used', () => {
    assert.equal(aboutLastUse([{}]), undefined);
  });
});
