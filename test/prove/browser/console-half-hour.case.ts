/**
 * Traffic stays open while 20 requests arrive each second, for half an hour or `--minutes`. The page's list is full
 * after 500 seconds, and the gateway's records are full earlier. From then on, the memory of both must not grow.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { openConsole } from './console-tour.ts';
import { serve } from './page.ts';
import type { BrowserCase, Page } from './page.ts';

const MINUTES = 30;
const PER_SECOND = 20;
/**
 * The largest growth from the third sixth of the time, in which the list is full, to the last sixth. A row that is
 * being replaced still counts.
 */
const MOST_GROWTH: Readonly<Record<keyof Sample, number>> = { heapMb: 1.1, nodes: 1.25, gatewayMb: 1.15 };
/** In this time, the list is full after a third. */
const LEAST_MINUTES = 25;
const LARGE = 'x'.repeat(10_000);

const api = (Path: string, Method: string, more: object = {}): object => ({
  Type: 'Api',
  Properties: { Path, Method, ...more },
});
const SHOP = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Answer: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        InlineCode: `exports.handler = async ({ resource, httpMethod }) => ({
          statusCode: resource === '/missing' ? 404 : httpMethod === 'POST' ? 201 : 200,
          body: JSON.stringify({ items: resource === '/large' ? 'y'.repeat(10000) : [] }),
        });`,
        Events: {
          Small: api('/small', 'GET'),
          Large: api('/large', 'GET'),
          Missing: api('/missing', 'GET'),
          Closed: api('/closed', 'GET', { Auth: { ApiKeyRequired: true } }),
          Post: api('/orders', 'POST'),
        },
      },
    },
  },
};
const MIX: readonly (readonly [path: string, status: number])[] = [
  ['/small', 200],
  ['/large', 200],
  ['/orders', 201],
  ['/missing', 404],
  ['/small', 200],
  ['/closed', 403],
  ['/small', 200],
  ['/nowhere', 403],
  ['/large', 200],
  ['/orders', 201],
];

type Sample = { readonly heapMb: number; readonly nodes: number; readonly gatewayMb: number };

export const browserCase: BrowserCase = {
  name: 'the console and its gateway hold no more memory after half an hour of requests than once their lists are full',
  async run({ page, minutes = MINUTES }) {
    await using stacks = await serve(['shop.json'], [], { 'shop.json': JSON.stringify(SHOP) });
    const [{ url } = { url: '' }] = stacks.apis;
    const problems = await openConsole(page, stacks.console);
    const measure = await probe(page, stacks.pid);
    const samples: Sample[] = [];
    for (let minute = 1; minute <= Math.max(minutes, LEAST_MINUTES); minute += 1) {
      await sendForAMinute(url, minute);
      const sample = await measure();
      samples.push(sample);
      const { heapMb, nodes, gatewayMb } = sample;
      console.log(
        `    minute ${minute}: heap ${heapMb.toFixed(2)} MB, ${nodes} nodes, gateway ${gatewayMb.toFixed(0)} MB`,
      );
    }
    assert.deepEqual(problems, []);
    const sixth = Math.ceil(samples.length / 6);
    for (const [name, most] of Object.entries(MOST_GROWTH)) {
      const what = name as keyof Sample;
      const full = median(samples.slice(2 * sixth, 3 * sixth).map((sample) => sample[what]));
      const last = median(samples.slice(-sixth).map((sample) => sample[what]));
      assert.ok(last <= full * most, `${what}: ${full} in the third sixth, ${last} in the last`);
    }
  },
};

/** Sends a request every 50 ms. If a request is late, the next ones are not sent earlier to catch up. */
async function sendForAMinute(url: string, minute: number): Promise<void> {
  const startedMs = performance.now();
  const sent: Promise<void>[] = [];
  for (let count = 0; count < 60 * PER_SECOND; count += 1) {
    const [path, status] = MIX[count % MIX.length] ?? ['', 0];
    sent.push(ask(`${url}${path}?n=${minute}.${count}`, path === '/orders', status));
    const waitMs = startedMs + ((count + 1) * 1000) / PER_SECOND - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  await Promise.all(sent);
}

async function ask(url: string, isPost: boolean, status: number): Promise<void> {
  const response = await fetch(url, isPost ? { method: 'POST', body: LARGE } : {});
  await response.text();
  assert.equal(response.status, status, url);
}

/** Measures the memory after a garbage collection in the page. */
async function probe(page: Page, pid: number): Promise<() => Promise<Sample>> {
  const devtools = await page.context().newCDPSession(page);
  return async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = (await devtools.send('Runtime.getHeapUsage')) as { readonly usedSize: number };
    const { nodes } = (await devtools.send('Memory.getDOMCounters')) as { readonly nodes: number };
    const rssKb = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
    return { heapMb: usedSize / 1024 ** 2, nodes, gatewayMb: rssKb / 1024 };
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
