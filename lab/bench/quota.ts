/**
 * `npm run bench -- quota [--processes N] [--only LIMITER | --faults]`: real processes share one quota over the
 * embedded DynamoDB. Compares calls, latency and exactness of our limiter with others. Prints a table; the last line on
 * stdout is JSON. The exit code is 1 if our limiter admits more or less than the quota, or needs more than 3 writes per
 * 1,000 requests with a quota of a million.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { installTool } from '../tools/install-tool.ts';
import { findFaultTroubles, runFaults } from './quota-faults.ts';
import { USAGE_TABLE } from './quota-limiters.ts';
import type { LimiterName } from './quota-limiters.ts';
import type { QuotaOrder, QuotaReport } from './quota-process.ts';
import { findTroubles, ledgerBytes, printQuotaTable, summariseQuota } from './quota-report.ts';
import type { QuotaRow } from './quota-report.ts';
import { startTables, stop, TABLES_KEY } from './targets.ts';

const PROCESS = fileURLToPath(new URL('./quota-process.ts', import.meta.url));
const SMALL = 20_000;
const MILLION = 1_000_000;
const AFTERWARDS = { afterwards: 1500, paceMs: 2 };

const RUNS: readonly { readonly limiter: LimiterName; readonly quota: number }[] = [
  { limiter: 'gatewright', quota: SMALL },
  { limiter: 'conditional-write', quota: SMALL },
  { limiter: 'rate-limiter-flexible', quota: SMALL },
  { limiter: 'gatewright', quota: MILLION },
];

type Options = { readonly processes: number; readonly only: string | undefined; readonly faults: boolean };

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      processes: { type: 'string', default: '8' },
      only: { type: 'string' },
      faults: { type: 'boolean', default: false },
    },
  });
  const processes = Number(values.processes);
  if (!Number.isInteger(processes) || processes < 1 || processes > 64)
    throw new Error('--processes must be a number from 1 to 64');
  const { only } = values;
  const names = [...new Set(RUNS.map(({ limiter }) => limiter))];
  if (only !== undefined && !names.some((name) => name === only))
    throw new Error(`--only must be one of ${names.join(', ')}, not ${only}`);
  if (only !== undefined && values.faults)
    throw new Error('--faults measures only this library; remove --only');
  return { processes, only, faults: values.faults };
}

/** Returns the environment with arbitrary credentials, because the embedded DynamoDB accepts any key pair. */

function environmentFor(endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ACCESS_KEY_ID: TABLES_KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TABLES_KEY.secretAccessKey,
  };
}

/**
 * Returns the next message of a process.
 * @throws if the process ends first
 */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(
      `a process of the bench ended with ${code === null ? 'a signal' : `exit code ${String(code)}`}`,
    );
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  return message;
}

async function runOnce(order: QuotaOrder, processes: number, endpoint: string): Promise<QuotaRow> {
  const env = environmentFor(endpoint);
  const children = Array.from({ length: processes }, () => fork(PROCESS, { serialization: 'advanced', env }));
  try {
    await Promise.all(children.map(messageOf));
    const startedMs = performance.now();
    const reports = children.map((child) => messageOf(child) as Promise<QuotaReport>);
    for (const child of children) child.send(order);
    const done = await Promise.all(reports);
    const seconds = (performance.now() - startedMs) / 1000;
    return summariseQuota(order, done, seconds);
  } finally {
    for (const child of children) child.kill();
  }
}

/** Returns the size of the ledger item after the run, as DynamoDB bills it. */
async function measureLedger(id: string, endpoint: string): Promise<number | undefined> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: TABLES_KEY });
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: USAGE_TABLE,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :period)',
      ExpressionAttributeValues: { ':pk': { S: `Q#${id}#monthly#key` }, ':period': { S: 'P#' } },
    }),
  );
  client.destroy();
  const [item] = Items;
  return item === undefined ? undefined : ledgerBytes(item);
}

export async function runQuotaBench(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const tables = await startTables();
  try {
    await (options.faults ? breakThings(options, tables.dynamoDbUrl) : compare(options, tables.dynamoDbUrl));
  } finally {
    await stop(tables);
  }
}

async function breakThings({ processes }: Options, endpoint: string): Promise<void> {
  const rows = await runFaults(processes, environmentFor(endpoint));
  for (const { fault, quota, admitted, over } of rows)
    console.log(
      `${fault}: quota ${quota}, admitted in each period ${admitted.join(' + ')}, more than the quota by ${over}`,
    );
  endWith(findFaultTroubles(rows), { conditions: { processes, cpus: cpus().length }, rows });
}

function endWith(troubles: readonly string[], figures: object): void {
  for (const trouble of troubles) console.log(`\nFAILED ${trouble}`);
  console.log(`\n${JSON.stringify(figures)}`);
  if (troubles.length > 0) process.exitCode = 1;
}

async function compare({ processes, only }: Options, endpoint: string): Promise<void> {
  let runs = RUNS.filter(({ limiter }) => only === undefined || limiter === only);
  const reason = runs.some(({ limiter }) => limiter === 'rate-limiter-flexible')
    ? installTool('bench-quota')
    : undefined;
  if (reason !== undefined) {
    console.log(`SKIPPED rate-limiter-flexible: ${reason}`);
    runs = runs.filter(({ limiter }) => limiter !== 'rate-limiter-flexible');
  }
  const rows: QuotaRow[] = [];
  for (const run of runs) {
    console.error(`${run.limiter}: quota ${run.quota}, ${processes} processes`);
    const order = { ...run, ...AFTERWARDS, id: randomUUID() };
    const row = await runOnce(order, processes, endpoint);
    const itemBytes = run.limiter === 'gatewright' ? await measureLedger(order.id, endpoint) : undefined;
    rows.push({ ...row, itemBytes });
  }
  const afterwards = AFTERWARDS.afterwards * processes;
  console.log(
    `${processes} processes send requests without a pause until they are refused, then ${afterwards} more ` +
      `(each process sends one every ${AFTERWARDS.paceMs} ms); one key, embedded DynamoDB, ${cpus().length} CPUs, node ${process.version}\n`,
  );
  console.log(printQuotaTable(rows));
  endWith(findTroubles(rows), { conditions: { processes, afterwards, cpus: cpus().length }, rows });
}
