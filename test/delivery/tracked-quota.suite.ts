/**
 * A quota that is counted from the access log: the authorizer only looks, so calls pass until their lines are charged.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { aToolkit } from '../support/a-toolkit.ts';
import type { Toolkit } from '../support/a-toolkit.ts';
import { runCommand } from '../support/command.ts';

const QUOTA = 3;
/** Far longer than any lag: delivery every half second, and a look at the ledger every two. */
const BOUND_MS = 20_000;

type Row = {
  readonly tenant: string;
  readonly key: string;
  readonly periodStart: string;
  readonly charged: number;
  readonly remaining: number;
};

let toolkit: Toolkit;
let url = '';
before(async () => {
  toolkit = await aToolkit();
  url = toolkit.apis.find(({ name }) => name === 'guarded')?.url ?? '';
});

async function gatewright(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, { cwd: toolkit.directory });
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

/** Calls as that subject, with a token of now. */
async function aCaller(sub: string): Promise<() => Promise<number>> {
  const headers = { authorization: `Bearer ${await gatewright('token', '--sub', sub)}` };
  return async () => (await fetch(`${url}/hello`, { headers })).status;
}

/** Looks until it sees, and no longer than the bound. */
async function until<Seen>(what: string, look: () => Promise<Seen | undefined>, pauseMs = 50): Promise<Seen> {
  const endMs = performance.now() + BOUND_MS;
  while (performance.now() < endMs) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`never seen: ${what}`);
}

/** What quota-admin returns for a key, as soon as that much is charged to it in the given period. */
const usageOf = (key: string, charged: number, isMeant: (row: Row) => boolean = () => true): Promise<Row> => {
  const look = async (): Promise<Row | undefined> => {
    const shown = await gatewright('usage', 'show', '--tenant', 'shop', '--json');
    const rows = shown
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
    return rows.find((row) => row.key === key && row.charged >= charged && isMeant(row));
  };
  // Each look is a process.
  return until(`${charged} charged to ${key}`, look, 300);
};

/** Calls until the answer is that status; how many others came before. */
async function callsUntil(call: () => Promise<number>, status: number): Promise<number> {
  let others = 0;
  return until(`${status}`, async () => {
    if ((await call()) === status) return others;
    others += 1;
    return undefined;
  });
}

/** The question of the console's access page. */
async function askPage(sub: string): Promise<string> {
  const file = readFileSync(join(toolkit.directory, '.gatewright/credentials.json'), 'utf8');
  const { controlUrl, controlSecret } = JSON.parse(file) as { controlUrl: string; controlSecret: string };
  const question = { document: 'guarded', method: 'GET', path: '/hello', claims: JSON.stringify({ sub }) };
  const response = await fetch(`${controlUrl}/_gatewright/console/access/ask`, {
    method: 'POST',
    headers: { authorization: `Bearer ${controlSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  const { answer } = (await response.json()) as { answer: { word: string; reason: string } };
  return `${answer.word} ${answer.reason}`;
}

describe('a quota counted from the access log', { timeout: 120_000 }, () => {
  it('admits until the lines are charged, refuses from then on, and starts over the next day', async () => {
    const call = await aCaller('alice');
    const within = [];
    for (let asked = 0; asked < QUOTA; asked += 1) within.push(await call());
    assert.deepEqual(within, [200, 200, 200]);
    assert.equal((await usageOf('alice', QUOTA)).remaining, 0);

    // What the authorizer has read may be two seconds old: these requests exceed the quota, and are charged all the
    // same.
    const over = await callsUntil(call, 403);
    for (let asked = 0; asked < 5; asked += 1) assert.equal(await call(), 403);
    const { periodStart, charged, remaining } = await usageOf('alice', QUOTA + over);
    assert.deepEqual([charged, remaining], [QUOTA + over, 0 - over]);

    await gatewright('clock', '+1d');
    assert.equal(await (await aCaller('alice'))(), 200);

    // Lines are charged in their order, so those of the refused calls have come by now, and were not charged.
    const today = await usageOf('alice', 1, ({ periodStart: start }) => start !== periodStart);
    assert.equal(today.remaining, QUOTA - 1);
    const exported = (await gatewright('usage', 'export', '--format', 'ndjson', '--from', periodStart))
      .split('\n')
      .map((text) => JSON.parse(text) as Row)
      .filter(({ key }) => key === 'alice');
    assert.deepEqual(
      exported.map((row) => [row.periodStart, row.charged]),
      [
        [periodStart, QUOTA + over],
        [today.periodStart, 1],
      ],
    );
    const thresholds = toolkit.running.output().stderr.match(/"QuotaThreshold":1/g) ?? [];
    assert.equal(thresholds.length, 1, 'alarms: [100], once in the period');
  });

  it('is what access explain and the page of the console go by, for a key and for a token', async () => {
    const made = ['keys', 'create', '--tenant', 'shop', '--prefix', 'shop_quota', '--json'];
    const { key, keyId } = JSON.parse(await gatewright(...made)) as { key: string; keyId: string };
    const token = await gatewright('token', '--sub', 'carol');
    const callers = [
      { credential: key, sub: keyId, flags: ['--key', keyId] },
      { credential: token, sub: 'carol', flags: ['--token', token] },
    ];
    for (const { credential, sub, flags } of callers) {
      const call = async () =>
        (await fetch(`${url}/hello`, { headers: { authorization: `Bearer ${credential}` } })).status;
      const explained = () => gatewright('access', 'explain', 'guarded', 'GET', '/hello', ...flags);
      assert.equal(await call(), 200);
      assert.match(await explained(), /^ALLOW /);

      await callsUntil(call, 403);

      await usageOf(sub, QUOTA);
      assert.match(await explained(), /^DENY {2}GET \/hello {2}over quota: limit daily of plan free, until /);
      assert.match(await askPage(sub), /^DENY over quota: limit daily of plan free, until /);
    }
    assert.match(await askPage('dora'), /^ALLOW by rule all$/);
  });

  it('is closed to a key that was suspended before its first call, until it is resumed', async () => {
    await gatewright('plan', 'assign', 'shop', 'bob', 'free');
    await gatewright('quota', 'suspend', 'shop', 'daily', '--key', 'bob');
    const call = await aCaller('bob');
    assert.equal(await call(), 403);

    await gatewright('quota', 'resume', 'shop', 'daily', '--key', 'bob');
    await callsUntil(call, 200);
  });
});
