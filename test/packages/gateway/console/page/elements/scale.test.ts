import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { asGlobals } from '../../../../../support/as-globals.ts';
import { loadPage, showHook, until } from '../../../../../support/page-in-process.ts';

const { useScale } = await loadPage<{ readonly useScale: () => number }>('elements/scale');

describe('the scale of the page', () => {
  const root = {};
  let fontSize: string;
  let listeners: Set<() => void>;
  let page: Disposable;
  beforeEach(() => {
    fontSize = '16px';
    listeners = new Set();
    page = asGlobals({
      document: { documentElement: root },
      getComputedStyle: (element: unknown) => (element === root ? { fontSize } : {}),
      addEventListener: (name: string, listener: () => void) => name === 'resize' && listeners.add(listener),
      removeEventListener: (name: string, listener: () => void) =>
        name === 'resize' && listeners.delete(listener),
    });
  });
  afterEach(() => page[Symbol.dispose]());

  it('is how large the letters of the browser are, and follows them', async () => {
    const { shown, leave } = await showHook(useScale);
    assert.equal(shown(), 1);

    fontSize = '24px';
    for (const listener of listeners) listener();
    await until(() => shown() === 1.5);
    await leave();
    assert.equal(listeners.size, 0);
  });

  it('is read again when all is drawn, which may have changed it', async () => {
    let readings = 0;
    const changing = asGlobals({
      getComputedStyle: () => ({ fontSize: (readings += 1) === 1 ? '16px' : '20px' }),
    });
    const { shown, leave } = await showHook(useScale);

    await until(() => shown() === 1.25);
    await leave();
    changing[Symbol.dispose]();
  });
});
