import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  axisTime,
  clockTime,
  closeMeaning,
  dateTime,
  describeMissing,
  keptZone,
  readableTarget,
  showTimesIn,
  statusKind,
} from '../../../../../packages/gateway/console/page/texts.ts';

describe('axisTime', () => {
  const AT = Date.UTC(2026, 10, 21, 12, 3, 30) / 1000;

  for (const [step, text] of [
    [15, '12:03:30'],
    [60, '12:03'],
    [86_400, '11-21'],
  ] as const)
    it(`is ${text} where marks are ${step} s apart`, () => {
      assert.equal(axisTime(AT, step), text);
    });
});

describe('describeMissing', () => {
  for (const [item, isHere, text] of [
    ['f1', false, 'This gateway has no function f1.'],
    ['f1', true, undefined],
    [undefined, false, undefined],
  ] as const)
    it(`says ${text ?? 'nothing'} where ${item ?? 'nothing'} is asked for and is ${isHere ? '' : 'not '}here`, () => {
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
