/**
 * Lambda's Runtime API for one instance, on a separate loopback port. Requests from web pages are refused. A response
 * is accepted only if it contains the id of the running event, which only this instance knows.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { createServer } from '@gatewright/aws/node-http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { MAX_RESULT_BYTES, type StreamPart } from '../invocation/job.ts';
import { ExtensionsApi } from './extensions-api.ts';
import { answerJson, isFromBrowser, readBody, refuse } from './loopback-http.ts';

export type RuntimeEvent = {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  /** The version that runs the event; absent means `$LATEST`. */
  readonly functionVersion?: string | undefined;
  readonly traceHeader: string;
  readonly clientContext: string | undefined;
  readonly clockOffsetMs: number;
};

export interface RuntimeApiHost {
  /** Called when the runtime and its extensions become idle: at startup, or after a response. */
  onIdle(): void;
  onReturned(text: string): void;
  onPart(part: StreamPart): void;
  onFailed(payload: string): void;
  onInitFailed(payload: string): void;
  /** Called with the files of modules that a runtime client of the gateway has loaded. */
  onLoaded(files: readonly string[]): void;
  /** Called when a debugger attaches to the runtime or leaves it. An attached debugger may pause the running event. */
  onHeld(isHeld: boolean): void;
}

const LOOPBACK = '127.0.0.1';
/** The maximum number of bytes of a streamed response that the reader has not read yet. */
const STREAM_WINDOW_BYTES = 256 * 1024;

export class RuntimeApi {
  readonly extensions: ExtensionsApi;
  readonly #host: RuntimeApiHost;
  readonly #server: Server;
  #port = 0;
  #waiting: ServerResponse | undefined;
  #pending: RuntimeEvent | undefined;
  #current: RuntimeEvent | undefined;
  #isAnswered = true;
  #hasStarted = false;

  /** @param functionName the function's name and handler, which extensions receive when they register */
  constructor(host: RuntimeApiHost, functionName: { readonly name: string; readonly handler: string }) {
    this.#host = host;
    this.extensions = new ExtensionsApi(functionName, () => this.#checkIdle());
    // There are no timeouts, because a response may be streamed for as long as the function runs.
    const limits = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 };
    this.#server = createServer(limits, (request, response) => void this.#serve(request, response));
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, LOOPBACK, () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve(this.#port);
      });
    });
  }

  get hasStarted(): boolean {
    return this.#pending === undefined;
  }

  deliver(event: RuntimeEvent): void {
    this.#pending = event;
    this.#handOver();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handOver(): void {
    const [event, response] = [this.#pending, this.#waiting];
    if (event === undefined || response === undefined) return;
    this.#pending = undefined;
    this.#waiting = undefined;
    this.#current = event;
    this.#isAnswered = false;
    this.extensions.send({ eventType: 'INVOKE', ...event });
    const { clientContext, functionVersion, traceHeader, clockOffsetMs } = event;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      // The length is always set, because simple clients cannot read chunked bodies.
      'Content-Length': String(Buffer.byteLength(event.payload)),
      'Lambda-Runtime-Aws-Request-Id': event.requestId,
      'Lambda-Runtime-Deadline-Ms': String(Math.round(event.deadlineMs)),
      'Lambda-Runtime-Invoked-Function-Arn': event.functionArn,
      ...(traceHeader !== '' && { 'Lambda-Runtime-Trace-Id': traceHeader }),
      ...(clientContext !== undefined && { 'Lambda-Runtime-Client-Context': clientContext }),
      // In Lambda, each version has its own environment, which contains the version. In the gateway, one instance runs
      // events of all versions, so this header names the version. Only the gateway's own clients read the header.
      ...(functionVersion !== undefined && { 'Gatewright-Function-Version': functionVersion }),
      ...(clockOffsetMs !== 0 && { 'Gatewright-Clock-Offset-Ms': String(clockOffsetMs) }),
    });
    response.end(event.payload);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (isFromBrowser(request, `${LOOPBACK}:${this.#port}`))
        refuse(response, 403, 'Forbidden', 'Forbidden');
      else await this.#answer(request, response);
    } catch {
      // The runtime has disconnected, probably because it has ended.
      response.destroy();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://runtime').pathname;
    const call = `${request.method ?? ''} ${path}`;
    if (call === 'GET /2018-06-01/runtime/invocation/next') {
      this.#onNext(response);
      return;
    }
    if (call === 'POST /2018-06-01/runtime/init/error') {
      this.#host.onInitFailed(failureOf(await readBody(request, MAX_RESULT_BYTES), request));
      answerJson(response, 202, { status: 'OK' });
      return;
    }
    const [, held] = /^POST \/2018-06-01\/runtime\/gatewright\/(held|released)$/.exec(call) ?? [];
    if (held !== undefined) {
      this.#host.onHeld(held === 'held');
      answerJson(response, 202, { status: 'OK' });
      return;
    }
    if (call === 'POST /2018-06-01/runtime/gatewright/loaded') {
      const text = await readBody(request, MAX_RESULT_BYTES);
      this.#host.onLoaded(readFiles(text ?? ''));
      answerJson(response, 202, { status: 'OK' });
      return;
    }
    const [, requestId, what] =
      /^POST \/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(call) ?? [];
    if (requestId !== undefined) await this.#onResult(requestId, what === 'error', request, response);
    else if (!(await this.extensions.answer(call, request, response)))
      refuse(response, 404, 'NotFound', '404 page not found');
  }

  #onNext(response: ServerResponse): void {
    if (!this.#isAnswered || this.#waiting !== undefined) {
      const message = 'Transition from Running to Ready is not allowed for runtime';
      refuse(response, 403, 'InvalidStateTransition', message);
      return;
    }
    this.#waiting = response;
    this.#current = undefined;
    response.once('close', () => {
      if (this.#waiting === response) this.#waiting = undefined;
    });
    this.#checkIdle();
    this.#handOver();
  }

  #checkIdle(): void {
    if (this.#waiting === undefined || !this.extensions.areIdle) return;
    this.#hasStarted = true;
    this.#host.onIdle();
  }

  async #onResult(
    requestId: string,
    hasFailed: boolean,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (this.#current?.requestId !== requestId) {
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
      return;
    }
    if (this.#isAnswered) {
      const message = 'Transition from Ready to Running is not allowed for runtime';
      refuse(response, 403, 'InvalidStateTransition', message);
      return;
    }
    this.#isAnswered = true;
    if (!hasFailed && request.headers['lambda-runtime-function-response-mode'] === 'streaming')
      await this.#takeStream(request);
    else {
      const text = await readBody(request, MAX_RESULT_BYTES);
      if (text === undefined) {
        const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`;
        this.#host.onFailed(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }));
        const limit = `Exceeded maximum allowed payload size (${MAX_RESULT_BYTES} bytes).`;
        refuse(response, 413, 'RequestEntityTooLarge', limit);
        return;
      }
      if (hasFailed) this.#host.onFailed(failureOf(text, request));
      else this.#host.onReturned(text);
    }
    answerJson(response, 202, { status: 'OK' });
  }

  /**
   * Passes on the parts of a response as they arrive, but not faster than the reader reads them. If the response ends
   * with an error, the error is in the trailers.
   */
  async #takeStream(request: IncomingMessage): Promise<void> {
    let unread = 0;
    for await (const bytes of request as AsyncIterable<Buffer>) {
      unread += bytes.length;
      let goOn: (() => void) | undefined;
      const acknowledge = (count: number): void => {
        unread -= count;
        if (unread < STREAM_WINDOW_BYTES) goOn?.();
      };
      this.#host.onPart({ bytes, acknowledge, contentType: request.headers['content-type'] });
      if (unread >= STREAM_WINDOW_BYTES) await new Promise<void>((resolve) => (goOn = resolve));
    }
    const { 'lambda-runtime-function-error-type': errorType, 'lambda-runtime-function-error-body': body } =
      request.trailers;
    if (errorType === undefined) this.#host.onReturned('');
    else {
      const text = Buffer.from(body ?? '', 'base64').toString();
      this.#host.onFailed(isErrorJson(text) ? text : JSON.stringify({ errorType, errorMessage: text }));
    }
  }

  /** Whether the runtime has requested an event at least once. */
  get isInitialised(): boolean {
    return this.#hasStarted;
  }
}

function failureOf(text: string | undefined, request: IncomingMessage): string {
  if (text !== undefined && isErrorJson(text)) return text;
  const type = request.headers['lambda-runtime-function-error-type'];
  return JSON.stringify({
    errorType: typeof type === 'string' ? type : 'Runtime.Unknown',
    errorMessage: text ?? '',
  });
}

function readFiles(text: string): readonly string[] {
  const files = parseJsonObject(text)?.['files'];
  return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
}

function isErrorJson(text: string): boolean {
  return parseJsonObject(text) !== undefined;
}
