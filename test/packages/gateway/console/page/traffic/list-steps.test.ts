import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idAfter } from '../../../../../../packages/gateway/console/page/traffic/list-steps.ts';

const items = ['aaa', 'bbb', 'ccc'].map((id) => ({ id }));

describe('idAfter', () => {
  const cases: readonly (readonly [string | undefined, 1 | -1, string | undefined])[] = [
    [undefined, 1, 'aaa'],
    ['aaa', 1, 'bbb'],
    ['bb', 1, 'ccc'],
    ['ccc', 1, undefined],
    ['ccc', -1, 'bbb'],
    ['aaa', -1, undefined],
    ['gone', 1, 'aaa'],
  ];
  for (const [open, step, wanted] of cases)
    it(`goes from ${open ?? 'nothing'} ${step === 1 ? 'on' : 'back'} to ${wanted ?? 'nothing'}`, () => {
      assert.equal(idAfter(items, open, step), wanted);
    });

  it('counts every key press, even before its result was drawn', () => {
    let open: string | undefined;
    for (let press = 0; press < 3; press += 1) open = idAfter(items, open, 1) ?? open;

    assert.equal(open, 'ccc');
  });
});
