/**
 * The performance goals. Each goal is a ratio of a figure of this gateway to a figure of something else in the same
 * run.
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
};

const OFFLINE = 'serverless-offline';
const FLOOR = 'the floor';
const PACKAGED = '`osls package` of both services';
const IDLE = 'an idle `node`';
const BARE = 'a bare aws-jwt-verify handler';

const atLeast = (bound: number, unit: Goal['unit'], beside: string) =>
  ({ is: 'at least', bound, unit, beside }) as const;
const atMost = (bound: number, unit: Goal['unit'], beside: string) =>
  ({ is: 'at most', bound, unit, beside }) as const;

const requestGoals = (kind: 'rest' | 'http'): readonly Goal[] => {
  const api = `${kind.toUpperCase()} API`;
  const authorized = `Requests, ${api}, cached authorizer`;
  return [
    { name: kind, what: `Requests, ${api}`, ...atLeast(0.9, '/s', FLOOR) },
    { name: `${kind}-authorized`, what: authorized, ...atLeast(0.85, '/s', FLOOR) },
    { name: `${kind}-p99`, what: `p99, ${api}, 32 connections`, ...atMost(1, 'ms', FLOOR) },
    { name: `${kind}-256-p99`, what: `p99, ${api}, 256 connections`, ...atMost(1, 'ms', FLOOR) },
    { name: `${kind}-1000-p99`, what: `p99, ${api}, 1,000 connections`, ...atMost(1, 'ms', FLOOR) },
  ];
};

const authorizerGoals = (type: 'token' | 'request', form: 'alone' | 'layer'): readonly Goal[] =>
  (['memory', 'fetched'] as const).map((keys) => {
    const how = `${form === 'alone' ? 'one file' : 'packages in the layer'}, keys ${keys === 'memory' ? 'in memory' : 'fetched'}`;
    const name = `${type}-authorizer-${form}-${keys}`;
    return { name, what: `Start of the ${type} authorizer, ${how}`, ...atMost(1.8, 'ms', BARE) };
  });

/** Each key names a group of goals that are measured together (goal-benches.ts). */
export const GOALS = {
  rest: requestGoals('rest'),
  http: requestGoals('http'),
  offline: [
    { name: 'rest-offline', what: 'Requests, REST API', ...atLeast(8, '/s', `warm ${OFFLINE}`) },
    { name: 'http-offline', what: 'Requests, HTTP API', ...atLeast(8, '/s', `warm ${OFFLINE}`) },
  ],
  npmStart: [
    { name: 'npm-start-changed', what: '`npm start`, osls compiles', ...atMost(1.15, 'ms', PACKAGED) },
    { name: 'npm-start-unchanged', what: '`npm start`, nothing changed', ...atMost(0.35, 'ms', PACKAGED) },
  ],
  firstAnswer: [
    { name: 'first-answer', what: 'First response of the package', ...atMost(5, 'ms', '`node -e 0`') },
  ],
  memory: [
    { name: 'memory-at-rest', what: 'Memory at rest', ...atMost(2.2, 'MB', IDLE) },
    { name: 'memory-after-load', what: 'Memory after load', ...atMost(4, 'MB', IDLE) },
  ],
  saves: [
    { name: 'save-plain', what: 'Save to response, TypeScript', ...atMost(0.05, 'ms', OFFLINE) },
    {
      name: 'save-sdk',
      what: 'Save to response, TypeScript with a client of the AWS SDK',
      ...atMost(0.2, 'ms', OFFLINE),
    },
  ],
  authorizers: (['token', 'request'] as const).flatMap((type) =>
    (['alone', 'layer'] as const).flatMap((form) => authorizerGoals(type, form)),
  ),
  recording: [
    {
      name: 'recording',
      what: 'Requests, REST API, with recording',
      ...atLeast(0.97, '/s', 'without recording'),
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
