/**
 * Lets processes in two languages use one quota in the embedded DynamoDB, and kills a tenth of them while they run:
 * Node processes, and processes with the Python library. GATEWRIGHT_PYTHON names the interpreter (default: python3).
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { build } from 'esbuild';
import { startEmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { SIGNER } from '../support/orders-table.ts';
import type { Figures, Outcome, Proof } from './proof.ts';
import type { LanguageAnswer, LanguageOrder } from './quota-languages/process.ts';
import { createKeyedTable } from '../support/a-keyed-table.ts';

const TABLE = 'usage';
const PROCESSES = { exact: 1000, leased: 200 };
const QUICK_PROCESSES = { exact: 40, leased: 20 };
/** Four processes per core. More would only wait, and each needs memory. */
const AT_ONCE = 4 * availableParallelism();
const KILLED = 10;
const REQUESTS = 5;
const SKEW_MS = 2000;
const PERIOD_SECONDS = 60;
/** The quota of a period. It is smaller than the number of requests, so that the quota is used up in every period. */
const QUOTA = 120;
const QUICK_QUOTA = 90;
/** A limit against hanging, on a machine that has other work. */
const WITHIN_MS = 180_000;
const PYTHON = process.env['GATEWRIGHT_PYTHON'] ?? 'python3';

export const quotaLanguages: Proof = {
  name: 'quota-languages',
  claim:
    'if processes of Node and Python share one quota, what is billed is what was admitted, and never more than the quota',
  quick: false,
  async run({ quick }) {
    if (spawnSync(PYTHON, ['-c', 'import zoneinfo']).status !== 0)
      return {
        kind: 'skipped',
        reason: `${PYTHON} is not Python 3.9 or newer; set GATEWRIGHT_PYTHON to such an interpreter`,
      };
    const folder = mkdtempSync(join(tmpdir(), 'languages-'));
    const store = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER] });
    try {
      const program = join(folder, 'process.mjs');
      await build({
        entryPoints: [join(import.meta.dirname, 'quota-languages/process.ts')],
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
      return await judge(new Fleet(program, store.url, join(folder, 'compiled')), quick);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function judge(fleet: Fleet, quick: boolean): Promise<Outcome> {
  const counts = quick ? QUICK_PROCESSES : PROCESSES;
  const quota = quick ? QUICK_QUOTA : QUOTA;
  await fleet.makeTable(quota);
  const exact = await fleet.run('exact', counts.exact);
  const leased = await fleet.run('leased', counts.leased);
  const figures = { requestsEach: REQUESTS, quota, periodSeconds: PERIOD_SECONDS, exact, leased };
  const wrong = [...findExactFaults(exact), ...findFaults(exact), ...findFaults(leased)];
  return wrong.length === 0
    ? { kind: 'proven', figures }
    : { kind: 'refuted', reason: wrong.join('; '), figures };
}

/** A process that is killed after its charge, but before it prints its line, was admitted without reporting it. */
function findExactFaults({ admitted, billed, killed, outstanding }: Measured): readonly string[] {
  const isEqual = admitted <= billed && billed <= admitted + killed && outstanding === 0;
  return isEqual
    ? []
    : [`${admitted} admitted, ${billed} billed, ${killed} killed, ${outstanding} outstanding`];
}

function findFaults(measured: Measured): readonly string[] {
  const { periods, admitted, quota, mostInAPeriod, mostChargedInAPeriod, admittedBy, refused, unexplained } =
    measured;
  return [
    ...(mostInAPeriod > quota || mostChargedInAPeriod > quota
      ? [`more was charged in one period than the quota allows: ${mostInAPeriod}`]
      : []),
    ...(unexplained > 0 ? [`${unexplained} periods have more admissions than charges`] : []),
    ...(refused === 0 || mostChargedInAPeriod < quota ? ['no period was used up'] : []),
    ...(Object.keys(admittedBy).length < 2 ? ['only one language was admitted'] : []),
    ...(admitted === 0 || periods === 0 ? ['nothing was admitted'] : []),
  ];
}

type Measured = Figures & {
  readonly processes: number;
  readonly killed: number;
  readonly quota: number;
  readonly periods: number;
  readonly admitted: number;
  readonly admittedBy: Readonly<Record<string, number>>;
  /** Requests that were refused because they were over quota. */
  readonly refused: number;
  /** Requests for which the table did not answer. */
  readonly unavailable: number;
  readonly billed: number;
  /** Units that killed processes had leased and never reported. */
  readonly outstanding: number;
  readonly mostInAPeriod: number;
  readonly mostChargedInAPeriod: number;
  /** Periods with more admissions than units that were charged or leased. */
  readonly unexplained: number;
};

type Ledger = { readonly startEpochMs: number; readonly used: number; readonly out: number };

class Fleet {
  readonly #program: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #client: dynamoDb.DynamoDBClient;
  #quota = 0;

  constructor(program: string, endpoint: string, codeCache: string) {
    const { accessKeyId, secretAccessKey } = SIGNER;
    this.#program = program;
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      NODE_COMPILE_CACHE: codeCache,
      PYTHONPATH: [join(REPOSITORY, 'python/src'), join(REPOSITORY, 'python/tests')].join(':'),
      PYTHONPYCACHEPREFIX: codeCache,
    };
    this.#client = new dynamoDb.DynamoDBClient({ region: 'us-east-1', endpoint, credentials: SIGNER });
  }

  async makeTable(quota: number): Promise<void> {
    this.#quota = quota;
    await createKeyedTable(this.#client, TABLE);
    for (const billing of ['exact', 'leased']) {
      const limit = {
        id: billing,
        level: 'tenant',
        quota,
        billing,
        period: { everySeconds: PERIOD_SECONDS },
        ...(billing === 'leased' && { wasteBudget: 0.2 }),
      };
      await this.#client.send(
        new dynamoDb.PutItemCommand({
          TableName: TABLE,
          Item: {
            pk: { S: `PLAN#${billing}` },
            sk: { S: 'V' },
            ver: { N: '1' },
            doc: { S: JSON.stringify({ id: billing, version: 1, limits: [limit] }) },
            list: { S: 'PLANS' },
          },
        }),
      );
    }
  }

  /**
   * Starts half of the processes in each language. Their clocks are up to two seconds ahead or behind. Every tenth
   * process is killed after its first line.
   */
  async run(plan: string, processes: number): Promise<Measured> {
    const answers: LanguageAnswer[] = [];
    let started = 0;
    const next = async (): Promise<void> => {
      while (started < processes) {
        const turn = started++;
        const skewMs = ((turn * 7919) % (2 * SKEW_MS + 1)) - SKEW_MS;
        const order: LanguageOrder = { tableName: TABLE, plan, requests: REQUESTS, skewMs };
        const line =
          turn % 2 === 0
            ? [process.execPath, this.#program]
            : [PYTHON, join(import.meta.dirname, 'quota-languages/process.py')];
        // Processes of the two languages are killed alternately.
        const isKilled = (turn + Math.floor(turn / KILLED)) % KILLED === 0;
        await this.#start([...line, JSON.stringify(order)], isKilled, answers);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return this.#measure(plan, processes, answers);
  }

  async #start(
    [program = '', ...parameters]: readonly string[],
    isKilled: boolean,
    answers: LanguageAnswer[],
  ): Promise<void> {
    const child = spawn(program, parameters, {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const timer = setTimeout(() => child.kill('SIGKILL'), WITHIN_MS);
    for await (const line of createInterface({ input: child.stdout })) {
      answers.push(JSON.parse(line) as LanguageAnswer);
      if (isKilled) child.kill('SIGKILL');
    }
    await ended;
    clearTimeout(timer);
  }

  async #measure(plan: string, processes: number, answers: readonly LanguageAnswer[]): Promise<Measured> {
    const ledgers = await this.#ledgers(plan);
    const lengthMs = PERIOD_SECONDS * 1000;
    const count = (of: (answer: LanguageAnswer) => boolean): number => answers.filter(of).length;
    const isAdmitted = ({ outcome }: LanguageAnswer): boolean => outcome === 'admitted';
    const inPeriods = ledgers.map(({ startEpochMs }) =>
      count((each) => isAdmitted(each) && Math.floor(each.stamp / lengthMs) * lengthMs === startEpochMs),
    );
    const sum = (of: (ledger: Ledger) => number): number =>
      ledgers.reduce((total, each) => total + of(each), 0);
    const names = [...new Set(answers.filter(isAdmitted).map(({ by }) => by))].sort();
    return {
      processes,
      killed: Math.floor(processes / KILLED),
      quota: this.#quota,
      periods: ledgers.length,
      admitted: count(isAdmitted),
      admittedBy: Object.fromEntries(
        names.map((name) => [name, count((each) => isAdmitted(each) && each.by === name)]),
      ),
      refused: count(({ outcome }) => outcome === 'quota-exceeded'),
      unavailable: count(({ outcome }) => outcome === 'unavailable'),
      billed: sum(({ used }) => used),
      outstanding: sum(({ out }) => out),
      mostInAPeriod: Math.max(...inPeriods),
      mostChargedInAPeriod: Math.max(...ledgers.map(({ used, out }) => used + out)),
      unexplained: ledgers.filter(({ used, out }, index) => (inPeriods[index] ?? 0) > used + out).length,
    };
  }

  async #ledgers(plan: string): Promise<readonly Ledger[]> {
    const { Items = [] } = await this.#client.send(
      new dynamoDb.QueryCommand({
        TableName: TABLE,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :p)',
        ExpressionAttributeValues: { ':pk': { S: `Q#${plan}#${plan}#` }, ':p': { S: 'P#' } },
      }),
    );
    return Items.map(({ sk, used, out }) => ({
      startEpochMs: Date.parse((sk?.S ?? '').slice(2)),
      used: Number(used?.N ?? 0),
      out: Number(out?.N ?? 0),
    }));
  }
}
