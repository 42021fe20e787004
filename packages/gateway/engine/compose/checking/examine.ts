/**
 * Examines stacks for `gatewright check`: everything that the gateway reads at startup, and the rules that apply only
 * to a deployment. Nothing is started, no socket is opened, and no function runs. Only osls runs code of a service: its
 * plug-ins.
 */
import { basename, dirname, relative, resolve } from 'node:path';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import { StartError, Faults } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import {
  isRefused,
  makeFinding,
  placedAt,
  ruleOfRefusal,
  samPageOf,
} from '../../../core/deployability/finding.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import { judgeFault } from '../../../core/deployability/judge-faults.ts';
import { findBrokenRelations } from '../../../core/deployability/judge-relations.ts';
import { judgeTypes } from '../../../core/deployability/judge-types.ts';
import { judgeSchemas } from '../../../core/deployability/judge-schemas.ts';
import { judgeNames, remedyOfDottedRef } from '../../../core/deployability/judge-names.ts';
import { findElsewhere } from '../../../core/deployability/judge-elsewhere.ts';
import { findUnpublished } from '../../../core/deployability/judge-versions.ts';
import { findPolicyExcess } from '../../../core/deployability/policy-limits.ts';
import type { ResolvedStack, UnsupportedItem } from '../../../core/stack/model.ts';
import { findNotBundled } from '../../../lambda/build/not-bundled.ts';
import { findPackageFindings } from '../../../lambda/code/package-findings.ts';
import { checkLimits } from '../../../lambda/code/check-code.ts';
import { checkTogether } from '../../../lambda/pool/check-together.ts';
import { findSource } from '../../../templates/find-definition.ts';
import { SERVICE_FILES } from '../../../templates/serverless/serverless-service.ts';
import { findOsls } from '../../../templates/serverless/find-osls.ts';
import { programOf } from '../../../templates/serverless/reading-progress.ts';
import { requireSources } from '../../../templates/load.ts';
import { judgeRoles } from '../../../control/loading/judge-roles.ts';
import { readRoles } from '../../../control/loading/read-roles.ts';
import type { RolesOfStacks } from '../../../control/loading/read-roles.ts';
import { judgeCalls } from '../../../control/loading/judge-calls.ts';
import { judgeConstraints } from '../../../control/loading/judge-constraints.ts';
import { findDeploymentOrder } from '../../../control/loading/deployment-order.ts';
import { withoutConsequences, withoutRepeats } from './consequences.ts';
import { judgeUpdates } from './judge-updates.ts';
import { findRefusedFilters } from './judge-filters.ts';
import { judgePoolUsers } from './judge-pool-users.ts';
import { findMissingFiles } from './judge-files.ts';
import { findSilent } from './judge-silent.ts';
import { judgeState } from './judge-state.ts';
import { judgeRuntimes } from './judge-runtimes.ts';
import { judgeStackNames } from './judge-stack-names.ts';
import { judgeTemplate } from './judge-template.ts';
import { judgeUnknown } from './judge-unknown.ts';
import { examineInThread } from './examine-in-thread.ts';
import { withoutOmittedPlugins } from './omitted-plugins.ts';
import { openSchemas } from './open-schemas.ts';
import type { Schemas } from './open-schemas.ts';
import { inWordsOfAuthor } from './written-names.ts';
import { readForCheck } from './read-for-check.ts';
import type { ExamineOptions } from './read-for-check.ts';

type Examined = {
  readonly findings: readonly DeployFinding[];
  readonly stacks: readonly string[];
};

/**
 * Returns all findings about the stacks, refusals first.
 * @throws DefinitionError if no source exists, or none can be read
 */
export async function examineStacks(
  sources: readonly string[],
  options: ExamineOptions & { readonly against?: readonly string[] },
): Promise<Examined> {
  requireSources(sources);
  for (const service of sources.flatMap(serviceOf)) options.onProgress?.(describeCompiling(service));
  const schemas = await openSchemas();
  const families: ExamineOptions['families'] = new Map();
  const read = await judgeSources(sources, { ...options, families }, schemas);
  const { stacks } = read;
  // To examine a service again, osls would have to compile it again.
  const isService = sources.some((source) => serviceOf(source).length > 0);
  const judged = await judgeUnknown(isService ? [] : stacks, read.findings, schemas.table, (values) =>
    judgeSources(
      sources,
      {
        ...options,
        onProgress: () => undefined,
        parameters: { ...options.parameters, ...values },
        trialParameters: new Set(Object.keys(values)),
        families,
      },
      schemas,
    ),
  );
  const findings = [
    ...judged,
    ...judgePackages(stacks, findPackageFindings),
    ...(await judgeState(sources)),
    ...(await judgeUpdates(options.against ?? [], stacks, schemas, options)),
  ];
  const kept = withoutOmittedPlugins(withoutMacros(withoutRepeats(withoutConsequences(findings, stacks))));
  return {
    findings: bySeverity(kept).map((finding) => inWordsOfAuthor(finding, stacks)),
    stacks: stacks.map(({ stackName }) => stackName),
  };
}

/**
 * Reads the sources. Returns the findings of the gateway's own readers and the findings by the rules for deployments.
 */
async function judgeSources(
  sources: readonly string[],
  options: ExamineOptions,
  schemas: Schemas,
): Promise<{ readonly stacks: readonly ResolvedStack[]; readonly findings: readonly DeployFinding[] }> {
  const faults = new Faults(false);
  const { stacks, notServed, roles } = await readForCheck(sources, options, faults);
  const functions = stacks.flatMap((stack) => stack.functions);
  for (const definition of functions) {
    checkLimits(definition, faults);
    for (const { error, consequence } of await findNotBundled(definition)) faults.note(error, consequence);
  }
  checkTogether(functions, {}, sources[0] ?? '.', faults);
  const refusals = withoutConsequences(
    withoutCircles(faults.all.map((fault) => ofFault(fault, stacks, schemas))),
    stacks,
  );
  const judged = [
    ...stacks.flatMap((stack) => judgeStack(stack, schemas, { roles, stacks })),
    ...judgeStackNames(stacks),
  ];
  const findings = [
    ...refusals,
    ...withoutDoubles(judged, refusals),
    ...withoutDoubles(notServed.map(ofItem), refusals),
  ];
  return { stacks, findings: withoutConsequences(findings, stacks) };
}

export type ServedFindings = {
  /** The findings that the gateway reported when it loaded the stacks. */
  readonly reported: readonly DeployFinding[];
  /** The findings by the rules that apply only to a deployment. */
  readonly added: readonly DeployFinding[];
};

/**
 * Examines stacks that are served, as `examineStacks` does before they are served.
 * @param unsupported what the gateway reported when it loaded the stacks
 */
export async function examineServed(
  stacks: readonly ResolvedStack[],
  unsupported: readonly UnsupportedItem[],
): Promise<ServedFindings> {
  const { schemas, findPackageFindings } = await examineInThread(stacks);
  const reported = withoutConsequences(withoutCircles(unsupported.map(ofItem)), stacks);
  // The gateway itself reads policies only if it enforces roles (`--roles`), so the check reads them separately.
  const faults = new Faults(false);
  const roles = readRoles(stacks, faults);
  const policies = faults.all
    .map((fault) => ofFault(fault, stacks, schemas))
    .filter((one) => !reported.some((known) => isSame(one, known)));
  const refusals = [...reported, ...policies].filter(({ severity }) => severity === 'refused');
  const judged = [
    ...stacks.flatMap((stack) => judgeStack(stack, schemas, { roles, stacks })),
    ...judgeStackNames(stacks),
  ];
  const added = [
    ...policies,
    ...withoutDoubles(judged, refusals),
    ...judgePackages(stacks, findPackageFindings),
  ];
  const all = withoutConsequences([...reported, ...added], stacks);
  const kept = new Set(withoutMacros(withoutRepeats(all)));
  const isKept = (finding: DeployFinding): boolean => kept.has(finding);
  const said = (finding: DeployFinding): DeployFinding => inWordsOfAuthor(finding, stacks);
  return {
    reported: reported.filter(isKept).map(said),
    added: bySeverity(added.filter(isKept)).map(said),
  };
}

function isSame(one: DeployFinding, other: DeployFinding): boolean {
  return (
    one.stack === other.stack &&
    one.resource === other.resource &&
    one.property === other.property &&
    one.message === other.message
  );
}

/** Returns the serverless.yml of a source, which must be compiled; empty for any other source. */
function serviceOf(source: string): readonly string[] {
  try {
    const { file } = findSource(resolve(source));
    return SERVICE_FILES.includes(basename(file)) ? [relative(process.cwd(), file)] : [];
  } catch {
    return [];
  }
}

/** A service that no osls can read is refused later. */
function describeCompiling(service: string): string {
  let program = 'osls';
  try {
    program = programOf(findOsls(dirname(resolve(service)), import.meta.url));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
  }
  return `${service}: ${program} compiles it first, and runs the plug-ins of the service, as for gatewright start`;
}

function judgeStack(
  stack: ResolvedStack,
  { table, check, runtimes, known }: Schemas,
  { roles, stacks }: { readonly roles: RolesOfStacks; readonly stacks: readonly ResolvedStack[] },
): readonly DeployFinding[] {
  const { stackName, resources } = stack;
  const all = [...resources.values()];
  return [
    ...judgeSchemas(stack, check),
    ...judgeTypes(stack, table, known),
    ...judgeNames(stack, table),
    ...judgeRuntimes(stack, runtimes),
    ...judgeTemplate(stack),
    ...findMissingFiles(stack),
    ...findBrokenRelations(stack).map(({ resource, property, message, remedy }) =>
      makeFinding('resource-value', placedAt(resource, stackName, property), message, { remedy }),
    ),
    ...[
      ...all.flatMap(judgeConstraints),
      ...all.flatMap((resource) => judgeCalls(resource, all)),
      ...all.flatMap(findRefusedFilters),
      ...judgeRoles(stack, roles),
      ...judgePoolUsers(stack),
    ].map(({ resource, property, message, remedy }) =>
      makeFinding('resource-value', placedAt(resource, stackName, property), message, { remedy }),
    ),
    ...findSilent(stack, stacks).map(({ resource, property, message, ...more }) =>
      makeFinding('never-fires', placedAt(resource, stackName, property), message, more),
    ),
    ...[...findUnpublished(all), ...findElsewhere(stack)].map(({ resource, property, message, remedy }) =>
      makeFinding('value-elsewhere', placedAt(resource, stackName, property), message, { remedy }),
    ),
    ...findPolicyExcess(all).map(({ resource, property, rule, message, remedy }) =>
      makeFinding(rule, placedAt(resource, stackName, property), message, { remedy }),
    ),
    ...findDeploymentOrder(stack).map(({ deployment, rule, message, ...more }) =>
      makeFinding(rule, placedAt(deployment, stackName), message, more),
    ),
  ];
}

function judgePackages(
  stacks: readonly ResolvedStack[],
  find: typeof findPackageFindings,
): readonly DeployFinding[] {
  return stacks.flatMap(({ stackName, resources, functions }) =>
    functions.flatMap((definition) =>
      find(definition).map(({ rule, place, message, consequence, remedy }) => {
        const { logicalId } = definition;
        const { property = '' } = place;
        const isOfTemplate = place.file === definition.place.file;
        const { file, line } = (isOfTemplate ? resources.get(logicalId)?.place(property) : place) ?? place;
        const at = {
          stack: stackName,
          resource: logicalId,
          type: 'AWS::Lambda::Function',
          property,
          file,
          line,
        };
        return makeFinding(rule, at, message, { consequence, remedy });
      }),
    ),
  );
}

function ofFault(
  { error, consequences }: Fault,
  stacks: readonly ResolvedStack[],
  { table }: Pick<Schemas, 'table'>,
): DeployFinding {
  const { file, line, logicalId = '', property = '' } = error.place;
  const ofFile = stacks.filter((one) => one.file === file || one.includes.includes(file));
  const stack =
    stacks.find((one) => one.file === file && (logicalId === '' || one.resources.has(logicalId))) ??
    ofFile.find((one) => one.resources.has(logicalId)) ??
    ofFile[0];
  const type = stack?.resources.get(logicalId)?.type ?? '';
  const at = { stack: stack?.stackName ?? '', resource: logicalId, type, property, file, line };
  // The message of some errors ends with the remedy, because `start` prints only the message.
  const message = error.remedy === undefined ? error.message : error.message.replace(`; ${error.remedy}`, '');
  return makeFinding(judgeFault(error, stack), at, message, {
    consequence: consequences.join('; '),
    remedy: error.remedy ?? remedyOfDottedRef(error.message, stack, table),
    // An error without a property comes from SAM's transform. The source of such an error is the page of the SAM type
    // that the author wrote, not of a type that the transform creates.
    source: property === '' ? samPageOf(writtenType(logicalId, stack)) : undefined,
  });
}

function writtenType(logicalId: string, stack: ResolvedStack | undefined): string {
  return textOf(mapOf(mapOf(stack?.source?.original ?? {}, 'Resources'), logicalId), 'Type');
}

function ofItem(item: UnsupportedItem): DeployFinding {
  const { stackName: stack, logicalId: resource, type, property = '', file = '', line } = item;
  const at = { stack, resource, type, property, file, line };
  const { message, consequence, remedy } = item;
  const place = { file, ...(resource !== '' && { logicalId: resource }) };
  const rule =
    item.rule ?? (isRefused(item) ? ruleOfRefusal({ rule: undefined, place }) : 'served-otherwise');
  return message === undefined
    ? makeFinding(rule, at, consequence, { remedy })
    : makeFinding(rule, at, message, { consequence, remedy });
}

/** Leaves out refusals of a template that a macro rewrites in the account before CloudFormation reads it. */
function withoutMacros(findings: readonly DeployFinding[]): readonly DeployFinding[] {
  const rewritten = new Set(
    findings.filter(({ id, property }) => id === 'macro' && property === 'Transform').map(({ file }) => file),
  );
  return findings.filter(({ severity, file }) => severity !== 'refused' || !rewritten.has(file));
}

/**
 * Reports a circular dependency once. Each of its members is found to depend on itself, and would repeat the finding.
 */
function withoutCircles(findings: readonly DeployFinding[]): readonly DeployFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ id, stack, message }) => {
    if (id !== 'circular-dependency') return true;
    const key = `${stack} ${[...message.matchAll(/\w+/g)]
      .map(([word]) => word)
      .toSorted()
      .join(' ')}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/**
 * Leaves out a finding if another finding about the same value, a part of it, or a value that contains it is already
 * reported. A refusal is left out only if the other finding is also a refusal.
 */
function withoutDoubles(
  findings: readonly DeployFinding[],
  reported: readonly DeployFinding[],
): readonly DeployFinding[] {
  const isWithin = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(`${outer}.`);
  const isKnown = ({ stack, resource, property, severity }: DeployFinding): boolean =>
    reported.some(
      (one) =>
        one.property !== '' &&
        (severity !== 'refused' || one.severity === 'refused') &&
        one.stack === stack &&
        one.resource === resource &&
        (isWithin(property, one.property) || isWithin(one.property, property)),
    );
  return findings.filter((finding) => finding.property === '' || !isKnown(finding));
}

const ORDER: readonly DeployFinding['severity'][] = ['refused', 'differs', 'unchecked'];

function bySeverity(findings: readonly DeployFinding[]): readonly DeployFinding[] {
  return ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
