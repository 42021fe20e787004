/** An admin endpoint whose answers a test sets, and the commands that call it, in the test's process. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { runCommandHere } from './command-in-process.ts';
import type { Finished } from './command.ts';

export type AdminAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends a string as it is, and any other value as JSON. */
  readonly body?: unknown;
};

type Conversation = Finished & {
  /** `POST /access/keys?tenant=acme {"name":"a"}` */
  readonly requests: readonly string[];
  /** The operation ids of the requests that have one. */
  readonly operations: readonly string[];
};

export interface AdminEndpoint {
  readonly url: string;
  /** Runs a command. Its requests get these answers in order, and `{}` after the last one. */
  ask(args: readonly string[], ...answers: readonly AdminAnswer[]): Promise<Conversation>;
  close(): void;
}

const CREDENTIALS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIDOFADA',
  AWS_SECRET_ACCESS_KEY: 'secret',
};

/** @param cwd working directory of the commands */
export async function openAdminEndpoint(cwd?: string): Promise<AdminEndpoint> {
  let left: AdminAnswer[] = [];
  let requests: string[] = [];
  let operations: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`.trimEnd());
      operations.push(...[request.headers['idempotency-key'] ?? []].flat());
      const { status = 200, headers = {}, body: answer = {} } = left.shift() ?? {};
      response.writeHead(status, headers).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = { ...CREDENTIALS, GATEWRIGHT_ADMIN_URL: url };
  return {
    url,
    async ask(args, ...answers) {
      [left, requests, operations] = [[...answers], [], []];
      const finished = await runCommandHere(args, { environment, ...(cwd !== undefined && { cwd }) });
      return { ...finished, requests, operations };
    },
    close: () => void server.close(),
  };
}

/** The table that a command prints, without the width of its columns. */
export function cellsOf(printed: string): readonly (readonly string[])[] {
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}
