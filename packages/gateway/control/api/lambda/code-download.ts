/**
 * The download of a function's code from the address that GetFunction shows. As on AWS, the address is signed and is
 * valid for ten minutes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { presignUrl } from '@gatewright/aws/sign-request';
import { writeZip } from '@gatewright/aws/zip-archive';
import type { ControlReply } from '../../../core/api-call.ts';
import type { Clock } from '../../../core/ports.ts';
import type { FunctionDefinition } from '../../../core/stack/function.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { listFiles, packInline } from './code-facts.ts';
import type { FunctionCodes } from './code-facts.ts';
import { functionArn, notFound } from './lambda-refusal.ts';
import { findFunction } from './lambda-target.ts';

const PATH = /^\/_code\/([\w-]+)\.zip$/;
/** "a presigned URL … valid for 10 minutes" (Lambda API reference, GetFunction). */
const VALID_SECONDS = 600;
/** The largest folder that is packed for a download, which takes less than a second. */
const MAX_FOLDER_BYTES = 20 * 1024 * 1024;

export function isCodeDownload({ method, path }: AwsCall['request']): boolean {
  return method === 'GET' && PATH.test(path);
}

/** Returns the address of the code for the caller; undefined if the code cannot be downloaded. */
export function locationOf(
  { request, caller, region, service }: AwsCall,
  definition: FunctionDefinition,
  { codes, clock }: { readonly codes: FunctionCodes; readonly clock: Pick<Clock, 'nowEpochMs'> },
): string | undefined {
  if (readArchive(definition, codes) === undefined) return undefined;
  const { accessKeyId, secretAccessKey, session } = caller;
  return presignUrl({
    url: new URL(`http://${request.host}/_code/${definition.name}.zip`),
    accessKeyId,
    secretAccessKey,
    sessionToken: session?.token,
    region,
    service,
    nowEpochMs: clock.nowEpochMs(),
    expiresSeconds: VALID_SECONDS,
  }).href;
}

export function createCodeDownload(stacks: () => readonly ResolvedStack[], codes: FunctionCodes): AwsService {
  return (call) => Promise.resolve(download(call, stacks(), codes));
}

function download(call: AwsCall, stacks: readonly ResolvedStack[], codes: FunctionCodes): ControlReply {
  const name = PATH.exec(call.request.path)?.[1] ?? '';
  const resource = functionArn(call, name);
  const refusal = refuseUnlessAllowed(call, [{ action: 'lambda:GetFunction', resource }]);
  if (refusal !== undefined) return refusal;
  const found = findFunction(stacks, name);
  const archive = found && readArchive(found.definition, codes)?.();
  if (archive === undefined) return notFound(call, `Function not found: ${resource}`);
  return { status: 200, headers: ['Content-Type', 'application/zip'], body: archive };
}

/** Returns a function that reads or makes the archive; undefined if the code cannot be downloaded. */
function readArchive(definition: FunctionDefinition, codes: FunctionCodes): (() => Buffer) | undefined {
  const { code } = definition;
  const sent = codes.archiveOf(definition);
  if (sent !== undefined) return () => sent;
  if (code.kind === 'inline') return () => packInline(code.source, definition.runtime);
  const file = code.packed?.file;
  if (file !== undefined && existsSync(file)) return () => readFileSync(file);
  const { CodeSize } = codes.of(definition);
  if (code.kind === 'archive' || CodeSize === 0 || CodeSize > MAX_FOLDER_BYTES) return undefined;
  return () => packFolder(code.directory);
}

function packFolder(folder: string): Buffer {
  return writeZip(
    new Map(
      listFiles(folder).map((file) => [relative(folder, file).split(sep).join('/'), readFileSync(file)]),
    ),
  );
}
