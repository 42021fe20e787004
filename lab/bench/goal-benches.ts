/**
 * Defines how each goal is measured: which programs are started together, and which figures of the two sides form a
 * pair.
 */
import { isOursFirst, measurePair } from './against.ts';
import { bundleAuthorizer, medianStartMs, SPENDERS, startBoth, startServers } from './against-sides.ts';
import { prepareLayer } from './authorizer-bundles.ts';
import { openIssuer } from './authorizer-starts.ts';
import { ask, untilListening } from './functions/ask.ts';
import { saveOnce } from './functions/measure.ts';
import { prepareSaves } from './functions/sides.ts';
import { buildCommand } from './plain-stack.ts';
import { measureRecording } from './record.ts';
import { median } from './report.ts';
import { CROWDS, HEADERS, SCENARIOS } from './scenarios.ts';
import { firstAnswers, memories, npmStarts } from './start-pairs.ts';
import {
  FIXTURE,
  prepareServerlessOffline,
  ROOT,
  startFloor,
  startGateway,
  startServerlessOffline,
  stop,
  untilAnswered,
} from './targets.ts';
import type { Pair } from './against.ts';
import type { Side, Sides } from './against-sides.ts';
import type { Starter } from './authorizer-starts.ts';
import type { BenchName } from './goals.ts';
import type { Kind, Running } from './targets.ts';

type MeasurePair = (pair: number) => Promise<readonly Pair[]>;

/**
 * Builds and installs what the measurements need, once.
 * @returns a function that measures the pair with the given number
 */
type Prepare = (wanted: ReadonlySet<string>, seconds: number) => Promise<MeasurePair> | MeasurePair;

/** Seconds for which each server is warmed up. */
const WARMUP_SECONDS = 8;
const OFFLINE = 'performance-offline';
const SAVED = ['plain', 'sdk'] as const;
const SAVES_PER_TURN = 3;
/** Number of pairs of blocks measured in one fresh process. Each pair is one block with recording and one without. */
const RECORDED_BLOCKS = 60;

const startOurs = (): Promise<Running> => startGateway(ROOT, 'performance');

/** Measures both sides in turns, so that noise of the machine affects both. */
const inTurns =
  (start: (isOursFirst: boolean) => Promise<Sides> | Sides) =>
  async (pair: number): Promise<readonly Pair[]> => {
    await using sides = await start(isOursFirst(pair));
    return await measurePair(sides, isOursFirst(pair));
  };

const besideFloor =
  (kind: Kind): Prepare =>
  async (wanted, seconds) => {
    const scenarios = [...SCENARIOS, ...CROWDS].filter(
      (one) => one.kind === kind && (wanted.has(one.name) || wanted.has(`${one.name}-p99`)),
    );
    const event = await captureEvent(kind);
    return inTurns((isFirst) =>
      startServers({ ours: startOurs, theirs: () => startFloor(event) }, scenarios, {
        seconds,
        isOursFirst: isFirst,
        warmupSeconds: WARMUP_SECONDS,
        read: ({ name }, { perSecond, p99Ms, micros }) => ({
          [name]: perSecond,
          [`${name}-p99`]: p99Ms,
          ...Object.fromEntries(SPENDERS.map((spender) => [`${name}: ${spender}`, micros[spender]])),
        }),
      }),
    );
  };

/** Captures the event that the gateway's function gets, so that the floor can send the same event. */
async function captureEvent(kind: Kind): Promise<unknown> {
  const running = await startOurs();
  try {
    const { hostname: host, port, pathname: path } = new URL(`${running.urlOf(kind)}/event`);
    const request = { host, port: Number(port), path, headers: HEADERS };
    return JSON.parse(await untilAnswered(running, request)) as unknown;
  } finally {
    await stop(running);
  }
}

const besideOffline: Prepare = (wanted, seconds) => {
  const reason = prepareServerlessOffline({ folder: FIXTURE, files: ['handler.ts'] }, OFFLINE);
  if (reason !== undefined) throw new Error(reason);
  const scenarios = SCENARIOS.filter(({ name }) => wanted.has(`${name}-offline`));
  return inTurns((isFirst) =>
    startServers(
      // serverless-offline starts all its instances with the first requests. On a busy machine, some would take longer
      // than their timeout.
      { ours: startOurs, theirs: () => startServerlessOffline(OFFLINE, ['--noTimeout']) },
      scenarios,
      {
        seconds,
        isOursFirst: isFirst,
        warmupSeconds: WARMUP_SECONDS,
        read: ({ name }, { perSecond }) => ({ [`${name}-offline`]: perSecond }),
      },
    ),
  );
};

const saves: Prepare = (wanted) => {
  const { starters, sourceOf } = prepareSaves();
  const names = SAVED.filter((name) => wanted.has(`save-${name}`));
  return inTurns(async (isFirst) => {
    const { running, close } = await startBoth(starters, isFirst);
    const urlOf = (side: Side, name: (typeof SAVED)[number]): string =>
      `${running[side].urlOf('http')}/${name}`;
    const askOnce = async (side: Side, name: (typeof SAVED)[number]): Promise<void> => {
      await untilListening(running[side], `${running[side].urlOf('http')}/none`);
      await ask(urlOf(side, name));
    };
    const save = (side: Side, name: (typeof SAVED)[number]): Promise<number> =>
      saveOnce(sourceOf(side, name), urlOf(side, name));
    try {
      // The first save of a process does work that later saves reuse. A save before the first request would not count,
      // because nothing is built yet.
      for (const name of names)
        for (const side of ['ours', 'theirs'] as const) {
          await askOnce(side, name);
          await save(side, name);
        }
    } catch (error) {
      await close();
      throw error;
    }
    return {
      name: 'saves',
      figures: names.map((name) => async (side) => {
        const taken: number[] = [];
        while (taken.length < SAVES_PER_TURN) taken.push(await save(side, name));
        return { [`save-${name}`]: median(taken) };
      }),
      [Symbol.asyncDispose]: close,
    };
  });
};

const authorizers: Prepare = async (wanted) => {
  prepareLayer(ROOT);
  const prepared: { readonly figure: string; readonly starters: Readonly<Record<Side, Starter>> }[] = [];
  for (const form of ['alone', 'layer'] as const)
    for (const keys of ['memory', 'fetched'] as const) {
      const theirs = await bundleAuthorizer({ name: 'aws-jwt-verify', form, keys });
      for (const name of ['token-authorizer', 'request-authorizer'] as const)
        prepared.push({
          figure: `${name}-${form}-${keys}`,
          starters: { ours: await bundleAuthorizer({ name, form, keys }), theirs },
        });
    }
  return inTurns(async () => {
    const issuer = await openIssuer();
    return {
      name: 'authorizers',
      figures: prepared
        .filter(({ figure }) => wanted.has(figure))
        .map(({ figure, starters }) => async (side) => ({
          [figure]: await medianStartMs(starters[side], issuer),
        })),
      [Symbol.asyncDispose]: () => issuer[Symbol.asyncDispose](),
    };
  });
};

/** A pair is a fresh process, which is measured in blocks of requests, alternately with and without recording. */
const recording: Prepare = () => {
  const rest = SCENARIOS.find(({ name }) => name === 'rest');
  if (rest === undefined) throw new Error('the recording bench has no scenario named "rest"');
  return async () => {
    const { perSecond } = await measureRecording(rest, { pairs: RECORDED_BLOCKS });
    return [{ figure: 'recording', ours: perSecond.on, theirs: perSecond.off }];
  };
};

export const GOAL_BENCHES: Readonly<Record<BenchName, Prepare>> = {
  rest: besideFloor('rest'),
  http: besideFloor('http'),
  offline: besideOffline,
  npmStart: () => {
    const sides = npmStarts();
    return inTurns(() => sides);
  },
  firstAnswer: async () => {
    const sides = firstAnswers(buildCommand());
    // One measurement is made first and discarded: the first start stores compiled code for later starts, and the first
    // request of this process is slower.
    for (const measure of sides.figures) await measure('ours');
    return inTurns(() => sides);
  },
  memory: () => {
    const sides = memories(buildCommand());
    return inTurns(() => sides);
  },
  saves,
  authorizers,
  recording,
};
