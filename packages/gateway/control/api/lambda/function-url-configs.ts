import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { readFunctionName } from '@gatewright/aws/function-name';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { functionArn, notFound } from './lambda-refusal.ts';
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

export function createFunctionUrlConfigs(urls: () => readonly FunctionUrl[]): AwsService {
  return (call) => Promise.resolve(serve(call, urls()));
}

function serve(call: AwsCall, urls: readonly FunctionUrl[]): ControlReply {
  const { path, query } = call.request;
  const [, encoded = '', what] = PATH.exec(path) ?? [];
  const named = readFunctionName(decodeOrKeep(encoded));
  const { functionName } = named;
  const qualifier = named.qualifier ?? new URLSearchParams(query).get('Qualifier') ?? undefined;
  const ofFunction = urls.filter(({ owner }) => owner.functionName === functionName);
  const arn = functionArn(call, functionName);
  const action = what === 'urls' ? 'ListFunctionUrlConfigs' : 'GetFunctionUrlConfig';
  const refusal = refuseUnlessAllowed(call, [{ action: `lambda:${action}`, resource: arn }]);
  if (refusal !== undefined) return refusal;
  if (what === 'urls') return jsonReply(200, { FunctionUrlConfigs: ofFunction.map(printConfig) });
  const found = ofFunction.find(({ owner }) => owner.qualifier === qualifier);
  return found === undefined
    ? notFound(call, 'The resource you requested does not exist.')
    : jsonReply(200, printConfig(found));
}

/** Returns the configuration of a function URL without CreationTime, because the creation time is unknown. */
function printConfig({ served, functionArn, resource }: FunctionUrl): object {
  const { Cors, InvokeMode = 'BUFFERED' } = resource.properties;
  return {
    FunctionUrl: `https://${served.domainName}/`,
    FunctionArn: functionArn,
    AuthType: served.functionUrl?.authType,
    Cors,
    InvokeMode,
  };
}
