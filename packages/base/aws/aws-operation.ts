/** Reads which AWS operation a request calls, for each protocol of AWS's APIs. */
import { decodeCbor } from './cbor.ts';
import { asJsonObject, parseJsonObject } from './json-object.ts';
import type { UnknownMembers } from './json-object.ts';

export type AwsOperation =
  /** `X-Amz-Target: Prefix.Action` with JSON. `input` is undefined if the body is not a JSON object. */
  | {
      readonly protocol: 'json';
      readonly prefix: string;
      readonly action: string;
      readonly input: UnknownMembers | undefined;
      /**
       * True if the request was sent as RPC v2 CBOR, `/service/Prefix/operation/Action`. The response must then be
       * CBOR, too.
       */
      readonly isCbor?: true;
    }
  /** `Action=…` in the query or in a form body. */
  | { readonly protocol: 'query'; readonly action: string; readonly parameters: URLSearchParams }
  | { readonly protocol: 'rest' };

type OperationRequest = {
  /** Flat list of names and values. */
  readonly headers: readonly string[];
  /** The query, without the question mark. */
  readonly query: string;
  readonly body: string | Buffer | undefined;
  readonly path?: string;
};

/** Size limit of a decompressed body: far above what any operation accepts. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const CBOR_PATH = /\/service\/([A-Za-z0-9_]+)\/operation\/([A-Za-z0-9]+)$/;
/** The prefix of a few services has dots, such as CloudTrail's. */
const TARGET = /^([A-Za-z0-9_.]+)\.([A-Za-z0-9]+)$/;

/** Reads the operation of a request. Unknown calls are read as `rest`. */
export function readOperation(request: OperationRequest): AwsOperation {
  const body = plainBody(request);
  const text = body?.toString();
  const target = TARGET.exec(lastHeader(request, 'x-amz-target') ?? '');
  if (target !== null)
    return {
      protocol: 'json',
      prefix: target[1] ?? '',
      action: target[2] ?? '',
      input: text === undefined ? undefined : parseJsonObject(text === '' ? '{}' : text),
    };
  // The CBOR path is read only if there is no target. Attack: the permission would otherwise be checked for the
  // operation in the path, while a service that only knows JSON would execute the operation in the target.
  const cbor = isCborCall(request.headers) ? CBOR_PATH.exec(request.path ?? '') : null;
  if (cbor !== null) {
    const value = body === undefined || body === '' ? body : decodeCbor(Buffer.from(body));
    const input = value === '' ? {} : asJsonObject(value);
    return { protocol: 'json', prefix: cbor[1] ?? '', action: cbor[2] ?? '', input, isCbor: true };
  }
  const contentType = lastHeader(request, 'content-type') ?? '';
  const form = contentType.startsWith('application/x-www-form-urlencoded') ? text : undefined;
  // If a name is repeated, every reader uses its last value. Attack: otherwise, the permission could be checked for the
  // first value, while the last value is served.
  const given = new Map([...new URLSearchParams(request.query), ...new URLSearchParams(form ?? '')]);
  const parameters = new URLSearchParams([...given]);
  const action = parameters.get('Action');
  return action === null ? { protocol: 'rest' } : { protocol: 'query', action, parameters };
}

/** Reads only the headers, so that a request can be refused before its operation is read. */
export function isCborCall(headers: readonly string[]): boolean {
  return lastHeader({ headers }, 'smithy-protocol') === 'rpc-v2-cbor';
}

/**
 * Decompresses the body, because SDKs compress long inputs (`requestCompression`). Returns undefined if the body cannot
 * be decompressed.
 */
function plainBody({ headers, body }: OperationRequest): string | Buffer | undefined {
  if (body === undefined || body.length === 0) return '';
  if (lastHeader({ headers }, 'content-encoding') !== 'gzip') return body;
  try {
    const { gunzipSync } = process.getBuiltinModule('node:zlib');
    return gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch {
    return undefined;
  }
}

function lastHeader({ headers }: Pick<OperationRequest, 'headers'>, name: string): string | undefined {
  const at = headers.findLastIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}
