import { showControls } from '@gatewright/aws/text/visible-text';
import { count, colorize } from '../../../base/terminal/output.ts';
import type { Finding, Unread } from './finding.ts';

export type Report = {
  readonly stage: string;
  readonly subject?: string;
  readonly stack?: string;
  readonly region?: string;
  readonly account?: string;
  readonly findings: readonly Finding[];
  readonly unread: readonly Unread[];
};

/**
 * Returns the exit code. 0: there is no obstacle. 2: there is at least one obstacle. 3: there is no obstacle, but
 * something could not be checked. Code 1 is a usage error.
 */
export function exitCodeOf({ findings, unread }: Report): 0 | 2 | 3 {
  if (findings.some(({ level }) => level === 'obstacle')) return 2;
  return unread.length > 0 ? 3 : 0;
}

export function printReport(report: Report): readonly string[] {
  const { findings, unread, stage, subject = `stage ${stage}`, stack, region, account } = report;
  const lines = findings.flatMap(({ id, level, what, why, where, fix }) => [
    `${colorize(level === 'obstacle' ? 'red' : 'yellow', `${level}:`)} ${showControls(what)} [${id}]`,
    `  why    ${showControls(why)}`,
    `  where  ${showControls(where)}`,
    `  fix    ${showControls(fix)}`,
    '',
  ]);
  for (const [fix, all] of Map.groupBy(unread, fixOf)) {
    const [first] = all;
    if (first === undefined) continue;
    const others = all.length > 1 ? `, and ${all.length - 1} more` : '';
    lines.push(
      `${colorize('yellow', 'not checked:')} ${showControls(`${first.what}${others}: ${first.reason}`)}`,
      `  fix    ${fix}`,
      '',
    );
  }
  const obstacles = findings.filter(({ level }) => level === 'obstacle').length;
  const where = [
    ...(stack === undefined ? [subject] : [`stack ${stack}`]),
    ...(account === undefined ? [] : [`account ${account}`]),
    ...(region === undefined ? [] : [region]),
  ].join(', ');
  const sums = [count(obstacles, 'obstacle'), count(findings.length - obstacles, 'warning')];
  if (unread.length > 0) sums.push(`${unread.length} not checked`);
  lines.push(`${where}: ${sums.join(', ')}`);
  return lines;
}

function fixOf({ permission, fix }: Unread): string {
  return (
    fix ??
    (permission === undefined ? 'try again' : `grant ${permission} to the user or role of your credentials`)
  );
}
