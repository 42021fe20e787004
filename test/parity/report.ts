/** docs/parity.md, written from a run (`npm run parity -- --write-docs`), and the table of all choices (`--choices`). */
import { readBooks } from '../architecture/sections.ts';
import { CHOICES } from './choices.ts';
import { isPlainCase } from './plain-cases.ts';
import { printPeers, readPeers } from './peers.ts';
import { kindOf } from '../../packages/conformance/schema/read-cases.ts';
import { setOf } from '../../packages/conformance/report/score.ts';
import type { Choice } from './choice.ts';
import type { CaseResult, KnownFailures } from '../../packages/conformance/report/score.ts';

/** Scores, known differences, and the choices that an option changes, as Markdown. */
export function printReport(results: readonly CaseResult[], known: KnownFailures): string {
  const inSet = (set: ReturnType<typeof setOf>): readonly CaseResult[] =>
    results.filter(({ parityCase }) => setOf(parityCase) === set);
  const analogues = results.filter(
    ({ parityCase }) => isPlainCase(parityCase) && parityCase.setup.analogue !== undefined,
  );
  const kinds = kindsOf(inSet('recorded'));
  const failing = results.filter(({ difference }) => difference !== undefined);
  const less = CHOICES.filter(({ evidence }) => evidence === 'partly');
  const optional = CHOICES.filter((choice) => choice.switch !== undefined && !less.includes(choice));
  return `# Parity with AWS

Written by \`npm run parity -- --write-docs\`; do not edit. \`npm run parity\` prints the score by area.

**${countOf(inSet('recorded'))} published answers hold** (“recorded”). They are: ${kinds}; ${analogues.length} of them were recorded on another service that uses the same payload format.

**${countOf(inSet('documented'))} documented cases hold.** Each checks a sentence of AWS’s developer guides about HTTP and WebSocket APIs, AWS WAF, CloudFront or alarms, and names its page.

**Control plane: ${countOf(inSet('control plane, recorded'))} recorded, ${countOf(inSet('control plane, documented'))} documented and ${countOf(inSet('control plane, reported'))} reported answers hold.** These cases are calls through the AWS SDK. Documented answers come from the API reference, the developer guide and the service models. Reported answers were pasted into public threads.

How it is counted: each case is set up as CloudFormation and sent to the gateway over a socket ([the suite](../packages/conformance/README.md), which anybody can run). A case holds if everything that it names is equal. No answer of this gateway became an expectation. The three scores are not added up.

## Other emulators

These figures come from the same cases, run by \`conformance run\`. Cases that cannot be run against an emulator are “not asked”, and count neither for nor against it. The command prints each difference.

${printPeers(readPeers())}

MiniStack 1.5.33 answers 14 of 32 cases of \`control-apis\`; a whole run did not end in 28 minutes. LocalStack 2026.3.0, the last open release, answers 24 of 34 cases of \`control-apis\` (2026-11-30, without Docker); a whole run did not end in 4 minutes. Not run: fakecloud 0.51.0 has no binary on npm or PyPI, and its crate was not built; \`sam local start-api\` 1.170.0 does not start without a container runtime.

## Known differences

The first entries are cases that fail. The others say what the gateway does less of than AWS:

${[
  ...failing.map(({ parityCase }) => {
    const { id } = parityCase;
    return `- \`${id}\`: ${known[id] ?? ''}.`;
  }),
  ...less.map(printChoice),
].join('\n')}

## Choices

Where AWS documents nothing, or reports differ, the gateway makes ${CHOICES.length - less.length} choices. An option or property changes these:

${optional.map(printChoice).join('\n')}

\`npm run parity -- --choices\` prints all of them, with their tests ([source](../test/parity/choices.ts)).
`;
}

function countOf(results: readonly CaseResult[]): string {
  return `${results.filter(({ difference }) => difference === undefined).length} of ${results.length}`;
}

const KINDS: Readonly<Record<ReturnType<typeof kindOf>, string>> = {
  recorded: 'read from recordings of AWS',
  asserted: 'asserted by suites that ran on AWS',
  reported: 'from dated captures of users',
  documented: 'from sample events of AWS',
};

function kindsOf(results: readonly CaseResult[]): string {
  const counts = Map.groupBy(results, ({ parityCase }) => kindOf(parityCase));
  return [...counts]
    .toSorted((a, b) => b[1].length - a[1].length)
    .map(([kind, { length }]) => `${length} ${KINDS[kind]}`)
    .join(', ');
}

function printChoice({ section, question, here, switch: otherwise }: Choice): string {
  const change = otherwise === undefined ? '' : ` Change: ${otherwise}.`;
  return `- ${linkSections(section)} ${question}: ${linkSections(here)}.${change}`;
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

/** Prints each choice for a terminal, with its evidence and the test that covers it. */
export function printChoices(): string {
  return CHOICES.map(({ section, question, evidence, here, switch: otherwise, test }) =>
    [
      `${section} ${question} (${EVIDENCE[evidence]})`,
      `  ${here}`,
      ...(otherwise === undefined ? [] : [`  change: ${otherwise}`]),
      `  test: ${test}`,
    ].join('\n'),
  ).join('\n');
}
