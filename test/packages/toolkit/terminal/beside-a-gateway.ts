/** A gateway that answers what a test says, and the commands that call it. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach } from 'node:test';
import { announce, runningFolder } from '../../../../packages/gateway/kernel/files/running-gateways.ts';
import { chooseGateway } from '../../../../packages/toolkit/terminal/running-gateway.ts';
import { withEnvironment } from '../../../support/fresh-function.ts';
import { aLoopbackServer } from '../../../support/signed-tokens.ts';

export const SECRET = 's'.repeat(43);

/** The folder of the user, new for each test. */
export let home = '';

/** Must be called by each file of tests. */
export function givesEachTestAHome(): void {
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'gatewright-home-'));
  });
  afterEach(() => {
    chooseGateway({});
    rmSync(home, { recursive: true, force: true });
  });
}

type Asked = {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** Runs `work` next to a gateway with these answers, and returns the requests that the gateway got. */
export async function beside<Result>(
  answer: (response: ServerResponse, line: string, url: string) => void,
  work: (url: string) => Promise<Result>,
): Promise<{ readonly result: Result; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void readText(request).then((body) => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      asked.push({ line, headers: request.headers, body });
      answer(response, line, server.url);
    });
  });
  return await withEnvironment({ GATEWRIGHT_HOME: home }, async () => {
    await announce(runningFolder(process.env), {
      name: 'shop',
      directory: '/app',
      pid: process.pid,
      controlUrl: server.url,
      controlSecret: SECRET,
      accessKeyId: 'AKIALOCAL',
      secretAccessKey: 'local',
    });
    chooseGateway({ gateway: 'shop', controlPort: Number(new URL(server.url).port) });
    return { result: await work(server.url), asked };
  });
}

export const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
