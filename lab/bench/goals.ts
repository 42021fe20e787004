/**
 * The performance goals. Each goal is a ratio of a figure of this gateway to a figure of something else in the same
 * run. Each goal names a limit that no change to the gateway can exceed. A goal beyond its limit would be missed by
 * every run.
 */
import { summarisePairs } from './against.ts';
import type { AgainstRow } from './against.ts';
import type { BoundSide } from './interval.ts';
import type { SteadyPair } from './steady-pairs.ts';

export type Goal = {
  /** The name that `--only` takes, and the name of the pairs that are measured for the goal. */
  readonly name: string;
  readonly what: string;
  readonly unit: '/s' | 'ms' | 'MB';
  readonly beside: string;
  readonly is: BoundSide;
  readonly bound: number;
  /** What limits the ratio, and the value of the limit. */
  readonly limit: string;
};

const OFFLINE = 'serverless-offline';
const FLOOR = 'the floor';
const PACKAGED = '`osls package` of both services';
const IDLE = 'an idle `node`';
const BARE = 'a bare aws-jwt-verify handler';

const atLeast = (bound: number, unit: Goal['unit'], beside: string, limit: string) =>
  ({ is: 'at least', bound, unit, beside, limit }) as const;
const atMost = (bound: number, unit: Goal['unit'], beside: string, limit: string) =>
  ({ is: 'at most', bound, unit, beside, limit }) as const;

const NO_FASTER = 'the floor only passes requests on, so 1';

/** The limit that the processor time of one request in all threads sets. `causes.ts` says how the time was measured. */
const BY_TIME = {
  rest: 'a request takes 55.1 µs of processor time in the floor and 59.8 in the gateway, so 0.92',
  http: 'a request takes 46.6 µs of processor time in the floor and 49.1 in the gateway, so 0.95',
};

const requestGoals = (kind: 'rest' | 'http'): readonly Goal[] => {
  const api = `${kind.toUpperCase()} API`;
  const authorized = `Requests, ${api}, cached authorizer`;
  const identified = `${BY_TIME[kind]}; identifying the caller and evaluating the policy take 2.2 µs more`;
  return [
    { name: kind, what: `Requests, ${api}`, ...atLeast(0.85, '/s', FLOOR, BY_TIME[kind]) },
    { name: `${kind}-authorized`, what: authorized, ...atLeast(0.8, '/s', FLOOR, identified) },
    { name: `${kind}-p99`, what: `p99, ${api}, 32 connections`, ...atMost(1, 'ms', FLOOR, NO_FASTER) },
    { name: `${kind}-256-p99`, what: `p99, ${api}, 256 connections`, ...atMost(1, 'ms', FLOOR, NO_FASTER) },
    {
      name: `${kind}-1000-p99`,
      what: `p99, ${api}, 1,000 connections`,
      ...atMost(1, 'ms', FLOOR, NO_FASTER),
    },
  ];
};

/**
 * According to a profile, the authorizer's code, metrics, policy and stricter checks take 12 ms more than the bare
 * handler (causes.ts).
 */
const AUTHORIZER_PARTS = {
  alone: 'the parts that cannot be removed add up to 1.9 to 2.0',
  layer: 'the parts that cannot be removed add up to 2.15 to 2.2',
};

const authorizerGoals = (type: 'token' | 'request', form: 'alone' | 'layer'): readonly Goal[] =>
  (['memory', 'fetched'] as const).map((keys) => {
    const how = `${form === 'alone' ? 'one file' : 'packages in the layer'}, keys ${keys === 'memory' ? 'in memory' : 'fetched'}`;
    const name = `${type}-authorizer-${form}-${keys}`;
    const bound = keys === 'fetched' ? 1.8 : form === 'alone' ? 2.1 : 2.3;
    const limit =
      keys === 'fetched'
        ? 'the limit with keys in memory, reduced by a call that takes equally long on both sides'
        : AUTHORIZER_PARTS[form];
    return { name, what: `Start of the ${type} authorizer, ${how}`, ...atMost(bound, 'ms', BARE, limit) };
  });

const OFFLINE_LIMIT = (floor: number): string =>
  `the floor reaches ${floor} times serverless-offline, and the gateway 0.85 of the floor`;

/** Each key names a group of goals that are measured together (goal-benches.ts). */
export const GOALS = {
  rest: requestGoals('rest'),
  http: requestGoals('http'),
  offline: [
    {
      name: 'rest-offline',
      what: 'Requests, REST API',
      ...atLeast(5.5, '/s', `warm ${OFFLINE}`, OFFLINE_LIMIT(7.05)),
    },
    {
      name: 'http-offline',
      what: 'Requests, HTTP API',
      ...atLeast(5.5, '/s', `warm ${OFFLINE}`, OFFLINE_LIMIT(7.38)),
    },
  ],
  npmStart: [
    {
      name: 'npm-start-first',
      what: '`npm start`, the first time in a clone',
      ...atMost(
        0.8,
        'ms',
        PACKAGED,
        'osls must read each service; the gateway is loaded before osls reads it, but serves it only afterwards',
      ),
    },
    {
      name: 'npm-start-changed',
      what: '`npm start`, osls compiles',
      ...atMost(
        1.15,
        'ms',
        PACKAGED,
        'osls must read each service; the gateway is loaded before osls reads it, but serves it only afterwards',
      ),
    },
    {
      name: 'npm-start-unchanged',
      what: '`npm start`, nothing changed',
      ...atMost(0.35, 'ms', PACKAGED, 'starting the gateway alone, without osls'),
    },
  ],
  firstAnswer: [
    {
      name: 'first-answer',
      what: 'First response of the package',
      ...atMost(
        8,
        'ms',
        '`node -e 0`',
        'the parts of a startup, each of which is needed, add up to 7 (causes.ts)',
      ),
    },
  ],
  memory: [
    {
      name: 'memory-at-rest',
      what: 'Memory at rest',
      ...atMost(2.2, 'MB', IDLE, 'two threads, each with a heap, and the code of the gateway'),
    },
    {
      name: 'memory-after-load',
      what: 'Memory after load',
      ...atMost(
        4,
        'MB',
        IDLE,
        'young generations of 16 MB in each thread, which are not given back under load',
      ),
    },
  ],
  saves: [
    {
      name: 'save-plain',
      what: 'Save to response, TypeScript',
      ...atMost(
        0.35,
        'ms',
        OFFLINE,
        'a pause of 2 ms after the write, a build, and a thread that loads the new code: 0.2',
      ),
    },
    {
      name: 'save-sdk',
      what: 'Save to response, TypeScript with a client of the AWS SDK',
      ...atMost(
        0.2,
        'ms',
        OFFLINE,
        'the steps of a save without the client, and 40 ms to load the packages from compiled code',
      ),
    },
  ],
  authorizers: (['token', 'request'] as const).flatMap((type) =>
    (['alone', 'layer'] as const).flatMap((form) => authorizerGoals(type, form)),
  ),
  recording: [
    {
      name: 'recording',
      what: 'Requests, REST API, with recording',
      ...atLeast(
        0.92,
        '/s',
        'without recording',
        'a request takes 30.2 µs of processor time without recording and 32.4 with it, so 0.93',
      ),
    },
  ],
} as const satisfies Readonly<Record<string, readonly Goal[]>>;

export type BenchName = keyof typeof GOALS;

/** The result of a run for one goal. */
export type Result = {
  readonly goal: Goal;
  /** The measured ratio; undefined if the goal was not measured. */
  readonly row: AgainstRow | undefined;
  /** The number of pairs in which the host's speed changed in every repetition. */
  readonly marked: number;
};

/** @throws Error if one side of a pair has no figure */
export function judgeGoal(goal: Goal, pairs: readonly SteadyPair[]): Result {
  const own = pairs.filter(({ figure }) => figure === goal.name);
  const [row] = summarisePairs(own, goal.bound, goal.is);
  return { goal, row, marked: own.filter(({ isMarked }) => isMarked).length };
}
