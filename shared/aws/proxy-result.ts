/** The result of a function behind a Lambda proxy integration, the same for REST, HTTP and WebSocket. */

export type ProxyResult = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text of the body. On a two-way WebSocket route it is sent to the caller as a frame. */
  readonly body?: string;
  /** The body is base64, and API Gateway sends the decoded bytes. */
  readonly isBase64Encoded?: true;
  /** Several values of one header, in REST APIs, and in HTTP APIs with payload 1.0. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
};
