/**
 * Requests to the gateway other than API traffic: AWS's own APIs, the issuer, the command line. Requests are plain
 * data, so that one handler can serve the control port, an API's own port and tests.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { StreamedBody } from './exchange.ts';

export type ControlRequest = {
  readonly method: string;
  /** The path as sent, without the query and still percent-encoded: `/dev/@connections/JCIoWGiIvHcEsxg%3D`. */
  readonly path: string;
  /** The query as sent, without the question mark; empty if there is no query. */
  readonly query: string;
  /** A flat list of names and values in the order of the request, with the client's spelling and duplicates. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly host: string;
};

export type ControlReply = {
  readonly status: number;
  /** A flat list of names and values. The port adds `Content-Length` and `Date`. */
  readonly headers: readonly string[];
  readonly body: string | Buffer;
  /**
   * A streamed body, which replaces `body` and whose length is not known in advance. Only the control port supports it.
   */
  readonly stream?: StreamedBody;
};

export function jsonReply(status: number, body: unknown, headers: readonly string[] = []): ControlReply {
  return { status, headers: ['Content-Type', 'application/json', ...headers], body: JSON.stringify(body) };
}

/**
 * Returns the members of a JSON object body; undefined if the body is not a JSON object, or has members other than the
 * known ones. An empty body results in `{}`.
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
