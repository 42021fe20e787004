/**
 * The console of a deployed stack, with 500 customers, with one of them open, and without customers, on every screen
 * and in every colour scheme. It has no control that changes a customer.
 */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { loadConsole } from '../../../packages/gatewright/command/start/console-bundle.ts';
import { openCustomerConsole } from '../../../packages/gateway/engine/index.ts';
import type { CustomerBook, ShownCustomer } from '../../../packages/gateway/engine/index.ts';
import { lookAt, openConsole, readText } from './console-tour.ts';
import type { BrowserCase } from './page.ts';

const CUSTOMERS = 500;
const DAYS = 30;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 10, 1);
/** The elements that frame the page of a deployed stack. It shows no clock. */
const FRAME = ['.brand', '.live'] as const;

const instant = (day: number): string => new Date(START_MS + day * DAY_MS).toISOString();
const tenantOf = (at: number): string => `customer-${String(at).padStart(4, '0')}`;

const OPEN: ShownCustomer['uses'][number] = {
  limit: 'daily',
  periodStart: instant(DAYS - 1),
  periodEnd: instant(DAYS),
  state: 'open',
  allowance: 1_000,
  counted: 1_000,
  left: 0,
};
const SPENT = { ...OPEN, refuses: true } as const;

const ROWS = Array.from({ length: CUSTOMERS }, (_, at) => ({
  tenant: tenantOf(at),
  name: `Länger benannte Kundschaft ${at} GmbH & Co. KG`,
  state: at % 50 === 7 ? 'suspended' : 'active',
  plan: at % 3 === 0 ? 'professional' : 'free',
  from: instant(0),
  fullest: { ...SPENT, counted: (at * 37) % 1_001 },
}));

function oneOf(tenant: string): ShownCustomer | undefined {
  const row = ROWS.find((known) => known.tenant === tenant);
  return (
    row && {
      ...row,
      plans: [
        { plan: 'free', from: instant(0) },
        { plan: 'professional', from: instant(9) },
      ],
      keys: [
        {
          keyId: 'k-5e7d0c2a91',
          name: 'web shop',
          state: 'active',
          createdAt: instant(1),
          lastUsedAt: instant(29),
        },
        { keyId: 'k-77aa01bc9e', state: 'revoked', createdAt: instant(2) },
      ],
      lastUseEverySeconds: 600,
      uses: [SPENT, { ...OPEN, limit: 'monthly', allowance: 50_000, counted: 12_345, left: 37_655 }],
      history: Array.from({ length: DAYS }, (_, day) => ({
        ...OPEN,
        periodStart: instant(day),
        periodEnd: instant(day + 1),
        counted: (day * 331) % 1_001,
      })),
      cost: { month: '2026-11', totals: [{ total: '55.15', currency: 'EUR' }], isDraft: true },
      changes: [
        {
          at: instant(9),
          by: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Operator/alice',
          kind: 'set-plan',
          before: 'free',
          after: 'professional',
        },
      ],
      changesSince: instant(DAYS - 7),
    }
  );
}

/** The time that a slow table takes for a read. */
const SLOW_MS = 1000;
const answersAfter = { ms: 0 };

const serve = (rows: typeof ROWS): ReturnType<typeof openCustomerConsole> => {
  const customers: CustomerBook = {
    list: () => setTimeout(answersAfter.ms, { customers: rows }),
    one: (tenant) => Promise.resolve(oneOf(tenant)),
    reads: () => Promise.resolve(undefined),
  };
  return openCustomerConsole({
    customers,
    of: 'gatewright-prod in eu-central-1',
    consoleFiles: loadConsole,
    report: (message) => assert.equal(message, undefined),
  });
};

export const browserCase: BrowserCase = {
  name: 'the console of a deployed stack shows 500 customers and one of them, finds one, and changes none',
  async run({ page }) {
    const none = await serve([]);
    const many = await serve(ROWS);
    try {
      const problems = await openConsole(page, none.link);
      await page.waitForSelector('text=There are no customers yet.');
      await lookAt(page, 'deployed-empty', FRAME);

      answersAfter.ms = SLOW_MS;
      await page.goto(many.link);
      await page.waitForSelector('text=Reading the customers …');
      await page.waitForSelector('tr:has-text("customer-0499")');
      await page.waitForSelector('text=The 500 customers of the API');
      answersAfter.ms = 0;
      assert.match(
        await readText(page, 'nav.side'),
        /Customers.*gatewright-prod in eu-central-1.*read only/s,
      );
      await lookAt(page, 'deployed-many', FRAME);

      await page.keyboard.press('/');
      await page.keyboard.insertText('0321 suspended');
      await page.waitForSelector('text=No matching customer.');
      await page.fill('input[type=search]', 'customer-0321');
      await page.click('tr:has-text("customer-0321") a');
      await page.waitForSelector('aside:has-text("55.15 EUR")');
      assert.match(await readText(page, 'aside'), /55\.15 EUR.*daily: used up, 1,000 of 1,000.*web shop/s);
      assert.doesNotMatch(await readText(page, 'aside'), /Invite|People/);
      await page.waitForSelector('.chart canvas');
      await lookAt(page, 'deployed-customer', FRAME);

      await many.close();
      await page.waitForSelector('text=The command that serves this page has ended');
      assert.deepEqual(
        problems.filter((problem) => !problem.includes('net::ERR_CONNECTION')),
        [],
      );
    } finally {
      await none.close();
      await many.close().catch(() => undefined);
    }
  },
};
