import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRefusal, hasChanged, printHostSpeeds } from '../../../lab/bench/host-speed.ts';
import type { HostSpeed } from '../../../lab/bench/host-speed.ts';

const USUAL: HostSpeed = { arithmetic: 200_000, messages: 40_000, echoes: 20_000 };

describe('hasChanged', () => {
  const rows: readonly (readonly [name: string, after: Partial<HostSpeed>, expected: boolean])[] = [
    ['the same speeds', {}, false],
    ['15 % more', { arithmetic: 230_000 }, false],
    ['more than 15 % more', { arithmetic: 230_001 }, true],
    ['only slower messages', { messages: 34_000 }, true],
    ['only faster echoes', { echoes: 24_000 }, true],
    ['all a tenth slower', { arithmetic: 180_000, messages: 36_000, echoes: 18_000 }, false],
    ['a speed that is not a number', { echoes: Number.NaN }, true],
  ];
  for (const [name, after, expected] of rows)
    it(`is ${expected} for ${name}, in either order`, () => {
      assert.equal(hasChanged(USUAL, { ...USUAL, ...after }), expected);
      assert.equal(hasChanged({ ...USUAL, ...after }, USUAL), expected);
    });
});

describe('printHostSpeeds', () => {
  it('has each speed before and after, and marks a host that changed', () => {
    assert.equal(
      printHostSpeeds(USUAL, USUAL),
      'Host speed before and after, in thousands per second: arithmetic 200.0, 200.0; messages to a worker 40.0, 40.0; loopback echoes 20.0, 20.0.',
    );
    assert.match(
      printHostSpeeds(USUAL, { ...USUAL, echoes: 10_000 }),
      /20\.0, 10\.0\. \*\*The host changed by more than 15 %\*\*/,
    );
  });
});

describe('describeRefusal', () => {
  it('does not change the page if the host changed during the run, but only then', () => {
    assert.equal(describeRefusal(USUAL, { ...USUAL, messages: 35_000 }), undefined);
    assert.match(
      describeRefusal(USUAL, { ...USUAL, messages: 34_000 }) ?? '',
      /^docs\/performance\.md stays as it is\. Host speed .*Repeat the run on a quiet machine\.$/,
    );
  });
});
