/**
 * DeleteObjects by a caller who may delete only some of the objects. S3 deletes these objects and responds with 200 and
 * an error for each other object (S3 API reference, "DeleteObjects"; andrewrk/node-s3-client#235).
 */
import { createHash } from 'node:crypto';
import type { HttpOutcome, ServiceRequest } from '../../core/ports.ts';
import { escapeXml } from './aws-operation.ts';
import type { AwsPermission } from './aws-call.ts';
import { printDeleteResult, readDeleteRequest } from './s3-delete-request.ts';
import { rightsOfS3 } from './s3-rights.ts';

type Split = {
  /** The request for the objects that the caller may delete; undefined if there are none. */
  readonly allowed: ServiceRequest | undefined;
  readonly deniedKeys: readonly string[];
};

/** The headers that describe the whole body, and are wrong for a part of it. */
const OF_BODY =
  /^(?:content-length|content-md5|x-amz-content-sha256|x-amz-sdk-checksum-algorithm|x-amz-checksum-.*)$/i;

/** Returns undefined if the call is not DeleteObjects, or if the caller may delete all objects. */
export function splitDeletion(
  request: ServiceRequest,
  mayUse: (right: AwsPermission) => boolean,
): Split | undefined {
  const { service, method, query, body } = request;
  if (service !== 's3' || method !== 'POST' || !new URLSearchParams(query).has('delete')) return undefined;
  const text = Buffer.from(body ?? '').toString();
  const keys = readDeleteRequest(text)?.objects.map(({ key }) => key);
  const rights = rightsOfS3(request);
  if (keys === undefined || rights.length !== keys.length) return undefined;
  const isDenied = rights.map((right) => !mayUse(right));
  const deniedKeys = keys.filter((_key, at) => isDenied[at]);
  if (deniedKeys.length === 0) return undefined;
  if (deniedKeys.length === keys.length) return { allowed: undefined, deniedKeys };
  let at = 0;
  const rest = text.replace(/<Object>.*?<\/Object>/gs, (object) => (isDenied[at++] === true ? '' : object));
  const kept = request.headers.flatMap((name, index) =>
    index % 2 === 1 || OF_BODY.test(name) ? [] : [name, request.headers[index + 1] ?? ''],
  );
  const digest = createHash('md5').update(rest).digest('base64');
  return { allowed: { ...request, headers: [...kept, 'Content-MD5', digest], body: rest }, deniedKeys };
}

/** Deletes the objects that the caller may delete, and adds the errors for the others to the answer. */
export async function deleteAllowed(
  { allowed, deniedKeys }: Split,
  send: (request: ServiceRequest) => Promise<HttpOutcome>,
): Promise<HttpOutcome> {
  const errors = deniedKeys
    .map(
      (key) =>
        `<Error><Key>${escapeXml(key)}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`,
    )
    .join('');
  const outcome = allowed === undefined ? undefined : await send(allowed);
  if (outcome !== undefined && (outcome.kind !== 'answered' || outcome.status !== 200)) return outcome;
  const deleted =
    /<DeleteResult[^>]*[^/]>(.*)<\/DeleteResult>/s.exec(outcome?.body.toString() ?? '')?.[1] ?? '';
  const headers = outcome?.headers ?? ['Content-Type', 'application/xml'];
  const body = Buffer.from(printDeleteResult(deleted + errors));
  const kept = headers.flatMap((name, index) =>
    index % 2 === 1 || /^content-length$/i.test(name) ? [] : [name, headers[index + 1] ?? ''],
  );
  return { kind: 'answered', status: 200, headers: kept, body };
}
