import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadPage, MemoryStorage, showHook, until } from '../../../../support/page-in-process.ts';

type Kept = readonly [value: string, setValue: (value: string) => void];
const { useKept } = await loadPage<{
  readonly useKept: (store: MemoryStorage, name: string, initial?: string) => Kept;
}>('kept-state');

describe('a choice of the page', () => {
  it('is the stored value, or the initial value if none is stored', async () => {
    const store = new MemoryStorage();
    store.setItem('gatewright-times', 'local');
    const rows = [
      [store, 'times', 'utc', 'local'],
      [store, 'filter', 'status:4xx', 'status:4xx'],
      [new MemoryStorage(), 'times', undefined, ''],
    ] as const;

    for (const [kept, name, initial, expected] of rows) {
      const { shown, leave } = await showHook(() => useKept(kept, name, initial));
      assert.equal(shown()[0], expected);
      await leave();
    }
  });

  it('is shown and kept as it changes', async () => {
    const store = new MemoryStorage();
    const { shown, leave } = await showHook(() => useKept(store, 'times', 'utc'));
    const [, setValue] = shown();
    setValue('local');

    await until(() => shown()[0] === 'local');
    assert.equal(store.getItem('gatewright-times'), 'local');
    await leave();
  });
});
