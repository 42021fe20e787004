import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { installVirtualDate } from '../../../../../packages/gateway/lambda/worker/virtual-date.ts';
import { anInlineFunction, returned, startRuntime } from '../start-runtime.ts';

const DAY_MS = 86_400_000;

describe('Date in a function', () => {
  it('follows the shared clock while timers and performance.now stay real', async () => {
    const source = `const begun = performance.now();
      exports.handler = async () => ({ now: Date.now(), made: new Date().getTime(), text: Date(),
        elapsed: performance.now() - begun })`;
    const { invoke, clockOffset } = await startRuntime([anInlineFunction('clock', source)]);
    const before = returned(await invoke('clock')) as Record<string, number>;

    new Float64Array(clockOffset)[0] = 30 * DAY_MS;
    const moved = returned(await invoke('clock')) as Record<string, number>;

    assert.ok(Math.abs(Number(before['now']) - Date.now()) < 5_000);
    for (const key of ['now', 'made']) {
      const ahead = Number(moved[key]) - Date.now();
      assert.ok(Math.abs(ahead - 30 * DAY_MS) < 5_000, `${key}: ${ahead}`);
    }
    assert.ok(Math.abs(Date.parse(String(moved['text'])) - Date.now() - 30 * DAY_MS) < 5_000);
    assert.ok(Number(moved['elapsed']) < 10_000);
  });

  it('is the global one from then on, and what dates of the engine were made by', () => {
    const { Date: RealDate } = globalThis;
    const offset = new SharedArrayBuffer(8);
    try {
      installVirtualDate(offset);
      new Float64Array(offset)[0] = 30 * DAY_MS;
      const VirtualDate = globalThis.Date;

      assert.notEqual(VirtualDate, RealDate);
      assert.equal(new RealDate(0).constructor, VirtualDate);
      assert.equal(Math.round((VirtualDate.now() - RealDate.now()) / DAY_MS), 30);
      assert.equal(new VirtualDate(5).getTime(), 5);
    } finally {
      for (const [target, name] of [
        [globalThis, 'Date'],
        [RealDate.prototype, 'constructor'],
      ] as const)
        Object.defineProperty(target, name, { value: RealDate, writable: true, configurable: true });
    }
  });

  it('is the engine’s own Date in every other respect', async () => {
    const source = `class Mine extends Date { year() { return this.getUTCFullYear() } }
      exports.handler = async () => [
        new Date(0).toISOString(), new Date(2020, 1, 29) instanceof Date, new Mine(0).year(),
        new Mine() instanceof Mine, typeof Date(), Date.UTC(2000, 0), Date.parse('1970-01-01'),
        new Date(0).constructor === Date, Date.name, Date.length, structuredClone(new Date(5)).getTime(),
        require('node:util').types.isDate(new Date()), Number.isNaN(new Date('no').getTime())]`;
    const { invoke } = await startRuntime([anInlineFunction('date', source)]);

    const values = returned(await invoke('date'));

    assert.deepEqual(values, [
      '1970-01-01T00:00:00.000Z',
      true,
      1970,
      true,
      'string',
      946684800000,
      0,
      true,
      'Date',
      7,
      5,
      true,
      true,
    ]);
  });
});
