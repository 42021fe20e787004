/** `gatewright check` reports what AWS refuses, or handles differently from the gateway, when stacks are deployed. */
import { relative } from 'node:path';
import { Command } from 'commander';
import type { DeployFinding } from '../../../gateway/core/deployability/finding.ts';
import { RULES } from '../../../gateway/core/deployability/rules.ts';
import { examineStacks } from '../../../gateway/engine/compose/checking/examine.ts';
import { READS_TEMPLATE, READS_TO_CHECK } from '../../../gateway/templates/serverless/aws-stand-in.ts';
import type { LoadFlags } from '../../../gateway/engine/index.ts';
import { causeAtPlace, countCauses, isRefusedByOsls } from '../finding-causes.ts';
import { withStack } from '../../../toolkit/stack/commands/with-stack.ts';
import { addLoadOptions, toLoadOptions } from '../../../toolkit/terminal/load-options.ts';
import { findAccepted, isMeant, readAccepted } from '../../../toolkit/terminal/accepted-findings.ts';
import { colorize, count, printNotes, printResult } from '../../../base/terminal/output.ts';

type CheckFlags = LoadFlags & { readonly all?: boolean; readonly against: readonly string[] };

/** A finding. If `gatewright.yml` accepts the finding, also the reason for this. */
type Judged = DeployFinding & { readonly accepted?: string };

export function checkCommand(): Command {
  return addLoadOptions(
    new Command('check').description(
      'Report what AWS refuses, or handles differently from the local gateway, when the stacks are deployed. Needs no AWS account and does not run handlers.',
    ),
  )
    .option(
      '--against <template>',
      'also report what CloudFormation refuses, replaces or loses if it updates a stack that was deployed from this template (repeatable)',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--all', 'list every finding, including findings that are otherwise only counted', false)
    .addHelpText(
      'after',
      '\nCompiled templates, SAM and cdk.out are only read; a serverless.yml is compiled with osls or Serverless 3, and a CDK app without a current cdk.out by cdk synth, in the same way as by gatewright start.\n' +
        'gatewright doctor also checks what can be seen only in an account, such as names that are taken; gatewright access check compares access documents with routes.\n' +
        'Exit codes: 0 if AWS refuses nothing; 1 if AWS refuses anything that gatewright.yml does not accept, or if no stack could be read.',
    )
    .action(check);
}

async function check(named: readonly string[], flags: CheckFlags): Promise<void> {
  const sources = withStack(named, (message) => printNotes(message));
  const accepted = readAccepted(sources);
  const options = toLoadOptions(flags, sources);
  const { findings, stacks } = await examineStacks(sources, {
    ...options,
    environment: { ...options.environment, [READS_TEMPLATE]: READS_TO_CHECK },
    against: flags.against,
    onProgress: (message) => printNotes(message),
    onWaiting: (message) => printNotes(message),
  });
  const judged = findings.map((finding): Judged => {
    const entry = findAccepted(accepted, finding);
    return entry === undefined ? finding : { ...finding, accepted: entry.reason };
  });
  const of = (severity: Judged['severity']): number =>
    judged.filter((one) => one.severity === severity && one.accepted === undefined).length;
  const counts = { refused: of('refused'), differs: of('differs'), unchecked: of('unchecked') };
  printResult({ stacks, ...counts, findings: judged.map(withShortFile) }, () =>
    describe(judged, stacks, flags.all === true),
  );
  for (const { id, resource, at } of accepted)
    if (!findings.some((finding) => isMeant({ id, resource }, finding)))
      printNotes(
        `${at}: gatewright check no longer finds ${id}${resource === undefined ? '' : ` of ${resource}`}, which this entry accepts; remove the entry`,
      );
  // If no stack could be read, nothing was checked, so a pipeline must not pass.
  if (counts.refused > 0 || stacks.length === 0) process.exitCode = 1;
}

function withShortFile(finding: Judged): Judged {
  return { ...finding, file: shown(finding.file) };
}

function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}

const TITLES = {
  notCompiled: 'osls refuses',
  refused: 'AWS refuses',
  differs: 'AWS deploys this, but it behaves differently',
  unchecked: 'Not checked',
} as const;

/** A service that osls refuses to compile never reaches AWS, so it gets a separate title. */
function titleOf({ id, severity }: Judged): keyof typeof TITLES {
  return isRefusedByOsls({ id }) ? 'notCompiled' : severity;
}

/**
 * Whether findings like this are not listed but counted by their message, unless `--all` is given. A stack may have
 * hundreds of them.
 */
function isCounted({ severity, id, consequence }: Judged): boolean {
  return (
    severity === 'unchecked' ||
    (severity === 'differs' && consequence === undefined && id.includes('-') && !isRule(id))
  );
}

/**
 * Whether the id is the id of a rule in `RULES`. Rules usually have few findings, and each finding needs a change, so
 * all are listed. `served-otherwise` is an exception, because it can have many findings.
 */
function isRule(id: string): boolean {
  return Object.hasOwn(RULES, id) && id !== 'served-otherwise';
}

function describe(findings: readonly Judged[], stacks: readonly string[], isAll: boolean): string[] {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const parts = (Object.keys(TITLES) as (keyof typeof TITLES)[]).flatMap((title) => {
    const of = open.filter((finding) => titleOf(finding) === title);
    const listed = of.filter((finding) => isAll || !isCounted(finding));
    const rest = of.filter((finding) => !listed.includes(finding));
    if (of.length === 0) return [];
    const colour = title === 'differs' ? 'yellow' : title === 'unchecked' ? 'bold' : 'red';
    const lines = isAll ? listed.flatMap((finding) => describeFinding([[finding]])) : describeByCause(listed);
    return [colorize(colour, TITLES[title]), ...lines, ...countByMessage(rest), ''];
  });
  const of = (title: keyof typeof TITLES): number => {
    const found = open.filter((one) => titleOf(one) === title);
    return isAll || title === 'unchecked' ? found.length : countCauses(found);
  };
  const byOsls = of('notCompiled') === 0 ? '' : `${count(of('notCompiled'), 'finding')} that osls refuses, `;
  const accepted = findings.length - open.length;
  return [
    ...parts,
    `${stacks.length === 0 ? 'No stack could be read' : stacks.join(', ')}: ${byOsls}${count(of('refused'), 'finding')} that AWS refuses, ${of('differs')} that AWS deploys but that ${of('differs') === 1 ? 'behaves' : 'behave'} differently, ${of('unchecked')} not checked${accepted === 0 ? '' : `, ${accepted} accepted`}${isAll ? '' : ' (--all lists each)'}`,
  ];
}

/** Findings that have the same cause at the same place, because several resources get a value from this place. */
type OfPlace = readonly [Judged, ...Judged[]];

/** Describes each cause once, with the places at which it is written and the resources that it affects. */
function describeByCause(findings: readonly Judged[]): string[] {
  const causes = Map.groupBy(findings, ({ message, remedy }) => JSON.stringify([message, remedy]));
  return [...causes.values()].flatMap((ofCause) => {
    const places = [...Map.groupBy(ofCause, causeAtPlace).values()].flatMap(
      ([first, ...others]): readonly OfPlace[] => (first === undefined ? [] : [[first, ...others]]),
    );
    const [first, ...others] = places;
    return first === undefined ? [] : describeFinding([first, ...others]);
  });
}

function describeFinding([ofFirst, ...others]: readonly [OfPlace, ...OfPlace[]]): string[] {
  const [{ message, consequence, remedy, source, id }] = ofFirst;
  const name = placeOf(ofFirst);
  return [
    `  ${name}: ${message.replaceAll('\n', '\n    ')}  ${colorize('dim', `[${id}]`)}`,
    ...touchedBy(ofFirst),
    ...here(consequence),
    ...others.flatMap((ofPlace) => [
      `    also ${placeOf(ofPlace)}${ofPlace[0].id === id ? '' : `  ${colorize('dim', `[${ofPlace[0].id}]`)}`}`,
      ...touchedBy(ofPlace),
      ...(ofPlace[0].consequence === consequence ? [] : here(ofPlace[0].consequence)),
    ]),
    `    → ${remedy}`,
    // Some remedies already end with the address of the source.
    ...(remedy.includes(source) ? [] : [`      ${colorize('dim', source)}`]),
  ];
}

function placeOf([{ file, line, resource, property, written }]: OfPlace): string {
  const name = written ?? [resource, property].filter((part) => part !== '').join('.');
  const place = file === '' ? '' : `${shown(file)}${line === undefined ? '' : `:${line}`}`;
  return [place, name].filter((part) => part !== '').join(' ');
}

function touchedBy(ofPlace: OfPlace): string[] {
  const resources = [...new Set(ofPlace.map(({ resource }) => resource))].filter((name) => name !== '');
  return ofPlace.length === 1 || resources.length === 0 ? [] : [`    for ${resources.join(', ')}`];
}

function here(consequence: string | undefined): string[] {
  return consequence === undefined || consequence === '' ? [] : [`    here: ${consequence}`];
}

function countByMessage(findings: readonly Judged[]): string[] {
  return [...Map.groupBy(findings, ({ message }) => message)].map(([message, group]) => {
    const [first] = group;
    const name = first === undefined ? '' : placeOf([first]);
    const more = group.length === 1 ? '' : ` and ${group.length - 1} more`;
    return `  ${name === '' ? '' : `${name}${more}: `}${message}`;
  });
}
