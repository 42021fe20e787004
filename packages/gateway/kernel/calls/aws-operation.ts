import { encodeCbor } from '@gatewright/aws/cbor';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ServiceRequest } from '../../core/ports.ts';
import { errorMembers } from './error-shapes.ts';

export type OperationResult =
  /**
   * The operation succeeded. `isVoid` means that the response has no result element, not even an empty result element.
   */
  | {
      readonly kind: 'result';
      readonly fields: UnknownMembers;
      readonly isVoid?: boolean;
      /**
       * The fields for clients that accept JSON from a service with the query protocol. Absent means that they are the
       * same as `fields`.
       */
      readonly jsonFields?: UnknownMembers;
    }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly headers?: readonly string[];
      /** Further members of the error. They are included in the JSON and CBOR protocols. */
      readonly members?: object | undefined;
    };

export type OperationReply = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: readonly string[];
};

export function headerOf({ headers }: ServiceRequest, name: string): string | undefined {
  const at = headers.findLastIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}

export function refuse(
  code: string,
  message: string,
  status = 400,
): Extract<OperationResult, { kind: 'error' }> {
  return { kind: 'error', status, code, message };
}

/**
 * The error that an operation throws to refuse a call. It may be thrown anywhere in the operation, and contains AWS's
 * error code and message.
 */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';
  readonly code: string;
  /** The members that the error has besides its text. */
  readonly members: object | undefined;

  constructor(code: string, message: string, members?: object) {
    super(message);
    this.code = code;
    this.members = members;
  }

  toResult(): OperationResult {
    return { ...refuse(this.code, this.message), members: this.members };
  }
}

/**
 * Formats the result as JSON.
 * @param service the signing name
 * @param version the version of the JSON protocol, `1.0` or `1.1`
 */
export function printJsonReply(result: OperationResult, service: string, version: string): OperationReply {
  const contentType = `application/x-amz-json-${version}`;
  if (result.kind === 'result') return { status: 200, contentType, body: JSON.stringify(result.fields) };
  const { status, code, headers = [] } = result;
  return {
    status,
    contentType,
    headers,
    body: JSON.stringify({ __type: code, ...errorMembers(service, result) }),
  };
}

/**
 * Formats the result as CBOR.
 * @param service the signing name
 * @see Smithy 2.0, "Smithy RPC v2 CBOR protocol"
 */
export function printCborReply(result: OperationResult, service: string): OperationReply {
  const ofProtocol = ['smithy-protocol', 'rpc-v2-cbor'];
  const contentType = 'application/cbor';
  if (result.kind === 'result')
    return { status: 200, contentType, headers: ofProtocol, body: encodeCbor(result.fields) };
  const { status, code, message, headers = [] } = result;
  const body = encodeCbor({
    __type: code,
    ...(message === '' ? { message } : errorMembers(service, result)),
  });
  return { status, contentType, headers: [...ofProtocol, ...headers], body };
}

/** Formats JSON for clients that accept JSON, such as API Gateway, and XML for all other clients. */
export function printQueryReply(
  action: string,
  result: OperationResult,
  {
    accept = '',
    requestId,
    namespace,
    hasDetail = false,
  }: { accept?: string | undefined; requestId: string; namespace: string; hasDetail?: boolean | undefined },
): OperationReply {
  const status = result.kind === 'result' ? 200 : result.status;
  if (accept.includes('json')) {
    const content =
      result.kind === 'result'
        ? {
            [`${action}Response`]: {
              ...(result.isVoid === true ? {} : { [`${action}Result`]: result.jsonFields ?? result.fields }),
              ResponseMetadata: { RequestId: requestId },
            },
          }
        : { Error: { Type: 'Sender', Code: result.code, Message: result.message }, RequestId: requestId };
    return { status, contentType: 'application/json', body: JSON.stringify(content) };
  }
  const id = `<RequestId>${requestId}</RequestId>`;
  const xml =
    result.kind === 'result'
      ? `<${action}Response xmlns="${namespace}">${result.isVoid === true ? '' : `<${action}Result>${printXml(result.fields)}</${action}Result>`}` +
        `<ResponseMetadata>${id}</ResponseMetadata></${action}Response>`
      : `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${escapeXml(result.code)}</Code>` +
        `${printMessage(result)}${hasDetail ? '<Detail/>' : ''}</Error>${id}</ErrorResponse>`;
  return { status, contentType: 'text/xml', body: `<?xml version="1.0"?>\n${xml}` };
}

/** Returns the element `Message` of an error. It is left out if the message is empty [obs: CloudWatch]. */
function printMessage({ message }: { readonly message: string }): string {
  return message.length === 0 ? '' : `<Message>${escapeXml(message)}</Message>`;
}

function printXml(fields: UnknownMembers): string {
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map(
        (each: unknown) => `<${name}>${isJsonObject(each) ? printXml(each) : printXmlText(each)}</${name}>`,
      ),
    )
    .join('');
}

function printXmlText(value: unknown): string {
  return escapeXml(typeof value === 'string' ? value : JSON.stringify(value));
}

export function escapeXml(text: string): string {
  return text
    .replace(/[<>&"'\r]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\t\n\r\x20-\ufffd]/g, '?');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the entities and character references of XML by their characters. */
export function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(amp|lt|gt|quot|apos));/gi,
    (_, code?: string, hex?: string, name = '') => {
      if (code !== undefined) return String.fromCodePoint(Math.min(Number(code), 0x10ffff));
      return hex === undefined ? (ENTITIES[String(name)] ?? '') : String.fromCodePoint(parseInt(hex, 16));
    },
  );
}
