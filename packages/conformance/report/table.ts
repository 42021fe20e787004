/** Formats a run for a terminal, and as JSON. */
import { describeSource, kindOf } from '../schema/read-cases.ts';
import { countOf, scoreByArea, scoreBySet } from './score.ts';
import { titleOf } from './run-facts.ts';
import type { CaseResult } from './score.ts';
import type { RunFacts } from './run-facts.ts';

export function printTable(results: readonly CaseResult[], facts: RunFacts): string {
  const notAsked = results.filter((result) => result.notAsked !== undefined);
  const failed = results.filter(({ difference }) => difference !== undefined);
  const reasons = [...Map.groupBy(notAsked, (result) => result.notAsked ?? '')];
  const { passed, total } = countOf(results);
  return [
    ...failed.flatMap(({ parityCase, difference }) => [
      `FAILED ${parityCase.area} ${parityCase.id}`,
      `  ${difference ?? ''}`,
      `  ${kindOf(parityCase)}: ${describeSource(parityCase)}`,
    ]),
    ...(failed.length > 0 ? [''] : []),
    ...scoreByArea(results).map((score) => {
      const skipped = notAsked.filter(({ parityCase }) => parityCase.area === score.area).length;
      const asked = `${score.passed}/${score.total}`.padStart(9);
      return `${score.area.padEnd(28)}${asked}${skipped > 0 ? `   ${skipped} not run` : ''}`;
    }),
    '',
    ...reasons
      .toSorted((a, b) => b[1].length - a[1].length)
      .map(([reason, cases]) => `${String(cases.length).padStart(5)} not run: ${reason}`),
    ...(reasons.length > 0 ? [''] : []),
    ...scoreBySet(results).map((score) => `${score.set}: ${score.passed} of ${score.total} pass`),
    `${titleOf(facts)}, ${facts.day}: ${passed} of ${total} cases pass; ${notAsked.length} not run`,
  ].join('\n');
}

export function printJson(results: readonly CaseResult[], facts: RunFacts): string {
  const { passed, total } = countOf(results);
  const cases = results.map(({ parityCase, difference, notAsked }) => ({
    id: parityCase.id,
    area: parityCase.area,
    kind: kindOf(parityCase),
    source: parityCase.source,
    ...(notAsked === undefined
      ? difference === undefined
        ? { outcome: 'holds' }
        : { outcome: 'differs', difference }
      : { outcome: 'not asked', reason: notAsked }),
  }));
  const sets = Object.fromEntries(scoreBySet(results).map(({ set, ...score }) => [set, score]));
  const areas = Object.fromEntries(scoreByArea(results).map(({ area, ...score }) => [area, score]));
  const summary = { ...facts, passed, failed: total - passed, notAsked: results.length - total };
  return JSON.stringify({ ...summary, sets, areas, cases });
}
