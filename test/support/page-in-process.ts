/**
 * Runs the logic of the console's page in the process of a test. Its modules are checked with the types of a browser,
 * which tests do not have. They are therefore loaded by name, and each test declares the types of what it uses.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { sign } from '../../packages/gateway/console/page/connection/sign.ts';
import { asGlobals } from './as-globals.ts';

type Preact = {
  readonly h: (component: () => null, props: object) => object;
  readonly render: (node: object | null, parent: object) => void;
  readonly options: { requestAnimationFrame?: (callback: () => void) => void };
};
type Hooks = {
  readonly useState: <Value>(initial: Value) => readonly [value: Value, setValue: (value: Value) => void];
};

// An import of its types would also import all types of a browser.
const { h, options, render } = await load<Preact>('preact');
export const { useState } = await load<Hooks>('preact/hooks');

async function load<Module>(name: string): Promise<Module> {
  return (await import(name)) as Module;
}

export async function loadPage<Module>(name: string): Promise<Module> {
  return (await import(`../../packages/gateway/console/page/${name}.ts`)) as Module;
}

let copies = 0;

/** Loads a module of the page again, so that its state is separate. */
export async function loadPageAnew<Module>(name: string): Promise<Module> {
  copies += 1;
  return (await import(`../../packages/gateway/console/page/${name}.ts?copy=${copies}`)) as Module;
}

export class MemoryStorage {
  readonly #kept = new Map<string, string>();
  getItem(name: string): string | null {
    return this.#kept.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.#kept.set(name, value);
  }
}

const PAGE_HOST = '127.0.0.1:4000';
let starts = 0;

/** The gateway that the page's `fetch` calls. It has one key, and records the requests that it gets. */
export class PageGateway {
  /** The id of this run of the gateway. */
  start = '';
  isReady = true;
  isAway = false;
  readonly key: string;
  /** Requests below `/_gatewright/` that had a valid signature. */
  readonly asked: string[] = [];
  /** All calls, including refused ones. */
  fetched = 0;
  /** @param path the path with its query */
  answer: (
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ) => Response | Promise<Response> = () => Response.json({});

  constructor(key = 'key-of-this-test-0123456789') {
    this.key = key;
    this.restart();
  }

  restart(): void {
    starts += 1;
    this.start = `start-${starts}`;
  }

  readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    this.fetched += 1;
    init.signal?.throwIfAborted();
    if (this.isAway) throw new TypeError('fetch failed');
    const { start, isReady } = this;
    if (path === '/console/start') return Response.json({ start, isReady });
    const signature = await sign(this.key, start, PAGE_HOST);
    const method = init.method ?? 'GET';
    if (new Headers(init.headers).get('authorization') !== `Bearer ${signature}`)
      return Response.json({ message: 'not signed' }, { status: 401 });
    const below = path.replace('/_gatewright/', '');
    this.asked.push(`${method} ${below}`);
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    init.signal?.throwIfAborted();
    return await this.answer(method, below, body, init.signal ?? undefined);
  };

  /** Makes this process the page of the gateway, opened by a link with `hash`. */
  open(hash = `#${this.key}`): Disposable {
    const location = { hash, pathname: '/console/', search: '?at=1', host: PAGE_HOST };
    return asGlobals({
      fetch: this.fetch,
      location,
      history: { replaceState: (_: unknown, __: string, to: string) => (location.hash = to) },
      sessionStorage: new MemoryStorage(),
      localStorage: new MemoryStorage(),
    });
  }
}

export type ShownHook<Value> = {
  /** Returns the value at the last rendering. */
  readonly shown: () => Value;
  readonly leave: () => Promise<void>;
};

/** A component that draws nothing and uses the hook. */
export async function showHook<Value>(use: () => Value): Promise<ShownHook<Value>> {
  options.requestAnimationFrame = queueMicrotask;
  let shown: { readonly value: Value } | undefined;
  const Component = (): null => {
    shown = { value: use() };
    return null;
  };
  const parent = { childNodes: [], firstChild: null };
  render(h(Component, {}), parent);
  await turn();
  return {
    shown: () => {
      if (shown === undefined) throw new Error('nothing was drawn');
      return shown.value;
    },
    // Effects may have started work that ends after the next rendering.
    leave: () => (render(null, parent), turn()),
  };
}

/**
 * Waits, turn by turn of the event loop, until the condition is true, because signatures are computed in the
 * background.
 */
export async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1_000_000 && !holds(); turns += 1) await turn();
  if (!holds()) throw new Error(`the condition did not become true: ${String(holds)}`);
}
