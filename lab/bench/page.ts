/** .build/lab/performance.md: all figures of one run beside their goals. */
import { QUIET_LOAD } from './conditions.ts';
import type { Conditions } from './conditions.ts';
import type { Instances } from './instances.ts';
import type { Starts } from './starts.ts';
import type { Throughput } from './throughput.ts';

export type Figure = {
  readonly what: string;
  /** Undefined where this run could not measure it. */
  readonly value: number | undefined;
  readonly unit: 's' | 'MB' | '×' | '/s' | 'ms' | '%';
  readonly goal?: { readonly is: 'at least' | 'at most'; readonly bound: number };
};

const DIGITS: Readonly<Record<Figure['unit'], number>> = { s: 2, MB: 0, '×': 2, '/s': 0, ms: 1, '%': 0 };

/** What is asked in a scenario, by its name: `rest`, `rest-authorized`, `http-post`, `rest-1000`. */
function describeScenario(scenario: string): string {
  const [kind = '', variant = ''] = scenario.split('-');
  const what = `${variant === 'post' ? 'POST of 1 KB' : 'GET'}, ${kind.toUpperCase()} API`;
  if (variant === 'authorized') return `${what}, cached authorizer`;
  return /^\d+$/.test(variant) ? `${what}, ${Number(variant).toLocaleString('en')} connections` : what;
}

const LEAST_OF_FLOOR: Readonly<Record<string, number>> = {
  rest: 1,
  http: 1,
  'rest-authorized': 0.95,
  'http-authorized': 0.95,
  'rest-post': 0.9,
  'http-post': 0.9,
};
/** Not compared with serverless-offline. */
const OF_FLOOR_ALONE = /-(?:post|\d+)$/;
const TIMES_OFFLINE: Readonly<Record<string, number>> = { rest: 7.5, http: 8.5 };

/** Goals of requests are ratios within one run: the machine's speed is in none of them. */
export function throughputFigures({ rows, ratios }: Throughput): readonly Figure[] {
  const ratioOf = (scenario: string, against: string) =>
    ratios.find((one) => one.scenario === scenario && one.against === against);
  const atLeast = (bound: number | undefined) =>
    bound === undefined ? {} : { goal: { is: 'at least', bound } as const };
  const ours = rows.filter(({ target }) => target === 'gateway');
  return ours.flatMap(({ scenario, requestsPerSecond, p99Ms }): readonly Figure[] => {
    const name = describeScenario(scenario);
    const floor = ratioOf(scenario, 'floor');
    const offline = ratioOf(scenario, 'serverless-offline');
    const beside: Figure = {
      what: `${name}: requests, beside warm serverless-offline`,
      value: offline?.requestsPerSecond ?? undefined,
      unit: '×',
      ...atLeast(TIMES_OFFLINE[scenario]),
    };
    return [
      { what: `${name}: requests`, value: requestsPerSecond, unit: '/s' },
      { what: `${name}: p99`, value: p99Ms, unit: 'ms' },
      {
        what: `${name}: requests, beside the floor`,
        value: floor?.requestsPerSecond ?? undefined,
        unit: '×',
        ...atLeast(LEAST_OF_FLOOR[scenario]),
      },
      {
        what: `${name}: p99, beside the floor`,
        value: floor?.p99 ?? undefined,
        unit: '×',
        ...(!scenario.endsWith('-post') && { goal: { is: 'at most', bound: 0.5 } }),
      },
      ...(OF_FLOOR_ALONE.test(scenario) ? [] : [beside]),
    ];
  });
}

export function instanceFigures({ busy, further, growth }: Instances): readonly Figure[] {
  const { ours, bare } = further;
  const beside = ours === undefined || bare === undefined ? undefined : ours / bare;
  return [
    {
      what: 'Four callers of a function that is busy for 5 ms: processors used',
      value: busy.share === undefined ? undefined : busy.share * 100,
      unit: '%',
      goal: { is: 'at least', bound: 90 },
    },
    { what: 'Each further warm function', value: ours, unit: 'MB' },
    {
      what: 'Each further warm function, beside a bare worker',
      value: beside,
      unit: '×',
      goal: { is: 'at most', bound: 1.15 },
    },
    {
      what: 'Memory at the end of a long run under load, beside its beginning',
      value: growth,
      unit: '×',
      goal: { is: 'at most', bound: 1.1 },
    },
  ];
}

export function startFigures({ npmStartMs, plainMs, restMb, loadedMb }: Starts): readonly Figure[] {
  const atMost = (bound: number) => ({ is: 'at most', bound }) as const;
  return [
    { what: '`npm start`, nothing changed', value: npmStartMs.unchanged / 1000, unit: 's', goal: atMost(1) },
    { what: '`npm start`, osls compiles', value: npmStartMs.changed / 1000, unit: 's', goal: atMost(2) },
    {
      what: 'One plain template by the package, first answer',
      value: plainMs / 1000,
      unit: 's',
      goal: atMost(0.4),
    },
    { what: 'One plain template at rest', value: restMb, unit: 'MB', goal: atMost(120) },
    { what: 'One plain template after load on its function', value: loadedMb, unit: 'MB', goal: atMost(200) },
  ];
}

/**
 * Undefined where there is nothing to compare. Judged as printed, so that a hidden digit decides nothing.
 */
export function isHeld({ value, unit, goal }: Figure): boolean | undefined {
  if (value === undefined || goal === undefined) return undefined;
  const shown = Number(value.toFixed(DIGITS[unit]));
  return goal.is === 'at least' ? shown >= goal.bound : shown <= goal.bound;
}

export function printValue({ value, unit }: Figure): string {
  if (value === undefined) return 'not measured';
  const digits = unit === 'ms' && Number.isInteger(value) ? 0 : DIGITS[unit];
  return `${value.toFixed(digits)} ${unit}`;
}

function printFigure(figure: Figure): string {
  const { what, unit, goal } = figure;
  const measured = printValue(figure);
  const wanted = goal === undefined ? '' : `${goal.is} ${goal.bound} ${unit}`;
  const held = isHeld(figure);
  return `| ${what} | ${measured} | ${wanted} | ${held === undefined ? '' : held ? 'held' : '**missed**'} |`;
}

export function printPage(
  { date, commit, machine, cores, node, loadAverage }: Conditions,
  host: string,
  parts: readonly { readonly title: string; readonly how: string; readonly figures: readonly Figure[] }[],
): string {
  const sections = parts.map(
    ({ title, how, figures }) =>
      `## ${title}\n\n${how}\n\n| what | measured | goal | |\n| --- | --- | --- | --- |\n${figures.map(printFigure).join('\n')}\n`,
  );
  return `# Performance

Written by \`npm run bench -- performance\` from one run: ${date}, commit ${commit}, ${machine}, Node ${node}. Absolute figures are of
that machine; goals of requests are ratios within the run. The floor is \`node:http\` with one worker thread that gets the same event
and does nothing else (\`lab/bench/floor.ts\`).

${host}
${loadAverage > QUIET_LOAD ? `\n**The machine was not quiet**: its load average was ${loadAverage.toFixed(1)} on ${cores} processors when the run began, so these figures say what was measured and not what the gateway can do.\n` : ''}
${sections.join('\n')}`;
}
