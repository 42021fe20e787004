import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  axisTime,
  bytes,
  clockTime,
  rowTime,
  closeMeaning,
  dateTime,
  describeMissing,
  keptZone,
  ms,
  readableTarget,
  showTimesIn,
  span,
  statusKind,
} from '../../../../../packages/gateway/console/page/texts.ts';

describe('axisTime', () => {
  const AT = Date.UTC(2026, 10, 21, 12, 3, 30) / 1000;

  for (const [step, text] of [
    [15, '12:03:30'],
    [60, '12:03'],
    [86_400, '11-21'],
  ] as const)
    it(`is ${text} if marks are ${step} s apart`, () => {
      assert.equal(axisTime(AT, step), text);
    });
});

// Each text on both sides of the point where its unit changes.
describe('a duration, an age and a size', () => {
  for (const [shown, expected] of [
    [ms(undefined), '–'],
    [ms(0), '0.0 ms'],
    [ms(9.94), '9.9 ms'],
    [ms(10), '10 ms'],
    [ms(9999), '9999 ms'],
    [ms(10_000), '10.0 s'],
    [ms(12_340), '12.3 s'],
    [span(-5000), '0 s'],
    [span(1499), '1 s'],
    [span(119_000), '119 s'],
    [span(120_000), '2 min'],
    [span(7_199_000), '120 min'],
    [span(7_200_000), '2 h'],
    [span(172_799_000), '48 h'],
    [span(172_800_000), '2 d'],
    [bytes(0), '0 B'],
    [bytes(1023), '1023 B'],
    [bytes(1024), '1.0 KB'],
    [bytes(1024 ** 2 - 1), '1024.0 KB'],
    [bytes(1024 ** 2), '1.0 MB'],
    [bytes(2.5 * 1024 ** 2), '2.5 MB'],
  ] as const)
    it(`is shown as ${expected}`, () => assert.equal(shown, expected));
});

describe('a status or close code', () => {
  for (const [status, expected] of [
    [101, 'ok'],
    [399, 'ok'],
    [400, 'client'],
    [499, 'client'],
    [500, 'server'],
    [599, 'server'],
    [600, 'ok'],
    [999, 'ok'],
    // RFC 6455 §7.4.1, and IANA's registry of close codes.
    [1000, 'ok'],
    [1001, 'ok'],
    [1002, 'client'],
    [1003, 'client'],
    [1004, 'plain'],
    [1005, 'plain'],
    [1006, 'server'],
    [1007, 'client'],
    [1008, 'client'],
    [1009, 'client'],
    [1010, 'client'],
    [1011, 'server'],
    [1012, 'server'],
    [1013, 'server'],
    [1014, 'server'],
    [1015, 'server'],
    [3000, 'plain'],
  ] as const)
    it(`${status} is of the kind ${expected}`, () => assert.equal(statusKind(status), expected));

  for (const [code, expected] of [
    [999, undefined],
    [1000, 'normal closure'],
    [1001, 'going away'],
    [1002, 'protocol error'],
    [1003, 'unsupported data'],
    [1009, 'message big'],
    [1011, 'internal error'],
    [2999, undefined],
    [3000, 'code of a library'],
    [3999, 'code of a library'],
    [4000, 'code of the application'],
    [4999, 'code of the application'],
    [5000, undefined],
  ] as const)
    it(`${code} means ${expected ?? 'nothing'}`, () =>
      assert.equal(closeMeaning(code)?.replace('too ', ''), expected));
});

describe('describeMissing', () => {
  for (const [item, isHere, text] of [
    ['f1', false, 'This gateway has no function f1.'],
    ['f1', true, undefined],
    [undefined, false, undefined],
  ] as const)
    it(`says ${text ?? 'nothing'} if ${item ?? 'nothing'} is requested and does ${isHere ? '' : 'not '}exist`, () => {
      assert.equal(describeMissing('function', item, isHere), text);
    });
});

describe('readableTarget', () => {
  for (const [target, shown] of [
    ['/dev/caf%C3%A9?q=%C3%A9t%C3%A9%20a', '/dev/café?q=été a'],
    ['/dev/a%2Fb?x=%26%3D', '/dev/a%2Fb?x=%26%3D'],
    ['/dev/%E2%82', '/dev/%E2%82'],
    ['/dev/%FF%FE', '/dev/%FF%FE'],
    // Neither control characters nor what turns the direction of a text.
    ['/dev/%0A%C2%85', '/dev/%0A%C2%85'],
    ['/dev/%E2%80%AEexe', '/dev/%E2%80%AEexe'],
    ['/dev/%', '/dev/%'],
  ] as const)
    it(`shows ${target} as ${shown}`, () => {
      assert.equal(readableTarget(target), shown);
    });
});

describe('a status', () => {
  // RFC 6455 §7.4.1, and the registry of close codes
  for (const [status, kind] of [
    [204, 'ok'],
    [404, 'client'],
    [502, 'server'],
    [1000, 'ok'],
    [1001, 'ok'],
    [1005, 'plain'],
    [1006, 'server'],
    [1008, 'client'],
    [1011, 'server'],
    [4001, 'plain'],
  ] as const)
    it(`of ${status} is ${kind}${closeMeaning(status) === undefined ? '' : `: ${closeMeaning(status)}`}`, () => {
      assert.equal(statusKind(status), kind);
    });
});

describe('times', () => {
  it('are in the zone that was chosen before', () => {
    assert.equal(keptZone({ getItem: (name) => (name === 'gatewright-times' ? 'local' : null) }), 'local');
    assert.equal(keptZone({ getItem: () => null }), 'utc');
  });

  const AT = Date.UTC(2026, 10, 21, 12, 3, 30, 250);

  it('show the date of a row that is of another day than the newest', () => {
    assert.equal(rowTime(AT, AT + 3_600_000), '12:03:30');
    assert.equal(rowTime(AT, AT + 34 * 86_400_000), '11-21 12:03');
  });

  it('are in UTC, or in the time of this machine', () => {
    try {
      assert.deepEqual([clockTime(AT), dateTime(AT)], ['12:03:30.250', '2026-11-21 12:03:30']);
      showTimesIn('local');
      const local = new Date(AT);
      assert.equal(clockTime(AT).slice(0, 2), String(local.getHours()).padStart(2, '0'));
      assert.equal(dateTime(AT).slice(8, 10), String(local.getDate()).padStart(2, '0'));
    } finally {
      showTimesIn('utc');
    }
  });
});
