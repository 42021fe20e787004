import { printCode, printConfiguration } from './function-configuration.ts';
import { locationOf } from './code-download.ts';
import type { FunctionCodes } from './code-facts.ts';
import type { Clock } from '../../../core/ports.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { readTags } from '../../loading/tag-list.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { executedVersion } from '../../functions/function-aliases.ts';
import { hasFunctionQualifier } from './function-qualifiers.ts';
import { notFound } from './lambda-refusal.ts';
import { pageOf } from './lambda-pages.ts';
import { printQualified, versionsOf } from './function-versions.ts';
import { answering, findFunction, LATEST, readLambdaCall, readTarget } from './lambda-target.ts';
import type { FoundFunction, LambdaTarget } from './lambda-target.ts';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';

const PATH = /^\/2015-03-31\/functions(?:\/([^/]+)(?:\/(configuration))?)?\/?$/;
const ALL = 'ALL';
/** Versions are padded to this number of digits for sorting. It is more digits than a version has. */
const VERSION_DIGITS = 20;
/**
 * The members that GetFunction and GetFunctionConfiguration return, but ListFunctions does not (Lambda API reference).
 */
const NOT_LISTED: readonly string[] = ['State', 'LastUpdateStatus', 'RuntimeVersionConfig'];

type Codes = { readonly codes: FunctionCodes; readonly clock: Pick<Clock, 'nowEpochMs'> };

type Listed = { readonly stacks: readonly ResolvedStack[]; readonly codes: FunctionCodes };

/** @param others handles all other calls */
export function createLambdaReads(
  stacks: () => readonly ResolvedStack[],
  { codes, clock }: Codes,
  others: AwsService,
): AwsService {
  const read = answering((call) => {
    const [, named] = PATH.exec(call.request.path) ?? [];
    return named === undefined
      ? listFunctions(call, { stacks: stacks(), codes })
      : getFunction(call, stacks(), { codes, clock });
  });
  return (call) => {
    const { method, path } = call.request;
    return method === 'GET' && PATH.test(path) ? read(call) : others(call);
  };
}

function getFunction(call: AwsCall, stacks: readonly ResolvedStack[], at: Codes): ControlReply {
  const target = readTarget(call);
  const { operation, functionName, qualifier, arn } = target;
  const refusal = refuseUnlessAllowed(call, [{ action: `lambda:${operation}`, resource: arn }]);
  if (refusal !== undefined) return refusal;
  const found = findFunction(stacks, functionName);
  const isThere = qualifier === undefined || hasFunctionQualifier(stacks, functionName, qualifier);
  if (found === undefined || !isThere) return notFound(call, `Function not found: ${arn}`);
  const configuration = configurationOf(found, target, { stacks, codes: at.codes });
  if (operation === 'GetFunctionConfiguration') return jsonReply(200, configuration);
  const code = printCode(found, locationOf(call, found.definition, at));
  return jsonReply(200, { Configuration: configuration, Code: code, ...printSettings(found) });
}

/** A call that names a qualifier gets the qualified ARN and the version, even for `$LATEST` [obs]. */
function configurationOf(
  found: FoundFunction,
  { functionName, qualifier, named, arn }: LambdaTarget,
  { codes, stacks }: Listed,
): object {
  if (named === undefined) return { ...printConfiguration(found, codes), FunctionArn: arn };
  const version =
    qualifier === undefined
      ? LATEST
      : (executedVersion(stacks, functionName, qualifier, () => 1)?.version ?? qualifier);
  return printQualified(found, { version, arn }, { codes, stacks });
}

/** Returns the tags and the reserved concurrency. Like Lambda, it omits members that are not set. */
function printSettings({ definition, stack }: FoundFunction): object {
  const properties = stack.resources.get(definition.logicalId)?.properties ?? {};
  const tags = readTags(properties['Tags']);
  const reserved = properties['ReservedConcurrentExecutions'];
  return {
    ...(Object.keys(tags).length > 0 && { Tags: tags }),
    ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: Number(reserved) } }),
  };
}

function listFunctions(call: AwsCall, { stacks, codes }: Listed): ControlReply {
  const members = readLambdaCall(call)?.members ?? {};
  const refusal = refuseUnlessAllowed(call, [{ action: 'lambda:ListFunctions', resource: '*' }]);
  if (refusal !== undefined) return refusal;
  const found = stacks.flatMap((stack) => stack.functions.map((definition) => ({ definition, stack })));
  const listed = found.flatMap((one) => entriesOf(one, members, stacks));
  const { page, next } = pageOf(listed, keyOf, members);
  const Functions = page.map(({ version, ...one }) =>
    printListed(
      version === undefined
        ? printConfiguration(one, codes)
        : printQualified(one, { version, arn: `${one.definition.arn}:${version}` }, { codes, stacks }),
    ),
  );
  return jsonReply(200, { Functions, NextMarker: next ?? null });
}

/** A function in the list; or one of its versions, for a list of all versions. */
type Entry = FoundFunction & { readonly version: string | undefined };

function entriesOf(
  found: FoundFunction,
  { FunctionVersion: versions, MasterRegion: master = ALL }: UnknownMembers,
  stacks: readonly ResolvedStack[],
): readonly Entry[] {
  // A list for one region of Lambda@Edge contains only replicas from that region, and no function of the gateway is a
  // replica.
  if (master !== ALL) return [];
  if (versions !== ALL) return [{ ...found, version: undefined }];
  const published = versionsOf(stacks, found.definition.name).map(({ version }) => version);
  return [LATEST, ...published].map((version) => ({ ...found, version }));
}

/**
 * Returns the key by which the list is sorted: by name, then by version, `$LATEST` first. A space precedes all
 * characters of names.
 */
function keyOf({ definition, version = LATEST }: Entry): string {
  return `${definition.name} ${(version === LATEST ? '' : version).padStart(VERSION_DIGITS, '0')}`;
}

/** "The ListFunctions operation returns a subset of the FunctionConfiguration fields" (Lambda API reference). */
function printListed(configuration: object): object {
  const shown = Object.entries(configuration);
  return Object.fromEntries(shown.filter(([name]) => !NOT_LISTED.includes(name)));
}
