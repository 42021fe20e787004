/** docs/performance.md: six figures of one run, and its missed goals. The rest of the page is written by hand. */
import { QUIET_LOAD } from './conditions.ts';
import { isHeld, printValue } from './page.ts';
import type { Conditions } from './conditions.ts';
import type { Figure } from './page.ts';

type Cell = { readonly label: string; readonly what: string };

const OFFLINE = 'serverless-offline';
/** The six rows: what was measured, and what it is compared with. */
const ROWS: readonly {
  readonly title: string;
  readonly own: readonly Cell[];
  readonly other: readonly Cell[];
}[] = [
  {
    title: 'Requests, GET, REST API',
    own: [{ label: '', what: 'GET, REST API: requests' }],
    other: [
      { label: 'floor', what: 'GET, REST API: requests, beside the floor' },
      { label: OFFLINE, what: 'GET, REST API: requests, beside warm serverless-offline' },
    ],
  },
  {
    title: 'p99, GET, REST API',
    own: [{ label: '', what: 'GET, REST API: p99' }],
    other: [{ label: 'floor', what: 'GET, REST API: p99, beside the floor' }],
  },
  {
    title: 'Start to first answer',
    own: [
      { label: 'package', what: 'One plain template by the package, first answer' },
      { label: '`npm start` of this repository', what: '`npm start`, nothing changed' },
    ],
    other: [],
  },
  {
    title: 'Memory, one template',
    own: [
      { label: 'at rest', what: 'One plain template at rest' },
      { label: 'after load', what: 'One plain template after load on its function' },
    ],
    other: [],
  },
  {
    title: 'First answer of a TypeScript function',
    own: [{ label: '', what: 'First answer, TypeScript' }],
    other: [{ label: OFFLINE, what: 'First answer, TypeScript, serverless-offline' }],
  },
  {
    title: 'Save of a TypeScript function to its answer',
    own: [{ label: '', what: 'Save to answer, TypeScript' }],
    other: [{ label: OFFLINE, what: 'Save to answer, TypeScript, serverless-offline' }],
  },
];

export function printSummary(conditions: Conditions, figures: readonly Figure[]): string {
  const { date, commit, machine, cores, node, loadAverage } = conditions;
  const cells = (of: readonly Cell[]): string => of.map((cell) => printCell(cell, figures)).join('; ');
  const rows = ROWS.map(({ title, own, other }) => `| ${title} | ${cells(own)} | ${cells(other)} |`);
  const busy = `\n**The machine was not quiet**: load average ${loadAverage.toFixed(1)} on ${cores} processors when the run began.\n`;
  return `${date}, commit ${commit}, ${machine}, Node ${node}.
${loadAverage > QUIET_LOAD ? busy : ''}
| figure | measured | beside |
| --- | --- | --- |
${rows.join('\n')}

Missed goals, each goal in brackets:

${printMissed(figures)}`;
}

/** The page with the figures of a run in the place of those before. @throws Error where the page has no place for them */
export function renewSummary(page: string, summary: string): string {
  const place = /(<!-- figures -->\n)[\s\S]*(\n<!-- end -->)/;
  if (!place.test(page)) throw new Error('docs/performance.md has no <!-- figures --> … <!-- end -->');
  return page.replace(place, (_, from: string, to: string) => `${from}\n${summary}\n${to}`);
}

function printCell({ label, what }: Cell, figures: readonly Figure[]): string {
  const figure = figures.find((one) => one.what === what);
  const held = figure === undefined ? undefined : isHeld(figure);
  const goal =
    figure?.goal === undefined
      ? ''
      : `${figure.goal.is === 'at least' ? '≥' : '≤'} ${figure.goal.bound} ${figure.unit}`;
  const verdict = held === undefined ? '' : ` (${goal}: ${held ? 'held' : '**missed**'})`;
  return `${label === '' ? '' : `${label} `}${figure === undefined ? 'not measured' : printValue(figure)}${verdict}`;
}

/** One line for all figures of one kind. */
function printMissed(figures: readonly Figure[]): string {
  const missed = figures.filter((figure) => isHeld(figure) === false);
  if (missed.length === 0) return 'None.';
  const kinds = Map.groupBy(missed, ({ what }) => /^(?:GET|POST).*?: (.*)$/.exec(what)?.[1] ?? what);
  return [...kinds]
    .map(([kind, all]) => `- ${kind} (${printGoals(all)}): ${all.map(printMiss).join('; ')}`)
    .join('\n');
}

function printGoals(figures: readonly Figure[]): string {
  return [...new Set(figures.map(({ goal }) => goal?.bound))].join(', ');
}

function printMiss(figure: Figure): string {
  const name = /^(?:GET, )?((?:REST|HTTP|POST).*?): /.exec(figure.what)?.[1]?.replace(' API', '');
  return `${name === undefined ? '' : `${name} `}${printValue(figure)}`;
}
