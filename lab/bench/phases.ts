/**
 * `npm run bench -- phases [--seconds N]`: shows where the time and memory of a request go, with V8's profilers in a
 * separate process (phases-process.ts). Prints tables of microseconds, kinds of work and bytes, and writes
 * .build/lab/phases.md. The last line on stdout is JSON. Takes two minutes.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { QUIET_LOAD, readConditions, writePage } from './conditions.ts';
import { CONNECTIONS } from './measure.ts';
import { cpuSamples, heapSamples, kindOf, KINDS, stepOf, STEPS, sumBy, totalOf } from './phases-steps.ts';
import { SCENARIOS, WITH_BODY } from './scenarios.ts';
import { ROOT, stop } from './targets.ts';
import { forkGateway, measureUnderLoad } from './under-load.ts';
import type { Conditions } from './conditions.ts';
import type { Kind, Step } from './phases-steps.ts';
import type { PhasesMeasured, PhasesOrder } from './phases-process.ts';

const PAGE = '.build/lab/phases.md';
const WARMUP_MS = 8_000;
const MEASURED: Readonly<Record<string, string>> = {
  rest: 'REST',
  'rest-authorized': 'REST, cached authorizer',
  http: 'HTTP',
  'http-post': 'HTTP, POST of 1 KB',
};

/** Figures of one scenario, per request. */
type PhasesColumn = {
  readonly name: string;
  readonly requests: number;
  /** Processor time of the serving thread, in µs. */
  readonly micros: number;
  /** Shares of `micros`; their sum is 1. */
  readonly steps: Partial<Record<Step, number>>;
  readonly kinds: Partial<Record<Kind, number>>;
  readonly bytes: number;
  readonly bytesBySteps: Partial<Record<Step, number>>;
};

export async function runPhases(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { seconds: { type: 'string', default: '3' } } });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error('--seconds must be a positive number');
  const conditions = readConditions();
  const columns: PhasesColumn[] = [];
  for (const scenario of [...SCENARIOS, ...WITH_BODY]) {
    const name = MEASURED[scenario.name];
    if (name === undefined) continue;
    console.error(`phases: ${scenario.name}`);
    const started = await forkGateway('phases-process.ts', 'phases');
    try {
      const order: PhasesOrder = { warmupMs: WARMUP_MS, blockMs: seconds * 1_000 };
      columns.push(toColumn(name, await measureUnderLoad<PhasesMeasured>(started, scenario, order)));
    } finally {
      await stop(started);
    }
  }
  const text = printPhases(conditions, columns);
  await writePage(join(ROOT, PAGE), text);
  console.log(`${text}\nwritten: ${PAGE}\n\n${JSON.stringify({ conditions, columns })}`);
}

/**
 * Computes the figures of one scenario. Shares come from samples; times come from the same thread without a profiler.
 * @throws Error if nothing was served or sampled
 */
export function toColumn(name: string, { plain, cpu, heap }: PhasesMeasured): PhasesColumn {
  if (plain.requests === 0 || cpu.requests === 0 || heap.requests === 0)
    throw new Error(`${name}: no request was served`);
  const times = cpuSamples(cpu.profile);
  const made = sumBy(heapSamples(heap.head), stepOf);
  return {
    name,
    requests: plain.requests,
    micros: plain.mainMicros / plain.requests,
    steps: sharesOf(sumBy(times, stepOf)),
    kinds: sharesOf(sumBy(times, kindOf)),
    bytes: totalOf(made) / heap.requests,
    bytesBySteps: mapValues(made, (bytes) => bytes / heap.requests),
  };
}

function sharesOf<Name extends string>(sums: ReadonlyMap<Name, number>): Partial<Record<Name, number>> {
  const total = totalOf(sums);
  if (!(total > 0)) throw new Error('the profiler recorded no samples');
  return mapValues(sums, (weight) => weight / total);
}

function mapValues<Name extends string>(
  sums: ReadonlyMap<Name, number>,
  change: (value: number) => number,
): Partial<Record<Name, number>> {
  const changed: Partial<Record<Name, number>> = {};
  for (const [name, value] of sums) changed[name] = Number(change(value).toFixed(4));
  return changed;
}

export function printPhases(
  { date, commit, machine, node, loadAverage, cores }: Conditions,
  columns: readonly PhasesColumn[],
): string {
  const table = <Name extends string>(
    names: readonly Name[],
    cell: (column: PhasesColumn, name: Name) => string | undefined,
    total?: (column: PhasesColumn) => string,
  ): string => {
    const rows = names
      .map((name) => [name as string, ...columns.map((column) => cell(column, name) ?? '')])
      .filter(([, ...cells]) => cells.some((text) => text !== ''));
    if (total !== undefined) rows.push(['**together**', ...columns.map((column) => `**${total(column)}**`)]);
    const head = ['what', ...columns.map(({ name }) => name)];
    return [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
  };
  const number = (value: number | undefined, digits: number, unit = ''): string | undefined =>
    value === undefined || Number(value.toFixed(digits)) === 0
      ? undefined
      : `${value.toFixed(digits)}${unit}`;
  return `# Where a request's time goes

Written by \`npm run bench -- phases\` from one run: ${date}, commit ${commit}, ${machine}, Node ${node}; ${CONNECTIONS} connections. V8's profilers sample the serving thread; nothing in the request path takes measurements. A row named after a phase of docs/request-path.md includes everything that the phase calls.
Load average before: ${loadAverage.toFixed(1)} on ${cores} processors${loadAverage > QUIET_LOAD ? '; **not quiet**, so shares are valid, but times are too long' : ''}.

## Time of the serving thread, µs per request

${table(
  STEPS,
  ({ steps, micros }, name) => number((steps[name] ?? 0) * micros, 2),
  ({ micros }) => micros.toFixed(1),
)}

\`instance\`: the pool, sending the event to the thread of an instance, and receiving its response. \`reply\`: Node's \`writeHead\` and \`end\` without the system call.
\`engine\`: V8 and the system with no JavaScript on the stack, which includes reading from sockets and parsing HTTP.

## The same time by kind of work

${table(KINDS, ({ kinds }, name) => number((kinds[name] ?? 0) * 100, 1, ' %'))}

## Memory allocated, bytes per request

Sampled values; nearly all of this memory is garbage once the reply is sent.

${table(
  STEPS,
  ({ bytesBySteps }, name) => number(bytesBySteps[name], 0),
  ({ bytes }) => bytes.toFixed(0),
)}
`;
}
