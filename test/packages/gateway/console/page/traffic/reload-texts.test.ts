/** Reloads in words, and their places among requests. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeMembers,
  describeReload,
  describeStale,
  withReloads,
} from '../../../../../../packages/gateway/console/page/traffic/reload-texts.ts';
import type { Change, ShownReload } from '../../../../../../packages/gateway/console/records/reload-model.ts';

const code = (name: string): Change => ({
  part: 'function',
  name,
  how: 'changed',
  members: [{ name: 'code' }],
});
const RELOAD: ShownReload = {
  number: 1,
  atEpochMs: 100,
  kind: 'reloaded',
  what: ['hello'],
  tookMs: 5,
  version: 2,
  message: undefined,
  file: undefined,
  line: undefined,
  changes: [code('hello')],
  changed: 1,
};

describe('describeReload', () => {
  const route = { part: 'route', name: 'GET /a', members: [] } as const;
  const cases: readonly { readonly given: Partial<ShownReload>; readonly expected: string }[] = [
    { given: {}, expected: 'hello: new code' },
    { given: { what: ['a', 'b', 'c', 'd'] }, expected: 'a, b and 2 more: new code' },
    {
      given: { what: ['the stacks'], changes: [], changed: 0 },
      expected: 'the stacks: nothing that affects requests has changed',
    },
    {
      given: {
        what: ['the stacks'],
        changes: [{ ...route, how: 'added' }, code('hello'), { ...route, how: 'added' }],
        changed: 3,
      },
      expected: 'the stacks: 2 routes added, 1 function changed',
    },
    { given: { what: ['the stacks'], changed: 117 }, expected: 'the stacks: 117 changes' },
    {
      given: { kind: 'kept', message: 'Expected ";"\n  at line 3', changes: [], changed: 0 },
      expected: 'hello: Expected ";"',
    },
  ];
  for (const { given, expected } of cases)
    it(`says ${JSON.stringify(expected)}`, () =>
      assert.equal(describeReload({ ...RELOAD, ...given }), expected));

  it('shows values if there are any', () => {
    const members = [{ name: 'timeout in s', from: '3', to: '5' }, { name: 'variable KEY' }];
    assert.equal(describeMembers({ members }), 'timeout in s 3 → 5, variable KEY');
  });
});

describe('withReloads', () => {
  const row = (sequence: number, atEpochMs: number) => ({ sequence, atEpochMs });
  const show = (items: ReturnType<typeof withReloads<ReturnType<typeof row>>>) =>
    items.map((item) => ('number' in item ? `reload ${item.number}` : item.sequence));

  it('puts reloads between the requests before and after them, above the reloads of earlier starts', () => {
    const reloads = [
      { ...RELOAD, number: 2, atEpochMs: 250 },
      { ...RELOAD, number: 1, atEpochMs: 150 },
    ];

    assert.deepEqual(show(withReloads([row(1, 200), row(0, 100), row(-1, 9_000)], reloads)), [
      'reload 2',
      1,
      'reload 1',
      0,
      -1,
    ]);
    assert.deepEqual(show(withReloads([row(-1, 9_000)], reloads)), ['reload 2', 'reload 1', -1]);
    assert.deepEqual(show(withReloads([], reloads)), ['reload 2', 'reload 1']);
  });
});

describe('describeStale', () => {
  for (const [what, expected] of [
    [['hello'], 'hello still runs the code of version 2'],
    [['hello', 'list'], 'hello, list still run the code of version 2'],
    [['the stacks'], 'The stacks of version 2 are still in use'],
  ] as const)
    it(`says ${JSON.stringify(expected)}`, () => {
      assert.equal(describeStale({ ...RELOAD, what }), expected);
    });
});
