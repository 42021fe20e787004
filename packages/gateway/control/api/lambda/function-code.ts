/** Serves UpdateFunctionCode (Lambda API reference) for archives that are sent with the call, or stored in a bucket. */
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import {
  type AwsCall,
  type AwsService,
  findDenial,
  refuseUnlessAllowed,
} from '../../../kernel/calls/aws-call.ts';
import { notFound, refused, revisionMoved } from './lambda-refusal.ts';
import { answering, findFunction, readTarget } from './lambda-target.ts';
import { factsOf, type FunctionCodes } from './code-facts.ts';
import { printConfiguration } from './function-configuration.ts';
import type { Clock } from '../../../core/ports.ts';
import type { FoundFunction } from './lambda-target.ts';

/** Runs the archive as the function's code, in place of the current code. */
export type ReplaceCode = (
  functionName: string,
  archive: Buffer,
) => Promise<
  | { readonly kind: 'replaced' }
  /** The function has no code that this gateway runs. */
  | { readonly kind: 'not-run' }
  /** The content is not a zip archive, or Lambda would refuse the archive. */
  | { readonly kind: 'unreadable'; readonly reason: string }
>;

/** Reads an object of S3 for a caller. */
export type ReadObject = (
  call: AwsCall,
  object: { readonly bucket: string; readonly key: string },
) => Promise<
  | { readonly kind: 'read'; readonly bytes: Buffer }
  /** S3 answers with an error, such as `NoSuchKey`. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
>;

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/code\/?$/;
/** Members that the gateway does not support. */
const UNSERVED = ['S3ObjectVersion', 'ImageUri', 'SourceKMSKeyArn'];
/** Members that publish a version. */
const PUBLISHING = ['Publish', 'PublishTo'];
/** The status in the response to an update; a later read shows Successful and another revision [obs: lambda]. */
const IN_PROGRESS = {
  LastUpdateStatus: 'InProgress',
  LastUpdateStatusReason: 'The function is being created.',
  LastUpdateStatusReasonCode: 'Creating',
};
/** AWS's words (boto/boto3#488). */
const NO_ZIP = 'Could not unzip uploaded file. Please check your file, then try to upload again.';
const NO_SOURCE = 'Please provide a source for function code.';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function isCodeCall({ method, path }: AwsCall['request']): boolean {
  return method === 'PUT' && PATH.test(path);
}

export function createFunctionCode(
  stacks: () => readonly ResolvedStack[],
  replaceCode: ReplaceCode,
  {
    codes,
    clock,
    readObject,
    report,
  }: {
    readonly codes: FunctionCodes;
    readonly clock: Clock;
    readonly readObject: ReadObject;
    /** Tells the developer what is wrong with an archive, because AWS's response does not. */
    readonly report: (message: string) => void;
  },
): AwsService {
  return answering(async (call) => {
    const { functionName, plainArn } = readTarget(call);
    const refusal = refuseUnlessAllowed(call, [{ action: 'lambda:UpdateFunctionCode', resource: plainArn }]);
    if (refusal !== undefined) return refusal;
    const found = findFunction(stacks(), functionName);
    if (found === undefined) return notFound(call, `Function not found: ${plainArn}`);
    const input = parseJsonObject(call.request.body.toString('utf8'));
    const moved = refuseOtherRevision(call, input?.['RevisionId'], found, codes);
    if (moved !== undefined) return moved;
    const archive = await findArchive(call, input, isImage(found), readObject);
    if (typeof archive === 'object' && 'unserved' in archive)
      return refused(call, 501, 'NotImplementedException', archive.unserved);
    if (typeof archive === 'object' && 'denied' in archive)
      return refused(call, 403, 'AccessDeniedException', archive.denied);
    if (typeof archive === 'string') return refused(call, 400, 'InvalidParameterValueException', archive);
    const facts = factsOf(archive, clock.nowEpochMs());
    if (input?.['DryRun'] !== true) {
      const outcome = await replaceCode(functionName, archive);
      if (outcome.kind !== 'replaced') return refuseCode(call, functionName, outcome, report);
      codes.replace(found.definition.arn, archive, facts);
    }
    const { CodeSize, CodeSha256 } = facts;
    const status = input?.['DryRun'] === true ? {} : IN_PROGRESS;
    return jsonReply(200, { ...printConfiguration(found, codes, status), CodeSize, CodeSha256 });
  });
}

function refuseOtherRevision(
  call: AwsCall,
  wanted: unknown,
  found: FoundFunction,
  codes: FunctionCodes,
): ControlReply | undefined {
  const latest = printConfiguration(found, codes).RevisionId;
  return (wanted ?? latest) === latest ? undefined : revisionMoved(call, 'GetFunction/GetAlias');
}

function isImage({ definition, stack }: FoundFunction): boolean {
  return stack.resources.get(definition.logicalId)?.properties['PackageType'] === 'Image';
}

/** The archive, or the reason why the call is refused. */
type Archive = Buffer | string | { readonly denied: string } | { readonly unserved: string };

async function findArchive(
  call: AwsCall,
  input: UnknownMembers | undefined,
  isOfImage: boolean,
  readObject: ReadObject,
): Promise<Archive> {
  const fault = findFault(input, isOfImage);
  if (fault !== undefined) return fault;
  const unserved = findUnserved(input);
  if (unserved !== undefined) return { unserved };
  const [bucket, key, text] = [
    asText(input?.['S3Bucket']),
    asText(input?.['S3Key']),
    asText(input?.['ZipFile']),
  ];
  if (bucket !== undefined && key !== undefined) return await fetchArchive(call, { bucket, key }, readObject);
  return Buffer.from(text ?? '', 'base64');
}

function findFault(input: UnknownMembers | undefined, isOfImage: boolean): string | undefined {
  if (input === undefined) return 'Could not parse request body into json';
  const hasImage = (input['ImageUri'] ?? undefined) !== undefined;
  if (hasImage && !isOfImage)
    return "Please don't provide ImageUri when updating a function with packageType Zip.";
  if (!hasImage && isOfImage)
    return 'Please provide ImageUri when updating a function with packageType Image.';
  if (hasImage) return undefined;
  const [bucket, key, text] = [input['S3Bucket'], input['S3Key'], input['ZipFile']].map(
    (one) => one ?? undefined,
  );
  if (bucket !== undefined || key !== undefined) {
    if (text !== undefined)
      return 'Please do not provide other FunctionCode parameters when providing a ZipFile.';
    return typeof bucket === 'string' && typeof key === 'string' ? undefined : NO_SOURCE;
  }
  if (typeof text !== 'string' || text === '') return NO_SOURCE;
  return BASE64.test(text) ? undefined : 'ZipFile must be encoded in Base64';
}

/**
 * Describes a member that the gateway does not support. This is checked after everything that Lambda itself refuses.
 */
function findUnserved(input: UnknownMembers | undefined): string | undefined {
  const other = UNSERVED.find((name) => (input?.[name] ?? undefined) !== undefined);
  if (other !== undefined)
    return `${other} is not supported by this gateway; send the archive as ZipFile, or name it by S3Bucket and S3Key`;
  const publishing = PUBLISHING.find((name) => Boolean(input?.[name]));
  return publishing === undefined
    ? undefined
    : `${publishing} is not supported by this gateway, because only the template defines versions; send the call without ${publishing}`;
}

/** Reads the archive with the permissions of the caller. The error messages are Lambda's (docs/aws §22.2). */
async function fetchArchive(
  call: AwsCall,
  object: { readonly bucket: string; readonly key: string },
  readObject: ReadObject,
): Promise<Archive> {
  const { bucket, key } = object;
  const right = { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` };
  const found =
    findDenial(call.caller, [right]) === undefined
      ? await readObject(call, object)
      : ({ kind: 'refused', code: 'AccessDenied', message: 'Access Denied' } as const);
  if (found.kind === 'read') return found.bytes;
  const said = `S3 Error Code: ${found.code}. S3 Error Message: ${found.message}`;
  if (found.code !== 'AccessDenied') return `Error occurred while GetObject. ${said}`;
  return {
    denied: `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${bucket}/${key}. ${said}`,
  };
}

function refuseCode(
  call: AwsCall,
  functionName: string,
  outcome: Exclude<Awaited<ReturnType<ReplaceCode>>, { readonly kind: 'replaced' }>,
  report: (message: string) => void,
): ControlReply {
  if (outcome.kind === 'unreadable') {
    report(`UpdateFunctionCode of ${functionName} was refused: ${outcome.reason}`);
    return refused(call, 400, 'InvalidParameterValueException', NO_ZIP);
  }
  const message = `${functionName} has no code that runs in this gateway; the gateway reported the reason when it started`;
  return refused(call, 501, 'NotImplementedException', message);
}
