/** Counts verdicts by kind, with percentages. Pure. */
import { KINDS } from './expectation.ts';
import { VERDICTS } from './verdict.ts';
import type { Kind } from './expectation.ts';
import type { Verdict } from './verdict.ts';

export type Result = {
  readonly project: string;
  readonly kind: Kind;
  readonly verdict: Verdict;
  readonly started: boolean;
  readonly needs?: string;
  readonly reasons: readonly string[];
  readonly findings: number;
  readonly seconds: number;
};

type Total = {
  readonly name: string;
  readonly projects: number;
  readonly started: number;
  readonly counts: Readonly<Record<Verdict, number>>;
};

/**
 * Returns one total for each kind that occurs, one total for all projects, and one total for the projects that need no
 * account, secret, network or other runtime.
 */
export function countVerdicts(results: readonly Result[]): readonly Total[] {
  const kinds = KINDS.filter((kind) => results.some((result) => result.kind === kind));
  return [
    ...kinds.map((kind) =>
      total(
        kind,
        results.filter((result) => result.kind === kind),
      ),
    ),
    total('all', results),
    total(
      'that need nothing',
      results.filter(({ needs }) => needs === undefined),
    ),
  ];
}

function total(name: string, results: readonly Result[]): Total {
  const counts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, results.filter((result) => result.verdict === verdict).length]),
  ) as Record<Verdict, number>;
  return { name, projects: results.length, started: results.filter(({ started }) => started).length, counts };
}

/** Prints a table for a terminal. */
export function printTotals(totals: readonly Total[]): string {
  const head = ['', 'projects', 'start', ...VERDICTS];
  const rows = totals.map(({ name, projects, started, counts }) => [
    name,
    String(projects),
    ...[started, ...VERDICTS.map((verdict) => counts[verdict])].map((count) => share(count, projects)),
  ]);
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function share(count: number, of: number): string {
  return of === 0 ? '0' : `${count} (${Math.round((100 * count) / of)} %)`;
}
