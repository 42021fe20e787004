/** What a function behind a Lambda proxy integration answers; REST, HTTP and WebSocket read the same shape. */

export type ProxyResult = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text; on a two-way WebSocket route it is the frame that the caller gets. */
  readonly body?: string;
};
