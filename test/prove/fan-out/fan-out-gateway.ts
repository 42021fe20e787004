/** Starts a gateway for the proof, and gives it tokens and the tables of the stack. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { READY, readyOf, runCommand, startCommand } from '../../support/command.ts';
import { within } from './stage.ts';

export const PING_SECONDS = 10;
/** The credentials of the user who starts the gateway. */
const KEYS = { accessKeyId: 'AKIDFANOUTPROOF00001', secretAccessKey: 'secret-of-the-fan-out-proof' };
const CONNECTIONS_PER_CALLER = 200;
/**
 * Leaves room for connections of a caller that end without a close frame, which count until the gateway detects their
 * end.
 */
const CLIENTS_PER_CALLER = 150;
const TOKENS_WITHIN_MS = 60_000;
const END_WITHIN_MS = 5_000;

export type Gateway = AsyncDisposable & {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly dynamodb: string;
  /** The CPU time of all threads of the gateway since its start, or undefined if the system does not report it. */
  processorMs(): number | undefined;
};

/** @throws Error if the gateway does not start in time */
export async function startGateway(clients: number): Promise<Gateway> {
  const cwd = mkdtempSync(join(tmpdir(), 'gatewright-fan-out-'));
  const params = [
    'throttleRate=10000',
    'throttleBurst=5000',
    `connectionsPerCaller=${CONNECTIONS_PER_CALLER}`,
    'channelMessagesPerCaller=600000',
  ];
  const options = [...params, `channelPingSeconds=${PING_SECONDS}`].flatMap((param) => ['--param', param]);
  const ports = ['--port', '0', '--control-port', '0', '--json', '--no-reload'];
  const environment = {
    GATEWRIGHT_ACCESS_KEY_ID: KEYS.accessKeyId,
    GATEWRIGHT_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
  };
  // A start that takes too long is ended by startCommand. Nothing else may give up earlier, or the gateway would stay
  // alive, and this process with it.
  const running = await startCommand(['start', REPOSITORY, ...ports, ...options], READY, {
    cwd,
    environment,
  });
  const end = async (): Promise<void> => {
    await within('the gateway ends', END_WITHIN_MS, running.stop()).catch(() =>
      process.kill(running.pid, 'SIGKILL'),
    );
    rmSync(cwd, { recursive: true, force: true });
  };
  const ready = readyOf(running) as {
    readonly apis: readonly { readonly kind: string; readonly url: string }[];
    readonly dynamodb: string;
  };
  try {
    return {
      url: ready.apis.find(({ kind }) => kind === 'websocket')?.url ?? '',
      tokens: await within(
        'tokens are made',
        TOKENS_WITHIN_MS,
        makeTokens(cwd, Math.ceil(clients / CLIENTS_PER_CALLER)),
      ),
      dynamodb: ready.dynamodb,
      processorMs: () => processorMsOf(running.pid),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function makeTokens(cwd: string, callers: number): Promise<readonly string[]> {
  const make = async (caller: number): Promise<string> => {
    const options = ['--sub', `caller-${caller}`, '--role', 'support', '--expires', '2h'];
    return (await runCommand(['token', ...options], { cwd })).stdout.trim();
  };
  return Promise.all(Array.from({ length: callers }, (_, caller) => make(caller)));
}

/** Counts connections by caller, so that no caller has too many. */
export function tokensOf({ tokens }: Gateway): () => string {
  let next = 0;
  return () => tokens[(next += 1) % tokens.length] ?? '';
}

/** Linux reports CPU time to programs in 100 ticks a second, whatever it uses internally. */
const TICK_MS = 10;

function processorMsOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The fields are read after the program's name, which may contain any character. User time and system time are the
  // 12th and 13th of these fields.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The number of connection records in the table. */
export async function connectionsIn({ dynamodb: endpoint }: Gateway): Promise<number> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: KEYS });
  let count = 0;
  let after: Record<string, never> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: 'gatewright-dev-connections',
        FilterExpression: 'sk = :record',
        ExpressionAttributeValues: { ':record': { S: 'connection' } },
        ...(after !== undefined && { ExclusiveStartKey: after }),
      }),
    );
    count += page.Count ?? 0;
    after = page.LastEvaluatedKey as Record<string, never> | undefined;
  } while (after !== undefined);
  client.destroy();
  return count;
}
