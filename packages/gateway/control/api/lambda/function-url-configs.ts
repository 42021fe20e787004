import { type ControlReply, jsonReply } from '../../../core/api-call.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { notFound } from './lambda-refusal.ts';
import { pageOf } from './lambda-pages.ts';
import { answering, findFunction, readTarget } from './lambda-target.ts';
import type { FunctionUrl } from '../../loading/read-function-urls.ts';

const PATH = /^\/2021-10-31\/functions\/([^/]+)\/(urls?)\/?$/;

export function isUrlConfigCall({
  method,
  path,
}: {
  readonly method: string;
  readonly path: string;
}): boolean {
  return method === 'GET' && PATH.test(path);
}

type UrlOptions = {
  readonly urls: () => readonly FunctionUrl[];
  readonly stacks: () => readonly ResolvedStack[];
  /** The time at which the gateway created the function URLs of the stacks. */
  readonly createdAtEpochMs: number;
};

export function createFunctionUrlConfigs({ urls, stacks, createdAtEpochMs }: UrlOptions): AwsService {
  const createdAt = new Date(createdAtEpochMs).toISOString();
  const print = (url: FunctionUrl): object => printConfig(url, createdAt);
  return answering((call) => serve(call, urls(), stacks(), print));
}

function serve(
  call: AwsCall,
  urls: readonly FunctionUrl[],
  stacks: readonly ResolvedStack[],
  print: (url: FunctionUrl) => object,
): ControlReply {
  const { operation, functionName, qualifier, arn, members } = readTarget(call);
  const refusal = refuseUnlessAllowed(call, [{ action: `lambda:${operation}`, resource: arn }]);
  if (refusal !== undefined) return refusal;
  const ofFunction = urls.filter(({ owner }) => owner.functionName === functionName);
  if (operation === 'ListFunctionUrlConfigs') {
    if (findFunction(stacks, functionName) === undefined) return notFound(call, 'Function does not exist');
    const { page, next } = pageOf(ofFunction, ({ functionArn }) => functionArn, members);
    return jsonReply(200, { FunctionUrlConfigs: page.map(print), NextMarker: next });
  }
  const found = ofFunction.find(({ owner }) => owner.qualifier === qualifier);
  return found === undefined
    ? notFound(call, 'The resource you requested does not exist.')
    : jsonReply(200, print(found));
}

function printConfig({ served, functionArn, resource }: FunctionUrl, createdAt: string): object {
  const { Cors, InvokeMode = 'BUFFERED' } = resource.properties;
  return {
    FunctionUrl: `https://${served.domainName}/`,
    FunctionArn: functionArn,
    AuthType: served.functionUrl?.authType,
    Cors,
    CreationTime: createdAt,
    LastModifiedTime: createdAt,
    InvokeMode,
  };
}
