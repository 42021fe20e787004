/** docs/parity.md, written from a run (`npm run parity -- --write-docs`). */
import { readBooks } from '../architecture/sections.ts';
import { CHOICES } from './choices.ts';
import { describeSource, isDocumented } from './read-cases.ts';
import { scoreByArea } from './score.ts';
import type { CaseResult, KnownFailures } from './score.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Parity scores, accepted differences and choices as Markdown. */
export function printReport(results: readonly CaseResult[], known: KnownFailures): string {
  const documented = results.filter(({ parityCase }) => isDocumented(parityCase));
  const recorded = results.filter(({ parityCase }) => !isDocumented(parityCase));
  const analogues = recorded.filter(({ parityCase }) => parityCase.setup.analogue !== undefined);
  const failing = results.filter(({ difference }) => difference !== undefined);
  return [
    '# Parity with AWS',
    '',
    'Written by `npm run parity -- --write-docs`; do not edit. Each case is set up as CloudFormation and sent to this gateway',
    'over a real socket ([the cases](../test/parity/README.md)).',
    '',
    '## Recorded',
    '',
    'Answers of real API Gateway, recorded or asserted by a public test suite.',
    '',
    `**${countOf(recorded)} recorded cases hold.** ${analogues.length} of them were recorded on a sibling service with the same payload format.`,
    '',
    ...printAreas(recorded),
    '## Documented',
    '',
    'What AWS’s developer guide says of HTTP and WebSocket APIs, sentence by sentence; each case names its page and the',
    'sentence. No answer of this gateway was taken for an expectation.',
    '',
    `**${countOf(documented)} documented cases hold.**`,
    '',
    ...printAreas(documented),
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

function countOf(results: readonly CaseResult[]): string {
  return `${results.filter(({ difference }) => difference === undefined).length} of ${results.length}`;
}

function printAreas(results: readonly CaseResult[]): readonly string[] {
  return [
    '| area | hold | of |',
    '| --- | ---: | ---: |',
    ...scoreByArea(results).map(({ area, passed, total }) => `| ${area} | ${passed} | ${total} |`),
    '',
  ];
}

const EVIDENCE = {
  inferred: 'inferred',
  verify: 'reports differ',
  unsettled: 'not settled',
  partly: 'less than AWS does',
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
