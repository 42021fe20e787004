/**
 * Uploads by a form with a signed policy ("POST Object"), which `createPresignedPost` of the SDK makes for pages. The
 * signature is in the fields of the form. A form that is accepted becomes a PutObject by the signer [obs: s3,
 * `TestS3PresignedPost`] (docs/aws §22.5).
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import { createHmac } from 'node:crypto';
import { headerOf } from '@gatewright/aws/raw-headers';
import { findSecret } from '@gatewright/aws/signature';
import type { VerificationContext } from '@gatewright/aws/signature';
import { equalInConstantTime, signatureOf } from '@gatewright/aws/sign-request';
import type { SigningClock } from '@gatewright/aws/signing-clock';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import { escapeXml } from './aws-operation.ts';
import { readElement } from './xml-element.ts';
import { bucketOfHost, readS3Address } from './s3-address.ts';
import { describeMismatch, wordKeyFault } from './s3-authentication.ts';
import { printS3Error } from './s3-error.ts';
import type { S3Refusal } from './s3-error.ts';
import { refuseByPolicy } from './s3-upload-policy.ts';
import type { UploadFields } from './s3-upload-policy.ts';

type Head = Pick<ControlRequest, 'method' | 'path' | 'query' | 'rawHeaders' | 'host'>;

/** Whether a request is a form upload. Its signature may be missing or invalid. */
export function isUpload({ method, path, query, rawHeaders, host }: Head): boolean {
  if (method !== 'POST' || query !== '' || headerOf({ rawHeaders }, 'authorization') !== undefined)
    return false;
  const { bucket, key } = readS3Address({ host, path });
  return (
    bucket !== '' &&
    key === '' &&
    /^multipart\/form-data\b/i.test(headerOf({ rawHeaders }, 'content-type') ?? '')
  );
}

type Upload = UploadFields & { readonly key: string; readonly file: Buffer };

type Opened =
  | {
      readonly kind: 'signed';
      readonly accessKeyId: string;
      /** Empty for a signature of version 2, which names no region. */
      readonly region: string;
      /** The PutObject that does what the form asks for. */
      readonly request: ControlRequest;
      /** Converts the reply to the PutObject into the reply to the form. */
      readonly toReply: (reply: ControlReply) => ControlReply;
    }
  | { readonly kind: 'refused'; readonly reply: ControlReply };

/** Reads the form, and verifies its signature and its policy. */
export async function openUpload(
  request: ControlRequest,
  context: Omit<VerificationContext, 'nowEpochMs'>,
  clock: SigningClock,
  requestId: string,
): Promise<Opened> {
  const refused = (refusal: S3Refusal): Opened => {
    const headers = ['Content-Type', 'application/xml', 'x-amz-request-id', requestId];
    return {
      kind: 'refused',
      reply: { status: refusal.status, headers, body: printS3Error(refusal, requestId) },
    };
  };
  const upload = await readForm(request);
  if ('code' in upload) return refused(upload);
  const policy = upload.fields.get('policy');
  if (policy === undefined) return refused(ANONYMOUS);
  const signer = findSigner(policy, upload.fields, context);
  if ('code' in signer) return refused(signer);
  const denied = refuseByPolicy(policy, upload, (epochMs) => isOver(epochMs, clock));
  if (denied !== undefined) return refused(denied);
  return {
    kind: 'signed',
    ...signer,
    request: toPutObject(request, upload),
    toReply: (reply) => toUploadReply(reply, request, upload),
  };
}

/**
 * Returns whether the time has passed on both the gateway's clock, with which functions sign, and the machine's clock,
 * with which developer tools sign.
 */
function isOver(epochMs: number, clock: SigningClock): boolean {
  const now = clock.nowEpochMs();
  return epochMs < now && epochMs < now - (clock.offsetMs?.() ?? 0);
}

const ANONYMOUS: S3Refusal = { status: 403, code: 'AccessDenied', message: 'Access Denied', details: {} };
const MALFORMED: S3Refusal = {
  status: 400,
  code: 'MalformedPOSTRequest',
  message: 'The body of your POST request is not well-formed multipart/form-data.',
  details: {},
};
const WITHOUT_FILE: S3Refusal = {
  status: 400,
  code: 'InvalidArgument',
  message: 'POST requires exactly one file upload per request.',
  details: { ArgumentName: 'file', ArgumentValue: '0' },
};

function missing(name: string): S3Refusal {
  const message = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`;
  const details = { ArgumentName: name, ArgumentValue: '' };
  return { status: 400, code: 'InvalidArgument', message, details };
}

async function readForm({ body, rawHeaders, host, path }: ControlRequest): Promise<Upload | S3Refusal> {
  const headers = { 'content-type': headerOf({ rawHeaders }, 'content-type') ?? '' };
  // `formData` is deprecated for servers, because it reads the whole body into memory. This body is already in memory,
  // and its size is limited.
  // oxlint-disable-next-line typescript/no-deprecated
  const parts = await new Response(new Uint8Array(body), { headers }).formData().catch(() => undefined);
  if (parts === undefined) return MALFORMED;
  const fields = new Map<string, string>();
  let file: Buffer | undefined;
  let fileName: string | undefined;
  for (const [name, value] of parts) {
    if (name.toLowerCase() !== 'file') {
      fields.set(name.toLowerCase(), typeof value === 'string' ? value : await value.text());
      continue;
    }
    file = typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
    fileName = typeof value === 'string' ? undefined : value.name;
    // S3 ignores the fields after the file.
    break;
  }
  const named = fields.get('key');
  if (named === undefined) return missing('key');
  if (file === undefined) return WITHOUT_FILE;
  // `${filename}` is not replaced if the part with the file has no file name.
  const key = fileName === undefined ? named : named.replaceAll('${filename}', () => fileName);
  fields.set('key', key);
  return { bucket: readS3Address({ host, path }).bucket, key, fields, file, fileBytes: file.length };
}

/** The fields of a signature. If several are missing, S3 names the one that comes first in this order. */
const SIGNATURES = {
  version4: ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'],
  version2: ['AWSAccessKeyId', 'Signature'],
} as const;

type Signer = { readonly accessKeyId: string; readonly region: string };

/** The policy is signed as it was sent, in Base64. */
function findSigner(
  policy: string,
  fields: UploadFields['fields'],
  context: Omit<VerificationContext, 'nowEpochMs'>,
): Signer | S3Refusal {
  const has = (name: string): boolean => fields.has(name.toLowerCase());
  const version = Object.values(SIGNATURES).find((names) => names.some(has));
  if (version === undefined) return ANONYMOUS;
  const absent = version.find((name) => !has(name));
  if (absent !== undefined) return missing(absent);
  const isVersion2 = version === SIGNATURES.version2;
  const credential = fields.get(isVersion2 ? 'awsaccesskeyid' : 'x-amz-credential') ?? '';
  const [accessKeyId = '', date = '', region = '', service = ''] = credential.split('/');
  const key = findSecret({ accessKeyId, securityToken: fields.get('x-amz-security-token') }, context);
  if (key.kind === 'refused') return wordKeyFault(key) ?? ANONYMOUS;
  const given = fields.get(isVersion2 ? 'signature' : 'x-amz-signature') ?? '';
  const expected = isVersion2
    ? createHmac('sha1', key.secret).update(policy, 'utf8').digest('base64')
    : signatureOf(key.secret, { date, region, service }, policy);
  if (equalInConstantTime(expected, given)) return { accessKeyId, region };
  return { status: 403, ...describeMismatch(accessKeyId, policy, given) };
}

/** The fields that become headers of the PutObject under the same name. (`acl` becomes `x-amz-acl`.) */
const HEADERS =
  /^(?:cache-control|content-(?:disposition|encoding|language|md5|type)|expires|x-amz-(?:checksum-.*|meta-.*|server-side-.*|storage-class))$/;
const ABOUT_BODY = /^(?:content-.*|transfer-encoding|expect)$/i;

/** `x-id` is the parameter in which SDKs name the operation. It tells the S3 service that a form was uploaded. */
function toPutObject(request: ControlRequest, { bucket, key, fields, file }: Upload): ControlRequest {
  const kept = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 && !ABOUT_BODY.test(name) ? [name, all[index + 1] ?? ''] : [],
  );
  const own = [...fields].flatMap(([name, value]) =>
    HEADERS.test(name)
      ? [name, value]
      : name === 'acl'
        ? ['x-amz-acl', value]
        : name === 'tagging'
          ? ['x-amz-tagging', toTagHeader(value)]
          : [],
  );
  const encoded = key.split('/').map(encodeURIComponent).join('/');
  return {
    ...request,
    method: 'PUT',
    path: bucketOfHost(request.host) === undefined ? `/${bucket}/${encoded}` : `/${encoded}`,
    query: `x-id=${UPLOAD_ID}`,
    rawHeaders: [...kept, ...own, 'content-length', String(file.length)],
    body: file,
  };
}

/**
 * Converts the tags of the form's field `tagging`, which is XML as in PutObjectTagging, to the form of the tagging
 * header of PutObject.
 */
function toTagHeader(tagging: string): string {
  const tags = [...tagging.matchAll(/<Tag>(.*?)<\/Tag>/gs)].map(([, tag = '']) =>
    ['Key', 'Value'].map((name) => encodeURIComponent(readElement(tag, name) ?? '')).join('='),
  );
  return tags.join('&');
}

/** The name of the operation in the query of a PutObject that was made from a form. */
export const UPLOAD_ID = 'PostObject';

/** S3 responds with 204, unless `success_action_redirect` or `success_action_status` asks for another response. */
function toUploadReply(reply: ControlReply, request: ControlRequest, upload: Upload): ControlReply {
  if (reply.status !== 200) return reply;
  const { bucket, key, fields } = upload;
  const at = bucketOfHost(request.host) === undefined ? `${request.host}/${bucket}` : request.host;
  const location = `http://${at}/${encodeURIComponent(key)}`;
  const etag = headerOf({ rawHeaders: reply.headers }, 'etag') ?? '';
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  if (/^https?:\/\//i.test(redirect) && URL.canParse(redirect)) {
    const to = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) to.searchParams.append(name, value);
    return { ...reply, status: 303, headers: [...reply.headers, 'Location', to.href], body: '' };
  }
  const headers = [...reply.headers, 'Location', location];
  const wanted = fields.get('success_action_status');
  if (wanted !== '201') return { ...reply, status: wanted === '200' ? 200 : 204, headers, body: '' };
  const elements = Object.entries({ Location: location, Bucket: bucket, Key: key, ETag: etag })
    .map(([name, value]) => `<${name}>${name === 'ETag' ? value : escapeXml(value)}</${name}>`)
    .join('');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${elements}</PostResponse>`;
  return { ...reply, status: 201, headers: [...headers, 'Content-Type', 'application/xml'], body };
}
