/**
 * Tests everything that happens to an order, on a gateway in this process. `node --test`, Vitest and Jest can run it.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { HandshakeRefused, startGateway, type TestGateway } from 'gatewright/testing';

const EXAMPLE = join(import.meta.dirname, '..');

describe('orders', () => {
  let gateway: TestGateway;
  let token: string;

  before(async () => {
    gateway = await startGateway({ directory: EXAMPLE });
    token = await gateway.token({ sub: 'ada' });
  });
  afterEach(() => gateway.reset());
  after(() => gateway.close());

  const order = (id: string, dish: string): Promise<Response> =>
    gateway.inject(`/orders/${id}`, { method: 'PUT', token, body: { dish } });

  it('takes an order, notifies its watchers, and shows it to its owner', async () => {
    const watcher = await gateway.connect({ query: { order: 'order-0001' } });
    const placed = await order('order-0001', 'ramen');
    assert.equal(placed.status, 202);
    assert.deepEqual(await placed.json(), { id: 'order-0001' });
    await gateway.settle();
    assert.deepEqual(await watcher.next(), { type: 'taken', order: 'order-0001', cents: 1250 });

    const shown = await gateway.inject('/orders/order-0001', { token });
    assert.equal(shown.status, 200);
    const { dish, customer } = (await shown.json()) as { dish: string; customer: string };
    assert.deepEqual({ dish, customer }, { dish: 'ramen', customer: 'ada' });
    const others = await gateway.token({ sub: 'mallory' });
    assert.equal((await gateway.inject('/orders/order-0001', { token: others })).status, 404);
  });

  it('creates one order, however often the client repeats the request', async () => {
    for (let times = 0; times < 3; times += 1) await order('order-0002', 'tacos');
    await gateway.settle();
    assert.equal((await gateway.table('OrdersTable').items()).length, 1);
  });

  it('gives up after three tries on an order that is not on the menu, and on no other order', async () => {
    await order('order-0003', 'stones');
    await order('order-0004', 'pierogi');
    await gateway.clock.advance('10m');
    const refused = await gateway.messages('RefusedOrders');
    assert.deepEqual(
      refused.map(({ body }) => (JSON.parse(body) as { id: string }).id),
      ['order-0003'],
    );
    const items = await gateway.table('OrdersTable').items();
    assert.deepEqual(
      items.map(({ id }) => id),
      ['order-0004'],
    );
  });

  it('adds up the orders of the previous day at 3:00 each night', async () => {
    await order('order-0005', 'ramen');
    await order('order-0006', 'tacos');
    await gateway.settle();
    const day = (await gateway.clock.now()).toISOString().slice(0, 10);
    await gateway.clock.advance('28h');
    const reports = await gateway.table('ReportsTable').items();
    assert.deepEqual(
      reports.find((report) => report['day'] === day),
      { day, orders: 2, cents: 2350 },
    );
  });

  it('rejects requests without a token, and watchers without access', async () => {
    assert.equal((await gateway.inject('/orders/order-0007')).status, 401);
    await assert.rejects(
      () => gateway.connect(),
      (error) => error instanceof HandshakeRefused && error.status === 400,
    );
  });

  it('starts each test with nothing left over from the test before', async () => {
    assert.deepEqual(await gateway.table('OrdersTable').items(), []);
    assert.deepEqual(await gateway.messages('RefusedOrders'), []);
    assert.ok(Math.abs((await gateway.clock.now()).getTime() - Date.now()) < 60_000);
  });

  it('writes a receipt in Python', { skip: !hasPython() && 'no python3 here' }, async () => {
    await order('order-0008', 'ramen');
    await gateway.send('ReceiptsQueue', { id: 'order-0009' });
    await gateway.clock.advance('5m');
    const lines = await gateway.logs('WriteReceipts');
    assert.ok(lines.includes('RECEIPT order-0008: ramen for ada, 12.50 EUR'));
    assert.equal((await gateway.messages('RefusedReceipts')).length, 1);
  });
});

function hasPython(): boolean {
  try {
    return /^Python 3/.test(execFileSync('python3', ['--version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}
