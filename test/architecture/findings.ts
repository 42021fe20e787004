/** docs/security-findings.md: attacks and faults that were found, what holds each, and the tests that fail without it. */
import { readSource } from './source-files.ts';

export const FINDINGS_PAGE = 'docs/security-findings.md';

type Finding = {
  /** In the report of the third red team. */
  readonly ids?: readonly string[];
  readonly attack: string;
  readonly held: string;
  /** A file and words that stand in it. */
  readonly tests: readonly (readonly [file: string, words: string])[];
};

export const FINDINGS = JSON.parse(readSource('test/architecture/findings.json').text) as readonly Finding[];

/** Mutants that lived in an audit, and the tests that notice them now. */
export const TEST_HOLES = JSON.parse(readSource('test/architecture/test-holes.json').text) as readonly (Pick<
  Finding,
  'tests'
> & { readonly mutant: string })[];

export function printFindings(): string {
  // The others are in the source of the page.
  const rows = FINDINGS.map(
    ({ attack, held, tests: [[file] = ['']] }) => `- ${attack}: [${held}](../${file})`,
  );
  return `# Security findings

Found by attacks and audits, and fixed; each link is a test. Source: \`test/architecture/findings.json\`.

${rows.join('\n')}

## What stays

- Behind a greedy route, servers that ignore case (Express, ASP.NET) serve \`/Admin\` as \`/admin\`, past a rule for \`/admin\` (medium; [what to do](guides/protect/access.md#how-a-policy-is-made)).
- An overheard signed call can be repeated for five minutes, and while the clock stands still; Signature Version 4 [allows that](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html).
- A CPU-bound JSONPath from the caller in a template ends after about two seconds (low).
- A WebSocket document that reads a token from \`Cookie\` builds without a warning (low).
`;
}
