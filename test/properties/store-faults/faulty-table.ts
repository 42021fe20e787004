/** A server in front of a table that loses, doubles, delays and falsifies what it passes on, as a network may do it. */
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Call = { readonly headers: IncomingHttpHeaders; readonly body: Buffer; readonly operation: string };
type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };
type Passage = {
  readonly call: Call;
  readonly response: ServerResponse;
  /** Lets the table carry out the call. */
  readonly carryOut: () => Promise<Answer>;
  /** Carries out the call at some later time. */
  readonly delay: () => void;
};

const JSON_TYPE = 'application/x-amz-json-1.0';

function fail({ response }: Passage, status: number, type: string, more: object = {}): void {
  response.writeHead(status, { 'content-type': JSON_TYPE });
  response.end(
    JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more }),
  );
}

function pass({ response }: Passage, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * Answers a write, applied or refused, as DynamoDB never does. Reads are left, because DynamoDB itself may answer that
 * there is no item.
 */
const answered =
  (body: string, headers: Readonly<Record<string, string>> = {}) =>
  async (passage: Passage): Promise<void> => {
    const answer = await passage.carryOut();
    if (passage.call.operation === 'GetItem') {
      pass(passage, answer);
      return;
    }
    passage.response.writeHead(200, { 'content-type': JSON_TYPE, ...headers });
    passage.response.end(body);
  };

const FAULTS: Readonly<Record<string, (passage: Passage) => unknown>> = {
  'never sent': ({ response }) => response.destroy(),
  async 'answer lost'({ carryOut, response }) {
    await carryOut();
    response.destroy();
  },
  async 'answer cut off'({ carryOut, response }) {
    const { status, headers, body } = await carryOut();
    response.writeHead(status, headers);
    response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  },
  'applied later': ({ delay, response }) => {
    delay();
    response.destroy();
  },
  async 'applied twice'(passage) {
    await passage.carryOut();
    pass(passage, await passage.carryOut());
  },
  'failed before': (passage) => fail(passage, 500, 'InternalServerError'),
  async 'failed after'(passage) {
    await passage.carryOut();
    fail(passage, 500, 'InternalServerError');
  },
  overloaded: ({ response }) => response.writeHead(503, { 'content-type': 'text/html' }).end('<html>'),
  throttled: (passage) => fail(passage, 400, 'ThrottlingException'),
  denied: (passage) => fail(passage, 400, 'AccessDeniedException'),
  expired: (passage) => fail(passage, 400, 'ExpiredTokenException'),
  conflict(passage) {
    if (passage.call.operation !== 'TransactWriteItems') {
      fail(passage, 400, 'TransactionConflictException');
      return;
    }
    const { TransactItems } = JSON.parse(passage.call.body.toString()) as {
      readonly TransactItems: readonly unknown[];
    };
    const CancellationReasons = TransactItems.map((_, index) => ({
      Code: index === 0 ? 'TransactionConflict' : 'None',
    }));
    fail(passage, 400, 'TransactionCanceledException', { CancellationReasons });
  },
  'not JSON': answered('<html>'),
  'no body': answered(''),
  'no item': answered('{}'),
  'false encoding': answered('no gzip', { 'content-encoding': 'gzip' }),
};

export const FAULT_NAMES = Object.keys(FAULTS);

export class FaultyTable {
  /** Draws the fault of the next call; undefined if it has none. */
  draw: () => string | undefined = () => undefined;
  port = 0;
  readonly #server = createServer((request, response) => {
    this.#receive(request, response).catch(() => response.destroy());
  });
  readonly #delayed: (() => Promise<unknown>)[] = [];
  #tablePort = 0;

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  connect(url: string): void {
    this.#tablePort = Number(new URL(url).port);
  }

  /** Carries out the calls that were delayed. */
  async settle(): Promise<void> {
    for (let next = this.#delayed.shift(); next !== undefined; next = this.#delayed.shift()) await next();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const call = { headers: request.headers, operation, body: await buffer(request) };
    const passage = {
      call,
      response,
      carryOut: () => this.#carryOut(call),
      delay: () => this.#delayed.push(() => this.#carryOut(call)),
    };
    const fault = this.draw();
    if (this.#delayed.length > 1) await this.#delayed.shift()?.();
    if (fault === undefined) pass(passage, await passage.carryOut());
    else await FAULTS[fault]?.(passage);
  }

  async #carryOut({ headers, body }: Call): Promise<Answer> {
    const call = send({ host: '127.0.0.1', port: this.#tablePort, method: 'POST', headers, agent: false });
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await buffer(response),
    };
  }
}
