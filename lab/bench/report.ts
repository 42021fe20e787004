/** Medians, ratios and the table. */
import type { Measurement } from './measure.ts';

/** Medians over the runs of one target in one scenario. */
export type Row = {
  readonly scenario: string;
  readonly target: string;
  readonly runs: number;
  readonly requestsPerSecond: number;
  readonly coldRequestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMb: number | null;
  readonly startMs: number;
  readonly loadCpuShare: number;
};

/** Of the gateway against another target in the same scenario. */
export type Ratio = {
  readonly scenario: string;
  readonly against: string;
  readonly requestsPerSecond: number | null;
  /** Null where the other one answered nothing yet. */
  readonly coldRequestsPerSecond: number | null;
  readonly p99: number | null;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
const ratio = (ours: number, other: number): number | null => (other === 0 ? null : round(ours / other));

export function summarise(scenario: string, target: string, runs: readonly Measurement[]): Row {
  const of = (read: (run: Measurement) => number, digits?: number) => round(median(runs.map(read)), digits);
  const rss = runs.map(({ rssMb }) => rssMb).filter((mb) => mb !== undefined);
  return {
    scenario,
    target,
    runs: runs.length,
    requestsPerSecond: of((run) => run.requestsPerSecond, 0),
    coldRequestsPerSecond: of((run) => run.coldRequestsPerSecond, 0),
    p50Ms: of((run) => run.p50Ms),
    p99Ms: of((run) => run.p99Ms),
    rssMb: rss.length === 0 ? null : round(median(rss), 0),
    startMs: of((run) => run.startMs, 0),
    loadCpuShare: of((run) => run.loadCpuShare),
  };
}

/** @param floorOf the scenario in which the floor of a scenario was measured */
export function findRatios(rows: readonly Row[], floorOf: (scenario: string) => string): readonly Ratio[] {
  return rows
    .filter(({ target }) => target === 'gateway')
    .flatMap((ours) =>
      rows
        .filter(({ target, scenario }) => {
          if (target === 'gateway') return false;
          return scenario === (target === 'floor' ? floorOf(ours.scenario) : ours.scenario);
        })
        .map((other) => {
          return {
            scenario: ours.scenario,
            against: other.target,
            requestsPerSecond: ratio(ours.requestsPerSecond, other.requestsPerSecond),
            coldRequestsPerSecond: ratio(ours.coldRequestsPerSecond, other.coldRequestsPerSecond),
            p99: ratio(ours.p99Ms, other.p99Ms),
          };
        }),
    );
}

/** Left the first two columns, right the others. */
export function printColumns(
  head: readonly string[],
  lines: readonly (readonly (string | number | null)[])[],
): string {
  const cells = [head, ...lines.map((line) => line.map((cell) => String(cell ?? '-')))];
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

export function printTable(rows: readonly Row[], ratios: readonly Ratio[]): string {
  const measured = printColumns(
    ['scenario', 'target', 'req/s', 'cold req/s', 'p50 ms', 'p99 ms', 'RSS MB', 'start ms', 'load CPU'],
    rows.map((row) => {
      const { scenario, target, requestsPerSecond, coldRequestsPerSecond, p50Ms, p99Ms, rssMb, startMs } =
        row;
      return [
        scenario,
        target,
        requestsPerSecond,
        coldRequestsPerSecond,
        p50Ms,
        p99Ms,
        rssMb,
        startMs,
        row.loadCpuShare,
      ];
    }),
  );
  const compared = printColumns(
    ['gateway in', 'against', 'req/s', 'cold req/s', 'p99'],
    ratios.map((one) => [
      one.scenario,
      one.against,
      one.requestsPerSecond,
      one.coldRequestsPerSecond,
      one.p99,
    ]),
  );
  return `${measured}\n\n${compared}`;
}
