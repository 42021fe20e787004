/**
 * Quotas on a table that fails in every way in which a network fails. The oracle adds up what was admitted, and reads
 * the ledgers when all is over: they never grant more than the quota, and bill what was admitted. Where Python was told
 * nothing, it may have been charged.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as commands from '@aws-sdk/client-dynamodb';
import { createDynamoDbQuotas } from '#shared/quota/dynamodb-quotas.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import { startEmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import type { EmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { createKeyedTable } from '../support/a-keyed-table.ts';
import { SIGNER } from '../support/orders-table.ts';
import { pickFrom } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';
import { FAULT_NAMES, FaultyTable } from './store-faults/faulty-table.ts';

const TABLE = 'usage';
const PYTHON = process.env['GATEWRIGHT_PYTHON'] ?? 'python3';
const QUOTAS = { all: 15, one: 20 };
const REQUESTS = 24;
const HOLDERS = 3;
const TIMEOUT_MS = 2000;
const FIND_BOTO3 = "import importlib.util, sys; sys.exit(importlib.util.find_spec('boto3') is None)";
const KNOWN = ['admitted', 'refunded', 'quota-exceeded', 'unavailable'];

type Request = {
  readonly tenant: string;
  readonly holder: number;
  readonly at: number;
  readonly cost: number;
  readonly refunds: boolean;
};
type Language = 'node, exact' | 'node, leased' | 'python';
type Ended = { readonly charge: (request: Request) => Promise<string>; readonly flush: () => Promise<void> };

let bench: Bench | undefined;

export const storeFaults: DrawnPromise = {
  name: 'store-faults',
  says: 'quotas are never exceeded, and bill what was admitted, however the table fails',
  few: 1,
  many: 600,
  meets: ['admitted', 'refunded', 'unavailable', 'ledgers'],
  async check(seed, tally) {
    bench ??= await Bench.start();
    const languages: readonly Language[] = ['node, exact', 'node, leased', ...bench.others];
    for (const language of languages) {
      const broken = await tryRequests(bench, language, seed, tally);
      if (broken !== undefined) return `${language}: ${broken}`;
    }
    return undefined;
  },
  async close() {
    await bench?.close();
    bench = undefined;
  },
};

async function tryRequests(
  { table, openNode, openPython, ledgers }: Bench,
  language: Language,
  seed: number,
  tally: Tally,
): Promise<string | undefined> {
  const pick = pickFrom(seed);
  const tenant = `${language.replace(', ', '-')}-${seed}`;
  const { charge, flush } = language === 'python' ? openPython() : openNode(language.slice(6));
  let rate = 0;
  table.draw = () => (pick.chance(rate) ? pick.one(FAULT_NAMES) : undefined);
  const at = Date.now();
  const ended: string[] = [];
  let [admitted, unclear] = [0, 0];
  for (let turn = 0; turn < REQUESTS; turn += 1) {
    if (turn % 6 === 0) rate = pick.one([0, 0.1, 0.3, 0.7]);
    const cost = pick.one([1, 1, 2, 3]);
    const request = { tenant, holder: pick.upTo(HOLDERS - 1), at, cost, refunds: pick.chance(0.15) };
    const outcome = await charge(request);
    count(tally, outcome);
    ended.push(`${request.holder}: ${cost} ${outcome}`);
    if (!KNOWN.includes(outcome)) return `${outcome} after ${ended.join(', ')}`;
    if (outcome === 'admitted') admitted += cost;
    // Python charges several limits one after the other, and refunds them if a later one refuses.
    else if (outcome !== 'refunded' && language === 'python') unclear += cost;
  }
  table.draw = () => undefined;
  await flush();
  await table.settle();
  await flush();
  for (const { limit, rem, out, used, cred } of await ledgers(tenant)) {
    count(tally, 'ledgers');
    const quota = QUOTAS[limit as keyof typeof QUOTAS];
    const isWhole = rem >= 0 && rem + out + used === cred && cred === quota;
    if (isWhole && out === 0 && admitted <= used && used <= admitted + unclear) continue;
    return JSON.stringify({ limit, quota, rem, out, used, cred, admitted, unclear, ended });
  }
  return undefined;
}

class Bench {
  readonly table: FaultyTable;
  readonly #store: EmbeddedDynamoDb;
  readonly #client: commands.DynamoDBClient;
  readonly others: readonly Language[];
  #python: ChildProcessWithoutNullStreams | undefined;
  #lines: AsyncIterator<string> | undefined;

  constructor(table: FaultyTable, store: EmbeddedDynamoDb) {
    this.table = table;
    this.#store = store;
    this.#client = this.#makeClient();
    this.others = spawnSync(PYTHON, ['-c', FIND_BOTO3]).status === 0 ? ['python'] : [];
  }

  static async start(): Promise<Bench> {
    const table = new FaultyTable();
    await table.listen();
    const store = await startEmbeddedDynamoDb({ port: 0, namedPort: table.port, signers: [SIGNER] });
    table.connect(store.url);
    const bench = new Bench(table, store);
    await createKeyedTable(bench.#client, TABLE);
    for (const plan of ['exact', 'leased']) await bench.#putPlan(plan);
    return bench;
  }

  openNode = (plan: string): Ended => {
    const holders = Array.from({ length: HOLDERS }, (): Quotas => {
      const client = this.#client;
      const load = () => Promise.resolve({ client, commands });
      return createDynamoDbQuotas({ tableName: TABLE, timeoutMs: TIMEOUT_MS, load });
    });
    return {
      async charge({ holder, tenant, at, cost, refunds }) {
        const quotas = holders[holder];
        if (quotas === undefined) return 'no holder';
        const decision = await quotas.consume({ plan, tenant, key: 'k', cost, atEpochMs: at });
        if (!decision.allowed) return decision.reason;
        if (!refunds) return 'admitted';
        decision.refund();
        return 'refunded';
      },
      flush: async () => {
        for (const quotas of holders) await quotas.flush();
      },
    };
  };

  openPython = (): Ended => ({
    charge: async (request) => {
      this.#python ??= this.#startPython();
      this.#lines ??= createInterface({ input: this.#python.stdout })[Symbol.asyncIterator]();
      this.#python.stdin.write(`${JSON.stringify(request)}\n`);
      const { value } = (await this.#lines.next()) as { readonly value?: string };
      return JSON.parse(value ?? '"the process has ended"') as string;
    },
    flush: () => Promise.resolve(),
  });

  ledgers = async (tenant: string) => {
    const { Items = [] } = await this.#client.send(
      new commands.ScanCommand({ TableName: TABLE, ConsistentRead: true }),
    );
    return Items.flatMap((item) => {
      const [, owner, limit = ''] = (item['pk']?.S ?? '').split('#');
      if (owner !== tenant || item['sk']?.S?.startsWith('P#') !== true) return [];
      const [rem = 0, out = 0, used = 0, cred = 0] = ['rem', 'out', 'used', 'cred'].map((name) =>
        Number(item[name]?.N),
      );
      return [{ limit, rem, out, used, cred }];
    });
  };

  async close(): Promise<void> {
    this.#python?.stdin.end();
    this.#client.destroy();
    this.table.close();
    await this.#store.close();
  }

  #makeClient(): commands.DynamoDBClient {
    const endpoint = `http://127.0.0.1:${this.table.port}`;
    return new commands.DynamoDBClient({
      region: 'us-east-1',
      endpoint,
      credentials: SIGNER,
      maxAttempts: 1,
    });
  }

  #startPython(): ChildProcessWithoutNullStreams {
    return spawn(PYTHON, [join(import.meta.dirname, 'store-faults/process.py')], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PYTHONPATH: join(REPOSITORY, 'python/src'),
        PYTHONDONTWRITEBYTECODE: '1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: SIGNER.accessKeyId,
        AWS_SECRET_ACCESS_KEY: SIGNER.secretAccessKey,
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${this.table.port}`,
      },
    });
  }

  async #putPlan(id: string): Promise<void> {
    const limits = Object.entries(QUOTAS).map(([name, quota]) => ({
      id: name,
      level: name === 'all' ? 'tenant' : 'key',
      quota,
      period: { everySeconds: 86_400 * 30 },
      billing: id,
      ...(id === 'leased' && { wasteBudget: 0.3 }),
    }));
    const Item = {
      pk: { S: `PLAN#${id}` },
      sk: { S: 'V' },
      ver: { N: '1' },
      doc: { S: JSON.stringify({ id, version: 1, limits }) },
      list: { S: 'PLANS' },
    };
    await this.#client.send(new commands.PutItemCommand({ TableName: TABLE, Item }));
  }
}
