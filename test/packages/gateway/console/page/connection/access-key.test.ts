/** The key of the page: by its link, from this tab, or from another one. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { asGlobals } from '../../../../../support/as-globals.ts';
import { loadPage, MemoryStorage } from '../../../../../support/page-in-process.ts';

type Keys = {
  readonly findKey: () => Promise<string | undefined>;
  readonly followKeys: (onKey: (key: string) => void) => () => void;
  readonly keepKey: (key: string) => void;
};
type Listener = { readonly name: string; onmessage?: (event: { readonly data: unknown }) => void };

const { findKey, followKeys, keepKey } = await loadPage<Keys>('connection/access-key');

const CHANNEL = 'gatewright-key';
const KEY = 'key-of-a-link-0123456789';
const OTHER = 'key-of-another-0123456789';

/** Broadcast channels as in a browser, but without delay: all other channels of a name get what one sends. */
function channels() {
  const open = new Set<Listener>();
  return class {
    readonly name: string;
    onmessage?: (event: { readonly data: unknown }) => void;
    constructor(name: string) {
      this.name = name;
      open.add(this);
    }
    postMessage(data: unknown): void {
      for (const one of open) if (one !== this && one.name === this.name) one.onmessage?.({ data });
    }
    close(): void {
      open.delete(this);
    }
  };
}

describe('the key of the page', () => {
  let tabs: Disposable[] = [];
  let waits: { readonly run: () => void; readonly ms: number }[];
  beforeEach(() => {
    waits = [];
    const setTimeout = (run: () => void, ms: number) => waits.push({ run, ms });
    tabs = [asGlobals({ BroadcastChannel: channels(), setTimeout })];
  });
  afterEach(() => {
    for (const tab of tabs.toReversed()) tab[Symbol.dispose]();
  });

  /**
   * A tab of its own.
   * @returns what its address shows afterwards
   */
  function openTab(hash = ''): { readonly address: () => string; readonly store: MemoryStorage } {
    let address = `/console/?at=1${hash}`;
    const store = new MemoryStorage();
    tabs.push(
      asGlobals({
        location: { hash, pathname: '/console/', search: '?at=1' },
        history: { replaceState: (_: unknown, __: string, to: string) => (address = to) },
        sessionStorage: store,
      }),
    );
    return { address: () => address, store };
  }

  it('is the key in its link, which does not stay in the address, and later the key of the tab', async () => {
    const { address, store } = openTab(`#${KEY}`);

    assert.equal(await findKey(), KEY);
    assert.equal(address(), '/console/?at=1');
    assert.equal(store.getItem('gatewright-key'), KEY);
    openTab();
    tabs.push(asGlobals({ sessionStorage: store }));
    assert.equal(await findKey(), KEY);
  });

  for (const hash of ['#short', '#with a blank in the key of a link', `#${'k'.repeat(101)}`])
    it(`is not ${hash.slice(0, 40)}, which stays a place on the page`, async () => {
      const { address } = openTab(hash);
      const found = findKey();
      for (const { run } of waits) run();

      assert.equal(await found, undefined);
      assert.equal(address(), `/console/?at=1${hash}`);
    });

  it('comes from another tab that has one, and stays in this one', async () => {
    const { store } = openTab();
    const other = new BroadcastChannel(CHANNEL);
    other.onmessage = ({ data }) => {
      if ((data as { kind: string }).kind === 'wanted') other.postMessage({ kind: 'given', key: OTHER });
    };

    assert.equal(await findKey(), OTHER);
    assert.equal(store.getItem('gatewright-key'), OTHER);
  });

  it('is given to a tab that asks for one', async () => {
    openTab(`#${KEY}`);
    await findKey();
    const given: string[] = [];
    followKeys((key) => given.push(key));
    new BroadcastChannel(CHANNEL).postMessage({ kind: 'wanted' });

    assert.deepEqual(given, [KEY]);
  });

  it('is missing if no tab answers within two seconds', async () => {
    openTab();
    let found: string | undefined = 'not yet';
    const asked = findKey().then((key) => (found = key));
    await Promise.resolve();
    assert.equal(found, 'not yet');
    assert.deepEqual(
      waits.map(({ ms }) => ms),
      [2_000],
    );
    waits[0]?.run();
    await asked;

    assert.equal(found, undefined);
  });

  it('is given to the tabs that follow it, until they stop', async () => {
    const given: string[] = [];
    const stop = followKeys((key) => given.push(key));
    openTab(`#${KEY}`);
    await findKey();
    stop();
    openTab(`#${OTHER}`);
    await findKey();

    assert.deepEqual(given, [KEY]);
  });

  it('is replaced by a kept one', async () => {
    openTab(`#${KEY}`);
    await findKey();
    keepKey(OTHER);
    tabs.push(asGlobals({ location: { hash: '', pathname: '/', search: '' } }));

    assert.equal(await findKey(), OTHER);
  });
});
