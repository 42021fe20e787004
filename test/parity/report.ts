/** docs/parity.md, written from a run (`npm run parity -- --write-docs`). */
import { readBooks } from '../architecture/sections.ts';
import { CHOICES } from './choices.ts';
import { describeSource } from './parity-case.ts';
import { scoreByArea } from './score.ts';
import type { CaseResult, KnownFailures } from './score.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Parity score, accepted differences and choices as Markdown. */
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
    ...printChoices(),
    '',
  ].join('\n');
}

const EVIDENCE = {
  ...{ inferred: 'inferred', verify: 'reports differ' },
  ...{ unsettled: 'not settled', partly: 'less than AWS does' },
};

/** `docs/aws §2.5` as a link to its page. */
export function linkSections(text: string): string {
  const pages = readBooks().get('docs/aws');
  return text.replaceAll(/\u00a7(\d+(?:\.\d+)*)/g, (sign, id: string) => {
    const page = pages?.get(id)?.path;
    return page === undefined ? sign : `[${sign}](${page.slice('docs/'.length)})`;
  });
}

function printChoices(): readonly string[] {
  return [
    '## Choices',
    '',
    'What is done here where AWS documents nothing, reports differ, or nothing that was found settles it. Sections are those of',
    '[docs/aws](aws/README.md), with the evidence; each row is held by the test it links to.',
    '',
    '| section | question | evidence | here | otherwise by |',
    '| --- | --- | --- | --- | --- |',
    ...CHOICES.map(({ section, question, evidence, here, switch: otherwise = '–', test }) => {
      const held = `${linkSections(cell(here))} ([test](../${test}))`;
      return `| ${linkSections(section)} | ${cell(question)} | ${EVIDENCE[evidence]} | ${held} | ${cell(otherwise)} |`;
    }),
  ];
}
