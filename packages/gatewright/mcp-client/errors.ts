/**
 * Thrown if a message to an MCP server is refused: by a rule of the access document, by a limit, or by the server.
 *
 * @example
 * ```ts
 * import { McpRefused } from 'gatewright/testing';
 *
 * new McpRefused({ status: 403, rpcCode: 403, message: 'no' }).message // → 'no'
 * ```
 */
export class McpRefused extends Error {
  override readonly name = 'McpRefused';
  readonly code = 'GATEWRIGHT_MCP';
  /** The HTTP status code. It is usually 200 if the server itself returned the error. */
  readonly status: number;
  /**
   * Code of the JSON-RPC error. It is undefined if something in front of the server, such as an authorizer, refused the
   * message.
   */
  readonly rpcCode: number | undefined;
  /** The data of the JSON-RPC error in addition to its message, such as `retryAfterSeconds`. */
  readonly data: unknown;
  /** The id of the request at API Gateway, for `gatewright explain`. */
  readonly requestId: string | undefined;

  constructor({ status, rpcCode, message, data, requestId }: Refusal) {
    super(message);
    this.status = status;
    this.rpcCode = rpcCode;
    this.data = data;
    this.requestId = requestId;
  }
}

type Refusal = {
  readonly status: number;
  readonly rpcCode?: number | undefined;
  readonly message: string;
  readonly data?: unknown;
  readonly requestId?: string | undefined;
};

/** Thrown if a server does not follow the protocol, or a sign-in fails. */
export class McpClientError extends Error {
  override readonly name = 'McpClientError';
  readonly code = 'GATEWRIGHT_MCP_CLIENT';
}
