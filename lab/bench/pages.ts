/** Parts that all pages in .build/lab share: the description of the run, and tables. */
import { QUIET_LOAD } from './conditions.ts';
import type { Conditions } from './conditions.ts';

export function describeRun(
  { date, commit, machine, cores, node, loadAverage }: Conditions,
  command: string,
): string {
  const head = `Written by \`${command}\` from one run: ${date}, commit ${commit}, ${machine}, Node ${node}.`;
  if (loadAverage <= QUIET_LOAD) return head;
  return `${head}\n\n**The machine was not quiet**: its load average was ${loadAverage.toFixed(1)} on ${cores} processors when the run began, so times are too long, and ratios are less certain.`;
}

export function markdownTable(
  head: readonly string[],
  lines: readonly (readonly (string | number | undefined)[])[],
): string {
  const row = (cells: readonly (string | number | undefined)[]): string =>
    `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}
