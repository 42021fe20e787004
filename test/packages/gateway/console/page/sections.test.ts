import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sectionAfter } from '../../../../../packages/gateway/console/page/sections.ts';

const SECTIONS = [
  ['apis', 'APIs'],
  ['access', 'Access'],
  ['sockets', 'WebSockets'],
  ['keys', 'Keys and quotas'],
] as const;

describe('sectionAfter', () => {
  const cases = [
    { letter: 'k', current: 'apis', section: 'keys', why: 'the only one' },
    { letter: 'w', current: 'apis', section: 'sockets', why: 'by the title that is read' },
    { letter: 's', current: 'apis', section: undefined, why: 'not by a name that is not shown' },
    { letter: 'a', current: 'keys', section: 'apis', why: 'the first of several' },
    { letter: 'a', current: 'apis', section: 'access', why: 'the next of several' },
    { letter: 'a', current: 'access', section: 'apis', why: 'the first again after the last' },
  ];

  for (const { letter, current, section, why } of cases)
    it(`goes from ${current} by ${letter} to ${section ?? 'none'}: ${why}`, () => {
      assert.equal(sectionAfter(letter, current, SECTIONS), section);
    });
});
