/** Formats a run as JUnit XML, for the reports of a CI system. */
import { describeSource } from '../schema/read-cases.ts';
import { setOf } from './score.ts';
import type { CaseResult, KnownFailures } from './score.ts';

/** Formats one suite for each area. Known failures are skipped, with their reason. */
export function printJunit(results: readonly CaseResult[], known: KnownFailures): string {
  const areas = Map.groupBy(results, ({ parityCase }) => parityCase.area);
  const suites = [...areas].map(([area, inArea]) => printSuite(area, inArea, known));
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join(
    '\n',
  );
}

function printSuite(area: string, results: readonly CaseResult[], known: KnownFailures): string {
  const failures = results.filter(({ difference }) => difference !== undefined);
  const skipped = results.filter(
    ({ parityCase, difference, notAsked }) =>
      notAsked !== undefined || (difference !== undefined && parityCase.id in known),
  );
  const unexpected = failures.filter(({ parityCase }) => !(parityCase.id in known));
  const counts = `tests="${results.length}" failures="${unexpected.length}" skipped="${skipped.length}"`;
  return [
    `  <testsuite name="${escapeXml(area)}" ${counts}>`,
    ...results.map((result) => printCase(result, known[result.parityCase.id])),
    '  </testsuite>',
  ].join('\n');
}

function printCase({ parityCase, difference, notAsked }: CaseResult, reason: string | undefined): string {
  const name = `name="${escapeXml(parityCase.id)}" classname="${escapeXml(setOf(parityCase))}"`;
  if (notAsked !== undefined)
    return `    <testcase ${name}><skipped message="${escapeXml(`not run: ${notAsked}`)}"/></testcase>`;
  if (difference === undefined) return `    <testcase ${name}/>`;
  const text = escapeXml(`${difference}\nsource: ${describeSource(parityCase)}`);
  const outcome =
    reason === undefined
      ? `<failure message="${escapeXml(difference)}">${text}</failure>`
      : `<skipped message="${escapeXml(reason)}"/>`;
  return `    <testcase ${name}>${outcome}</testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// oxlint-disable-next-line no-control-regex -- XML does not allow control characters
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function escapeXml(text: string): string {
  return text.replaceAll(CONTROL, '?').replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
