/** docs/parity.md, written from a run (`npm run parity -- --write-docs`). */
import { describeSource } from './parity-case.ts';
import { scoreByArea } from './score.ts';
import type { CaseResult, KnownFailures } from './score.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Parity score and accepted differences as Markdown. */
export function printReport(results: readonly CaseResult[], known: KnownFailures): string {
  const areas = scoreByArea(results);
  const passed = areas.reduce((sum, area) => sum + area.passed, 0);
  const analogues = results.filter(({ parityCase }) => parityCase.setup.analogue !== undefined);
  const failing = results.filter(({ difference }) => difference !== undefined);
  return [
    '# Parity with AWS',
    '',
    'Written by `npm run parity -- --write-docs`; do not edit. Each case is one answer of real API Gateway,',
    'recorded or asserted by a public test suite (see [the cases](../test/parity/README.md)), sent to this gateway over a real socket.',
    '',
    `**${passed} of ${results.length} cases hold.** ${analogues.length} of them were recorded on a sibling service with the same payload format.`,
    '',
    '| area | hold | of |',
    '| --- | ---: | ---: |',
    ...areas.map(({ area, passed: holding, total }) => `| ${area} | ${holding} | ${total} |`),
    '',
    '## Known differences',
    '',
    '| case | what is missing | source |',
    '| --- | --- | --- |',
    ...failing.map(({ parityCase }) => {
      const { id } = parityCase;
      return `| ${id} | ${cell(known[id] ?? '')} | ${cell(describeSource(parityCase))} |`;
    }),
    '',
  ].join('\n');
}
