/** DynamoDB Local and the embedded DynamoDB, as two addresses with the same interface. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { signRequest } from '@gatewright/aws/sign-request';
import { startEmbeddedDynamoDb } from '@gatewright/dynamodb';
import { freePort } from '../../../packages/conformance/targets/child-process.ts';
import type { Call } from './calls.ts';

export type Answer = { readonly status: number; readonly body: unknown };

export type Side = {
  readonly region: string;
  readonly account: string;
  call(call: Call): Promise<Answer>;
  close(): Promise<void>;
};

const KEY = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
const CALL_WITHIN_MS = 30_000;
const START_WITHIN_MS = 120_000;
const MAIN = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';

export async function startEmbedded(): Promise<Side> {
  const dynamodb = await startEmbeddedDynamoDb({ port: 0, signers: [KEY] });
  const place = { region: 'us-east-1', account: '123456789012' };
  return { ...place, call: (call) => send(dynamodb.url, call, place), close: () => dynamodb.close() };
}

/**
 * @param libraries the folder that Maven filled
 * @throws Error if DynamoDB Local does not respond in time
 */
export async function startLocal(libraries: string): Promise<Side> {
  const port = await freePort();
  const java = spawn(
    'java',
    [
      '-Xmx400m',
      `-Dsqlite4java.library.path=${libraries}`,
      '-cp',
      join(libraries, '*'),
      MAIN,
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => java.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const place = { region: 'ddblocal', account: '000000000000' };
  const side: Side = {
    ...place,
    call: (call) => send(url, call, place),
    async close() {
      java.kill('SIGKILL');
      await ended;
    },
  };
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    try {
      await side.call({ target: 'DynamoDB_20120810.ListTables', input: {} });
      return side;
    } catch (error) {
      if (Date.now() < deadline && java.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        continue;
      }
      await side.close();
      throw new Error(`DynamoDB Local did not start with the libraries in ${libraries}`, { cause: error });
    }
  }
}

async function send(
  url: string,
  { target, input }: Call,
  { region, account }: Pick<Side, 'region' | 'account'>,
): Promise<Answer> {
  const body = JSON.stringify(input).replaceAll('REGION', region).replaceAll('ACCOUNT', account);
  const headers = signRequest({
    ...KEY,
    method: 'POST',
    url: new URL(url),
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target },
    body,
    region: 'us-east-1',
    service: 'dynamodb',
    nowEpochMs: Date.now(),
  });
  const signal = AbortSignal.timeout(CALL_WITHIN_MS);
  const reply = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await reply.text();
  try {
    return { status: reply.status, body: JSON.parse(text) as unknown };
  } catch {
    return { status: reply.status, body: text };
  }
}
