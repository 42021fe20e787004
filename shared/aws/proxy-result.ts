/** The result of a function behind a Lambda proxy integration, the same for REST, HTTP and WebSocket. */

export type ProxyResult = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text of the body. On a two-way WebSocket route it is sent to the caller as a frame. */
  readonly body?: string;
  /** The body is base64, and API Gateway sends the decoded bytes. */
  readonly isBase64Encoded?: true;
  /** Values of `Set-Cookie`, in HTTP APIs with payload 2.0. */
  readonly cookies?: readonly string[];
};
