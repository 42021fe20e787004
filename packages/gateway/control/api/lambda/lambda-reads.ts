import { printCode, printConfiguration } from './function-configuration.ts';
import { locationOf } from './code-download.ts';
import type { FunctionCodes } from './code-facts.ts';
import type { Clock } from '../../../core/ports.ts';
import { readTags } from '../../loading/tag-list.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { executedVersion } from '../../functions/function-aliases.ts';
import { hasFunctionQualifier } from './function-qualifiers.ts';
import { notFound } from './lambda-refusal.ts';
import { answering, findFunction, readLambdaCall, readTarget } from './lambda-target.ts';
import type { FoundFunction, LambdaTarget } from './lambda-target.ts';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';

const PATH = /^\/2015-03-31\/functions(?:\/([^/]+)(?:\/(configuration))?)?\/?$/;
/** The page size of ListFunctions (Lambda API reference). */
const PAGE = 50;
/**
 * The members that GetFunction and GetFunctionConfiguration return, but ListFunctions does not (Lambda API reference).
 */
const NOT_LISTED: readonly string[] = ['State', 'LastUpdateStatus', 'RuntimeVersionConfig'];

type Codes = { readonly codes: FunctionCodes; readonly clock: Pick<Clock, 'nowEpochMs'> };

/** @param others handles all other calls */
export function createLambdaReads(
  stacks: () => readonly ResolvedStack[],
  { codes, clock }: Codes,
  others: AwsService,
): AwsService {
  const read = answering((call) => {
    const [, named] = PATH.exec(call.request.path) ?? [];
    return named === undefined
      ? listFunctions(call, stacks(), codes)
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
  const configuration = { ...printConfiguration(found, at.codes), ...printQualified(target, stacks) };
  if (operation === 'GetFunctionConfiguration') return jsonReply(200, configuration);
  const code = printCode(found, locationOf(call, found.definition, at));
  return jsonReply(200, { Configuration: configuration, Code: code, ...printSettings(found) });
}

/** A call that names a qualifier gets the qualified ARN and the version, even for `$LATEST` [obs]. */
function printQualified(
  { functionName, qualifier, named, arn }: LambdaTarget,
  stacks: readonly ResolvedStack[],
): object {
  if (named === undefined) return {};
  if (qualifier === undefined) return { FunctionArn: arn };
  return {
    FunctionArn: arn,
    Version: executedVersion(stacks, functionName, qualifier, () => 1)?.version ?? qualifier,
  };
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

function listFunctions(call: AwsCall, stacks: readonly ResolvedStack[], codes: FunctionCodes): ControlReply {
  const query = new URLSearchParams(call.request.query);
  readLambdaCall(call);
  const refusal = refuseUnlessAllowed(call, [{ action: 'lambda:ListFunctions', resource: '*' }]);
  if (refusal !== undefined) return refusal;
  const wanted = Number(query.get('MaxItems') ?? PAGE);
  const size = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, PAGE) : PAGE;
  const after = Buffer.from(query.get('Marker') ?? '', 'base64url').toString();
  const sorted = stacks
    .flatMap((stack) => stack.functions.map((definition) => ({ definition, stack })))
    .filter(({ definition }) => definition.name > after)
    .toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  const page = sorted.slice(0, size);
  const last = page.at(-1)?.definition.name ?? '';
  const next = sorted.length > size ? Buffer.from(last).toString('base64url') : null;
  return jsonReply(200, { Functions: page.map((one) => printListed(one, codes)), NextMarker: next });
}

/** "The ListFunctions operation returns a subset of the FunctionConfiguration fields" (Lambda API reference). */
function printListed(found: FoundFunction, codes: FunctionCodes): object {
  const shown = Object.entries(printConfiguration(found, codes));
  return Object.fromEntries(shown.filter(([name]) => !NOT_LISTED.includes(name)));
}
