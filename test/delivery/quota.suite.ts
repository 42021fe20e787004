/** A partner of examples/food-delivery, who has 100 requests a day, with an HTTP client of its own. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { runCommand } from '../support/command.ts';
import { startedToolkit } from '../support/started-toolkit.ts';
import { parseStructuredList } from '../support/structured-list.ts';

const QUOTA = 100;
const SECONDS_PER_DAY = 86_400;

let folder = '';
let menuUrl = '';
let restUrl = '';
before(async () => {
  const toolkit = await startedToolkit();
  folder = toolkit.folder;
  const urlOf = (meant: string) =>
    toolkit.urlOf(({ kind, stack }) => kind === meant && stack.startsWith('food-delivery'));
  menuUrl = `${urlOf('http')}/partner/menu`;
  restUrl = urlOf('rest');
});

async function aTokenOf(sub: string, role = 'partner'): Promise<string> {
  const { stdout } = await runCommand(['token', '--sub', sub, '--role', role], { cwd: folder });
  return stdout.trim();
}

async function ask(url: string, token?: string): Promise<Response> {
  return fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}

const askForMenu = (token?: string): Promise<Response> => ask(menuUrl, token);
const askForOrders = (token?: string): Promise<Response> => ask(`${restUrl}/partner/orders`, token);

/** The one member of a RateLimit field. */
function readField(response: Response, name: string): { id: string; [parameter: string]: number | string } {
  const members = parseStructuredList(response.headers.get(name) ?? '');
  const [member] = members;
  assert.ok(member !== undefined && members.length === 1, `one policy in ${name}`);
  return { id: member.value, ...Object.fromEntries(member.parameters) };
}

describe('a partner of 100 requests a day', () => {
  it('gets 100 of 150, sees the remaining quota, and starts over the next day', async () => {
    const token = await aTokenOf('trattoria');
    const replies: Response[] = [];
    for (let call = 0; call < 150; call += 1) replies.push(await askForMenu(token));
    const [last, first] = [replies[QUOTA - 1], replies[0]];
    const refused = replies.slice(QUOTA);

    assert.deepEqual(
      replies.map(({ status }) => status),
      [...Array<number>(QUOTA).fill(200), ...Array<number>(50).fill(429)],
    );
    assert.ok(first !== undefined && last !== undefined);
    for (const reply of [first, last, ...refused])
      assert.deepEqual(readField(reply, 'ratelimit-policy'), { id: 'daily', q: QUOTA, w: SECONDS_PER_DAY });
    assert.equal(readField(first, 'ratelimit')['r'], QUOTA - 1);
    assert.equal(readField(last, 'ratelimit')['r'], 0);
    assert.match(await last.text(), /"menu":\[/);
    for (const reply of refused) {
      const { r: remaining, t: resetSeconds } = readField(reply, 'ratelimit');
      assert.equal(remaining, 0);
      assert.ok(Number(reply.headers.get('retry-after')) >= Number(resetSeconds), 'not before the next day');
      assert.equal(reply.headers.get('content-type'), 'application/problem+json');
      assert.deepEqual(await reply.json(), {
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        title: 'Request cannot be satisfied as assigned quota has been exceeded',
        status: 429,
        'violated-policies': ['daily'],
      });
    }

    const moved = await runCommand(['clock', '+1d'], { cwd: folder });
    assert.equal(moved.code, 0, moved.stderr);
    const tomorrow = await askForMenu(await aTokenOf('trattoria'));
    assert.equal(tomorrow.status, 200);
    assert.equal(readField(tomorrow, 'ratelimit')['r'], QUOTA - 1);
  });

  it('does not use the quota of another partner, and rejects unknown callers', async () => {
    const other = await askForMenu(await aTokenOf('ramen-bar'));
    const customer = await askForMenu(await aTokenOf('alice', 'admin'));
    const anonymous = await askForMenu();

    assert.deepEqual([other.status, customer.status, anonymous.status], [200, 403, 401]);
    assert.equal(readField(other, 'ratelimit')['r'], QUOTA - 1);
  });
});

// The backend of these does not use a quota: request-authorizer charges, and the REST API refuses because the key is
// missing.
describe('a partner of 100 requests a day, charged by the authorizer', () => {
  it('gets 100 of 150, sees its quota in the refusal, and starts over the next day', async () => {
    const token = await aTokenOf('bakery');
    const replies: Response[] = [];
    for (let call = 0; call < 150; call += 1) replies.push(await askForOrders(token));
    const refused = replies.slice(QUOTA);

    assert.deepEqual(
      replies.map(({ status }) => status),
      [...Array<number>(QUOTA).fill(200), ...Array<number>(50).fill(429)],
    );
    assert.match((await replies[0]?.text()) ?? '', /"orders":\[/);
    for (const reply of refused) {
      assert.deepEqual(readField(reply, 'ratelimit-policy'), {
        id: 'daily-orders',
        q: QUOTA,
        w: SECONDS_PER_DAY,
      });
      const { r: remaining, t: resetSeconds } = readField(reply, 'ratelimit');
      assert.equal(remaining, 0);
      assert.ok(Number(reply.headers.get('retry-after')) >= Number(resetSeconds), 'not before the next day');
      assert.deepEqual(await reply.json(), {
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        title: 'Request cannot be satisfied as assigned quota has been exceeded',
        status: 429,
        'violated-policies': ['daily-orders'],
      });
    }

    // Its own profile costs nothing: the backend is asked, and has no such user.
    assert.equal((await ask(`${restUrl}/users/bakery`, token)).status, 404);

    const moved = await runCommand(['clock', '+1d'], { cwd: folder });
    assert.equal(moved.code, 0, moved.stderr);
    assert.equal((await askForOrders(await aTokenOf('bakery'))).status, 200);
  });

  it('keeps the wording of API Gateway for every other refusal', async () => {
    const customer = await askForOrders(await aTokenOf('alice', 'admin'));
    const anonymous = await askForOrders();

    assert.deepEqual([customer.status, anonymous.status], [403, 401]);
    assert.match(await customer.text(), /not authorized to access this resource/);
    assert.equal(customer.headers.get('retry-after'), null);
  });
});
