import type { ResolvedStack } from '../../../core/stack/model.ts';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { functionArn, notFound } from './lambda-refusal.ts';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';

const PATH = /^\/2015-03-31\/functions(?:\/([^/]+)(?:\/(configuration))?)?\/?$/;
/** The page size of ListFunctions (Lambda API reference). */
const PAGE = 50;

type Found = { readonly definition: ResolvedStack['functions'][number]; readonly stack: ResolvedStack };

/** @param others handles all other calls */
export function createLambdaReads(stacks: () => readonly ResolvedStack[], others: AwsService): AwsService {
  return async (call) => {
    const { method, path, query } = call.request;
    const [isRead, encoded, part] = PATH.exec(path) ?? [];
    if (method !== 'GET' || isRead === undefined) return others(call);
    const all = stacks().flatMap((stack) => stack.functions.map((definition) => ({ definition, stack })));
    if (encoded === undefined) return listFunctions(call, all, new URLSearchParams(query));
    const name = readName(encoded);
    const found = all.find(({ definition }) => definition.name === name);
    const arn = found?.definition.arn ?? functionArn(call, name);
    const action = part === undefined ? 'GetFunction' : 'GetFunctionConfiguration';
    const refusal = refuseUnlessAllowed(call, [{ action: `lambda:${action}`, resource: arn }]);
    if (refusal !== undefined) return refusal;
    if (found === undefined) return notFound(call, `Function not found: ${arn}`);
    const configuration = printConfiguration(found);
    return jsonReply(200, part === undefined ? { Configuration: configuration, Code: {} } : configuration);
  };
}

function listFunctions(call: AwsCall, all: readonly Found[], query: URLSearchParams): ControlReply {
  const refusal = refuseUnlessAllowed(call, [{ action: 'lambda:ListFunctions', resource: '*' }]);
  if (refusal !== undefined) return refusal;
  const wanted = Number(query.get('MaxItems') ?? PAGE);
  const size = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, PAGE) : PAGE;
  const after = Buffer.from(query.get('Marker') ?? '', 'base64url').toString();
  const sorted = all
    .filter(({ definition }) => definition.name > after)
    .toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  const page = sorted.slice(0, size);
  const last = page.at(-1)?.definition.name ?? '';
  const next = sorted.length > size ? Buffer.from(last).toString('base64url') : null;
  return jsonReply(200, { Functions: page.map(printConfiguration), NextMarker: next });
}

/**
 * Returns the known part of a FunctionConfiguration. Without an upload there is no CodeSize, CodeSha256 or
 * LastModified.
 */
export function printConfiguration({ definition, stack }: Found): object {
  const properties = stack.resources.get(definition.logicalId)?.properties ?? {};
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: properties['Role'],
    Handler: definition.handler,
    Description: properties['Description'] ?? '',
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memorySizeMb,
    Version: '$LATEST',
    Environment: { Variables: definition.environment },
    TracingConfig: properties['TracingConfig'] ?? { Mode: 'PassThrough' },
    Layers: definition.layers.map(({ arn }) => ({ Arn: arn })),
    Architectures: properties['Architectures'] ?? ['x86_64'],
    EphemeralStorage: properties['EphemeralStorage'] ?? { Size: 512 },
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

/** Reads the function name from a path segment, which contains a name, a partial ARN or a full ARN. */
function readName(encoded: string): string {
  const parts = decodeOrKeep(encoded).split(':');
  const at = parts.indexOf('function');
  return (at === -1 ? parts[0] : parts[at + 1]) ?? '';
}
