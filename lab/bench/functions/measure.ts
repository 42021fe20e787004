/** Measures first and later responses of functions, and the time from a save to the changed response. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../report.ts';
import { stop } from '../targets.ts';
import { ask, untilBody, untilListening } from './ask.ts';
import { forSaves } from './sides.ts';
import type { Side } from './sides.ts';

const WARM_REQUESTS = 200;
const WARM_UP_REQUESTS = 50;
/**
 * Duration of the pause after a server has begun to listen, because the server is still busy with other work at that
 * time.
 */
const SETTLE_MS = 1_000;
/**
 * Duration of the pause between two saves. No editor saves faster than this, and the server has finished all work for
 * the previous save by then.
 */
const BETWEEN_SAVES_MS = 400;

export type Answers = { readonly firstMs: number; readonly warmMs: number };
/** Durations of the saves in one process. The first save is separate, because it does work that later saves reuse. */
export type Saves = { readonly firstMs: number; readonly laterMs: readonly number[] };

/** Starts a server once and sends the first request to one function. */
export async function measureAnswers(side: Side): Promise<Answers> {
  const running = await side.start();
  try {
    const base = running.urlOf('http');
    await untilListening(running, `${base}/none`);
    await delay(SETTLE_MS);
    const url = `${base}/${side.function}`;
    const { ms: firstMs } = await ask(url);
    const warm: number[] = [];
    for (let request = 0; request < WARM_UP_REQUESTS; request += 1) await ask(url);
    for (let request = 0; request < WARM_REQUESTS; request += 1) warm.push((await ask(url)).ms);
    return { firstMs, warmMs: median(warm) };
  } finally {
    await stop(running);
  }
}

/** Saves one file repeatedly in one process, each time with a different response. */
export async function measureSaves(side: Side, source: string, saves: number): Promise<Saves> {
  const running = await forSaves(side).start();
  try {
    const base = running.urlOf('http');
    await untilListening(running, `${base}/none`);
    const url = `${base}/${side.function}`;
    await ask(url);
    const taken: number[] = [];
    for (let save = 0; save <= saves; save += 1) {
      taken.push(await saveOnce(source, url));
    }
    const [firstMs = Number.NaN, ...laterMs] = taken;
    return { firstMs, laterMs };
  } finally {
    await stop(running);
  }
}

/** Saves a function's source, and returns the milliseconds until the function's new response arrives. */
export async function saveOnce(source: string, url: string): Promise<number> {
  await delay(BETWEEN_SAVES_MS);
  // The version is new in every run, so that nothing cached by an earlier run can match it.
  const version = `version-${Date.now()}`;
  writeFileSync(source, readFileSync(source, 'utf8').replace(/version-\d+/, version));
  return await untilBody(url, version);
}
