/**
 * Requests to the gateway other than API traffic: AWS's own APIs, the issuer, the command line. Plain data,
 * so that one handler serves the control port, an API's own port and tests.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { StreamedBody } from './exchange.ts';

export type ControlRequest = {
  readonly method: string;
  /** The path as sent, still percent-encoded, without the query: `/dev/@connections/JCIoWGiIvHcEsxg%3D`. */
  readonly path: string;
  /** The query as sent, without the question mark; empty if there is no query. */
  readonly query: string;
  /** Flat name, value list in wire order, the client's spelling and duplicates kept. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly host: string;
};

export type ControlReply = {
  readonly status: number;
  /** Flat list of names and values. The port adds `Content-Length` and `Date`. */
  readonly headers: readonly string[];
  readonly body: string | Buffer;
  /** Replaces `body`; its length is not known in advance. Control port only. */
  readonly stream?: StreamedBody;
};

export function jsonReply(status: number, body: unknown, headers: readonly string[] = []): ControlReply {
  return { status, headers: ['Content-Type', 'application/json', ...headers], body: JSON.stringify(body) };
}

/**
 * The members of a JSON object body; undefined for other members, or a body that is not a JSON object. An
 * empty body is `{}`.
 */
export function readFields(
  request: ControlRequest,
  known: readonly string[],
): ReadonlyMap<string, unknown> | undefined {
  let value: unknown;
  try {
    value = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const fields = new Map(Object.entries(value));
  return [...fields.keys()].every((name) => known.includes(name)) ? fields : undefined;
}
