/** Writes .build/lab/functions.md: first responses, later responses and saves, side by side. */
import { describeRun, markdownTable } from '../pages.ts';
import { median } from '../report.ts';
import type { Conditions } from '../conditions.ts';
import { POLL_MS } from './ask.ts';
import type { Answers, Saves } from './measure.ts';
import type { FunctionName, Side } from './sides.ts';

export type Measured = {
  readonly side: Pick<Side, 'server' | 'function' | 'isKept'>;
  readonly answers: readonly Answers[];
  /** One entry for each process. The list is empty if a build is needed between a save and its response. */
  readonly saves: readonly Saves[];
};

const LANGUAGES: Readonly<Record<FunctionName, string>> = {
  plain: 'TypeScript',
  sdk: 'TypeScript with a client of the AWS SDK',
  python: 'Python',
  java: 'Java 17',
};

const ms = (value: number): string =>
  value === Infinity ? `no response within ${POLL_MS / 1000} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const times = (ours: number, theirs: number): string => `${(theirs / ours).toFixed(1)} ×`;

const firstOf = (answers: readonly Answers[]): number => median(answers.map(({ firstMs }) => firstMs));
const warmOf = (answers: readonly Answers[]): number => median(answers.map(({ warmMs }) => warmMs));

type SaveFigure = {
  readonly server: Side['server'];
  readonly what: string;
  readonly firstMs: number;
  readonly laterMs: number;
};

function saveFigures(measured: readonly Measured[]): readonly SaveFigure[] {
  return measured.flatMap(({ side, saves }) => {
    if (saves.length === 0) return [];
    return [
      {
        server: side.server,
        what: LANGUAGES[side.function],
        laterMs: median(saves.flatMap((one) => one.laterMs)),
        firstMs: median(saves.map(({ firstMs }) => firstMs)),
      },
    ];
  });
}

function answerLines(measured: readonly Measured[]): readonly (readonly string[])[] {
  const names = [...new Set(measured.map(({ side }) => side.function))];
  return names.map((name) => {
    const find = (server: Side['server'], isKept: boolean): readonly Answers[] | undefined =>
      measured.find(({ side }) => side.function === name && side.server === server && side.isKept === isKept)
        ?.answers;
    const [fresh, kept] = [find('gateway', false), find('gateway', true) ?? []];
    const other = find('serverless-offline', false);
    return [
      LANGUAGES[name],
      fresh === undefined ? '' : ms(firstOf(fresh)),
      ms(firstOf(kept)),
      other === undefined ? '' : `${ms(firstOf(other))} (${times(firstOf(kept), firstOf(other))})`,
      ms(warmOf(kept)),
      other === undefined ? '' : `${ms(warmOf(other))} (${times(warmOf(kept), warmOf(other))})`,
    ];
  });
}

export function printFunctionsPage(
  conditions: Conditions,
  measured: readonly Measured[],
  skipped: readonly string[],
): string {
  const saves = saveFigures(measured).map(({ server, what, firstMs, laterMs }) => [
    what,
    server === 'gateway' ? 'this gateway' : server,
    ms(firstMs),
    ms(laterMs),
  ]);
  const runs = Math.max(0, ...measured.map(({ answers }) => answers.length));
  return `# Functions on this machine

${describeRun(conditions, 'npm run bench -- functions')}
Nothing on this page was measured on AWS: instances are threads and processes of this machine.

## First and later responses

The first request to a function on a server that is already listening, in a fresh process of that server each time, and the median of 200 sequential requests
afterwards. Medians of ${runs} interleaved runs. _Nothing cached_: bundles and compiled code of earlier starts were removed; _cached_: any start except the very first.
serverless-offline 14.8 runs on osls with serverless-esbuild, which builds before the server listens; × is how much longer it takes.

${markdownTable(
  [
    'function',
    'first, nothing cached',
    'first, cached',
    'first, serverless-offline',
    'later',
    'later, serverless-offline',
  ],
  answerLines(measured),
)}

## From a save to the response of the new code

A source file is written, and the function is called every 8 ms until it returns the new response. The figure is the median of all saves except the first of each process, which fills the caches that later saves use.
serverless-offline runs with \`--reloadHandler\`, without which a save takes effect at its next start; a request that it does not answer within a second is sent again.

${markdownTable(['function', 'server', 'first save', 'later saves'], saves)}
${skipped.length === 0 ? '' : `\nNot measured: ${skipped.join('; ')}.\n`}`;
}
