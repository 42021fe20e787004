/**
 * Compares what processes admitted with what is billed, although many of them end without reporting their units. It
 * uses the embedded DynamoDB, which says what AWS would charge.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { build } from 'esbuild';
import { startEmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { liveThroughMonth } from '../support/billed-month.ts';
import { SIGNER } from '../support/orders-table.ts';
import type { BillingAnswer, BillingOrder } from './billing-process.ts';
import type { Figures, Outcome, Proof } from './proof.ts';
import { createKeyedTable } from '../support/a-keyed-table.ts';

const TABLE = 'usage';
const PROCESSES = 1000;
const QUICK_PROCESSES = 20;
/**
 * A tenth of the processes is enough to measure what leases cost and lose. Their admitted and billed units need not be
 * equal.
 */
const LEASED_SHARE = 10;
const AT_ONCE = 4;
const KILLED = 10;
const BUSY = { exact: 2000, leased: 50_000 };
/** The on-demand price in us-east-1 (docs/aws/prices.md). */
const DOLLARS_PER_MILLION_UNITS = 0.625;
const MONTHS = 200;
/**
 * Time limits against hanging, for one request and for as many as a busy process makes. They are long because the
 * machine may have other work.
 */
const WITHIN_MS = { one: 60_000, many: 900_000 };
const LEAST_ADMITTED = 0.99;

export const billing: Proof = {
  name: 'billing',
  claim:
    'with exact billing, what is billed equals what was admitted, whichever processes are killed, and the invoices equal a recount of the month',
  quick: true,
  async run({ quick }) {
    const months = await recount(quick ? 3 : MONTHS);
    if (typeof months === 'string') return { kind: 'refuted', reason: months, figures: {} };
    const folder = mkdtempSync(join(tmpdir(), 'billing-'));
    const store = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER] });
    try {
      const program = join(folder, 'process.mjs');
      await build({
        entryPoints: [join(import.meta.dirname, 'billing-process.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        minify: true,
        logLevel: 'silent',
        banner: {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        },
      });
      return await judge(new Fleet(program, store.url, join(folder, 'compiled')), quick, months);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function judge(fleet: Fleet, quick: boolean, months: Figures): Promise<Outcome> {
  await fleet.makeTable();
  const count = quick ? QUICK_PROCESSES : PROCESSES;
  const exact = await fleet.each('exact', 'exact', count);
  const leased = await fleet.each('leased', 'leased', count / LEASED_SHARE);
  const exactBusy = await fleet.busy('exact-busy', 'exact', quick ? 100 : BUSY.exact);
  const leasedBusy = await fleet.busy('leased-busy', 'leased', quick ? 2000 : BUSY.leased);
  const figures = { months, exact, leased, exactBusy, leasedBusy };
  // The outcome of a process that did not answer within its minute is unknown. If there are more than a few of them,
  // the run proves nothing.
  const isShown = exact.admitted >= count * LEAST_ADMITTED;
  const isEqual = exact.admitted <= exact.billed && exact.billed <= exact.admitted + exact.silent;
  if (!isShown || !isEqual)
    return {
      kind: 'refuted',
      reason: `${exact.admitted} of ${count} admitted, ${exact.billed} billed, ${exact.silent} without a word`,
      figures,
    };
  if (exactBusy.billed !== exactBusy.admitted)
    return { kind: 'refuted', reason: `${exactBusy.admitted} admitted, ${exactBusy.billed} billed`, figures };
  return { kind: 'proven', figures };
}

type Measured = {
  readonly processes: number;
  readonly killed: number;
  readonly admitted: number;
  /** The number of processes that were ended before they reported what they had admitted. */
  readonly silent: number;
  readonly billed: number;
  readonly writesPerThousand: number;
  readonly unitsPerThousand: number;
  readonly dollarsPerMillion: number;
};

class Fleet {
  readonly #program: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #client: dynamoDb.DynamoDBClient;

  constructor(program: string, endpoint: string, codeCache: string) {
    const { accessKeyId, secretAccessKey } = SIGNER;
    this.#program = program;
    this.#environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      // With a shared code cache, a thousand processes compile the program only once.
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      NODE_COMPILE_CACHE: codeCache,
    };
    this.#client = new dynamoDb.DynamoDBClient({ region: 'us-east-1', endpoint, credentials: SIGNER });
  }

  async makeTable(): Promise<void> {
    await createKeyedTable(this.#client, TABLE);
  }

  /**
   * Lets each process make one request. Every tenth is killed after its request was admitted, and none returns its
   * unused units.
   */
  async each(plan: string, billedAs: 'exact' | 'leased', processes: number): Promise<Measured> {
    const answers: (BillingAnswer | undefined)[] = [];
    let started = 0;
    let killed = 0;
    const next = async (): Promise<void> => {
      while (started < processes) {
        started += 1;
        const waits = started % KILLED === 0;
        if (waits) killed += 1;
        answers.push(await this.#run({ ...orderOf(plan, billedAs), requests: 1, waits }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return this.#measure(plan, answers, { processes, killed });
  }

  /** Starts a process that sends requests without a pause, and kills it. */
  async busy(plan: string, billedAs: 'exact' | 'leased', requests: number): Promise<Measured> {
    const answer = await this.#run({ ...orderOf(plan, billedAs), requests, waits: true });
    return this.#measure(plan, [answer], { processes: 1, killed: 1 });
  }

  async #run(order: BillingOrder): Promise<BillingAnswer | undefined> {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(order)], {
      env: { PATH: process.env['PATH'] ?? '', ...this.#environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const timer = setTimeout(
      () => child.kill('SIGKILL'),
      order.requests === 1 ? WITHIN_MS.one : WITHIN_MS.many,
    );
    let answer: BillingAnswer | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      answer = JSON.parse(line) as BillingAnswer;
      if (order.waits) child.kill('SIGKILL');
    }
    await ended;
    clearTimeout(timer);
    return answer;
  }

  async #measure(
    plan: string,
    all: readonly (BillingAnswer | undefined)[],
    counts: { readonly processes: number; readonly killed: number },
  ): Promise<Measured> {
    const { Items = [] } = await this.#client.send(
      new dynamoDb.QueryCommand({
        TableName: TABLE,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :p)',
        ExpressionAttributeValues: { ':pk': { S: `Q#${plan}#${plan}#` }, ':p': { S: 'P#' } },
      }),
    );
    const answers = all.filter((answer) => answer !== undefined);
    const sum = (of: keyof BillingAnswer): number => answers.reduce((total, answer) => total + answer[of], 0);
    const admitted = sum('admitted');
    const perThousand = (number: number): number => Math.round((number / admitted) * 100_000) / 100;
    return {
      ...counts,
      admitted,
      silent: all.length - answers.length,
      billed: Items.reduce((total, { used }) => total + Number(used?.N ?? 0), 0),
      writesPerThousand: perThousand(sum('writes')),
      unitsPerThousand: perThousand(sum('units')),
      dollarsPerMillion: Math.round(perThousand(sum('units')) * DOLLARS_PER_MILLION_UNITS * 10) / 10_000,
    };
  }
}

function orderOf(id: string, billedAs: 'exact' | 'leased'): Pick<BillingOrder, 'tableName' | 'plan'> {
  const limit = { id, level: 'tenant', quota: 10_000_000, period: 'MONTH', billing: billedAs };
  return { tableName: TABLE, plan: { id, version: 1, limits: [limit] } };
}

/** Random months, each of which is billed and counted a second time. */
async function recount(months: number): Promise<Figures | string> {
  let admitted = 0;
  for (let seed = 1; seed <= months; seed += 1) {
    const month = await liveThroughMonth(seed, 400);
    admitted += month.admitted;
    for (const [name, units] of month.counted)
      if (month.billed.get(name) !== units)
        return `month ${seed}: ${name} has ${units} admitted and ${String(month.billed.get(name))} billed`;
  }
  return { months, admitted, differences: 0 };
}
