import { Agent, request } from '@gatewright/aws/node-http';
import type { ClientRequest, IncomingMessage } from 'node:http';

import type { InvokedVersion } from '../../core/ports.ts';

export type ApiEvent = {
  readonly payload: string;
  readonly trace: string;
  readonly clientContext: string | undefined;
  readonly invoked: InvokedVersion | undefined;
  readonly clockOffsetMs: number;
};

const PREFIX = '/2018-06-01/runtime';

export class RuntimeApiClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 });
  readonly #host: string;
  readonly #port: number;
  #requestId = '';
  #stream: { readonly request: ClientRequest; readonly ended: Promise<unknown> } | undefined;

  constructor(address: string) {
    const [host = '', port] = address.split(':');
    this.#host = host;
    this.#port = Number(port);
  }

  async next(): Promise<ApiEvent> {
    const { headers, body } = await this.#call('GET', '/invocation/next');
    const read = (name: string): string | undefined => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    this.#requestId = read('lambda-runtime-aws-request-id') ?? '';
    const arn = read('lambda-runtime-invoked-function-arn') ?? '';
    const version = read('gatewright-function-version');
    return {
      payload: body,
      trace: read('lambda-runtime-trace-id') ?? '',
      clientContext: read('lambda-runtime-client-context'),
      invoked: version === undefined ? undefined : { arn, version },
      clockOffsetMs: Number(read('gatewright-clock-offset-ms') ?? 0),
    };
  }

  async answer(text: string, hasFailed: boolean): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) {
      await this.#call('POST', `/invocation/${this.#requestId}/${hasFailed ? 'error' : 'response'}`, text);
      return;
    }
    if (hasFailed)
      stream.request.addTrailers([
        ['Lambda-Runtime-Function-Error-Type', 'Runtime.StreamError'],
        ['Lambda-Runtime-Function-Error-Body', Buffer.from(text).toString('base64')],
      ]);
    stream.request.end();
    await stream.ended;
  }

  sendPart(bytes: Uint8Array, contentType: string | undefined, then: () => void): void {
    this.#stream ??= this.#openStream(contentType);
    this.#stream.request.write(bytes, then);
  }

  async postLoaded(files: readonly string[]): Promise<void> {
    await this.#call('POST', '/gatewright/loaded', JSON.stringify({ files }));
  }

  async postInitError(payload: string): Promise<void> {
    await this.#call('POST', '/init/error', payload);
  }

  #openStream(contentType: string | undefined): {
    readonly request: ClientRequest;
    readonly ended: Promise<unknown>;
  } {
    const headers = {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Transfer-Encoding': 'chunked',
      ...(contentType !== undefined && { 'Content-Type': contentType }),
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    };
    const path = `${PREFIX}/invocation/${this.#requestId}/response`;
    const opened = request({ ...this.#target, path, method: 'POST', headers });
    return { request: opened, ended: new Promise((resolve, reject) => finish(opened, resolve, reject)) };
  }

  get #target(): {
    readonly host: string;
    readonly port: number;
    readonly agent: InstanceType<typeof Agent>;
  } {
    return { host: this.#host, port: this.#port, agent: this.#agent };
  }

  #call(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ readonly headers: IncomingMessage['headers']; readonly body: string }> {
    return new Promise((resolve, reject) => {
      const made = request({ ...this.#target, path: `${PREFIX}${path}`, method });
      finish(made, resolve, reject);
      made.end(body);
    });
  }
}

function finish(
  made: ClientRequest,
  resolve: (answer: { readonly headers: IncomingMessage['headers']; readonly body: string }) => void,
  reject: (error: Error) => void,
): void {
  made.once('error', reject);
  made.once('response', (response: IncomingMessage) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.once('error', reject);
    response.once('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }));
  });
}
