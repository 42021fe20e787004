/** A misspelt customer, key or plan, where a command can go on without it: the command says so. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { keyAdminRoutes } from '#shared/access/keys/key-routes.ts';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { aNewKey, ApiKeyTable } from '../../../../../support/api-key-table.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import type { Finished } from '../../../../../support/command.ts';
import { memoryAdminPorts, requested } from '../../../../../support/quota-admin.ts';
import { openQuotaAdmin } from '../../../../../support/quota-admin-server.ts';
import type { QuotaAdminServer } from '../../../../../support/quota-admin-server.ts';

const NOW_MS = Date.UTC(2026, 10, 3);
const LIMITS = [
  { id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH', price: { fee: '5.00' } },
  { id: 'daily', level: 'key', quota: 10, period: 'DAY' },
];
let admin: QuotaAdminServer;
let keyId = '';
let listedId = '';

before(async () => {
  const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => NOW_MS });
  const keys = new ApiKeyTable();
  admin = await openQuotaAdmin(
    ports,
    () => NOW_MS,
    {},
    keyAdminRoutes(() => keys.admin),
  );
  const document = { id: 'gold', version: 1, invoice: { currency: 'EUR' }, limits: LIMITS };
  await savePlan(ports, requested('gold', NOW_MS), 'gold', document);
  await createCustomer(ports, requested('acme', NOW_MS), { tenant: 'acme', plan: 'gold' });
  await createCustomer(ports, requested('customer', NOW_MS), { tenant: 'customer', plan: 'gold' });
  const listed = await keys.admin.create(aNewKey({ tenant: 'customer' }), keys.operation());
  listedId = listed.stored.record.keyId;
  ({ keyId } = (await keys.admin.create(aNewKey({ tenant: 'solo' }), keys.operation())).stored.record);
});
after(() => admin.close());

const run = (command: string): Promise<Finished> =>
  runCommandHere([...command.split(' '), '--url', admin.url], {
    cwd: tmpdir(),
    environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
  });

const NOBODY = /^ghost has no customer record and no API key\. gatewright customers list prints/m;
const NO_KEY = /^No API key has the id 0123456789abcdef\. This command applies only to callers that/m;
const FOREIGN =
  /^The API key \w{16} belongs to solo, not to acme, so this command does not apply to the key\.$/m;
const NO_PLAN = /^No plan with the id silver is saved; gatewright plan list prints the plans\.$/m;

/** `solo` has a key and no record, `acme` a record and no key. Nobody knows `ghost`. */
const rows: readonly { readonly command: string; readonly says: RegExp | undefined }[] = [
  { command: 'keys list --tenant ghost', says: NOBODY },
  { command: 'keys list --tenant acme', says: undefined },
  { command: 'usage show --tenant ghost', says: NOBODY },
  { command: 'usage show --tenant solo', says: undefined },
  { command: 'usage export --tenant ghost', says: NOBODY },
  { command: 'usage export --tenant ghost --format csv', says: NOBODY },
  { command: 'usage export --tenant acme --format invoice', says: undefined },
  { command: 'usage invoice --tenant ghost --period 2026-11', says: NOBODY },
  { command: 'usage invoice --tenant acme --period 2026-10', says: undefined },
  { command: 'plan keys ghost', says: NOBODY },
  { command: 'plan keys acme', says: undefined },
  { command: 'plan assign solo 0123456789abcdef gold', says: NO_KEY },
  { command: 'quota show ghost monthly --plan gold', says: NOBODY },
  { command: 'quota top-up ghost monthly 5 --plan gold', says: NOBODY },
  { command: 'quota set-limit ghost monthly 5 --plan gold', says: NOBODY },
  { command: 'quota reset ghost monthly --plan gold', says: NOBODY },
  { command: 'quota suspend ghost monthly --plan gold', says: NOBODY },
  { command: 'quota resume ghost monthly --plan gold', says: NOBODY },
  { command: 'quota show acme monthly', says: undefined },
  { command: 'quota suspend acme daily --key 0123456789abcdef --plan gold', says: NO_KEY },
  { command: 'quota show acme daily --key FOREIGN --plan gold', says: FOREIGN },
  { command: 'customers list --plan silver', says: NO_PLAN },
  { command: 'customers list --plan gold --state closed', says: undefined },
];

describe('a command that goes on with a name that nothing is known about', () => {
  for (const { command, says } of rows)
    it(`${says === undefined ? 'says nothing after' : 'says so after'} gatewright ${command}`, async () => {
      const { code, stderr } = await run(command.replace('FOREIGN', keyId));

      assert.equal(code, 0, stderr);
      if (says === undefined) assert.doesNotMatch(stderr, /has no customer record|No API key|No plan with/);
      else assert.match(stderr, says);
    });

  it('leaves the note out if the key cannot be looked up', async () => {
    const admins = memoryAdminPorts(new Map(), { nowEpochMs: () => NOW_MS });
    const alone = await openQuotaAdmin(admins, () => NOW_MS);
    const { code, stderr } = await runCommandHere(['plan', 'keys', 'ghost', '--url', alone.url], {
      cwd: tmpdir(),
      environment: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
    });
    alone.close();

    assert.deepEqual([code, stderr], [0, '']);
  });
});

/** The names are in the refusals of every command that must have the customer or the plan. */
const REFUSED: readonly { readonly command: string; readonly says: RegExp }[] = [
  {
    command: 'customers create globex golt',
    says: /The most similar name is gold\. The saved plans are: gold$/m,
  },
  { command: 'customers create globex enterprise', says: /enterprise.*\. The saved plans are: gold$/m },
  {
    command: 'customers set-plan acme golt',
    says: /The most similar name is gold\. The saved plans are: gold$/m,
  },
  {
    command: 'customers close Acme',
    says: /The most similar name is acme\. The customers are: acme, customer$/m,
  },
  {
    command: 'customers show acne',
    says: /The most similar name is acme\. The customers are: acme, customer$/m,
  },
  // It is similar to the word customers of the path, and to no name that was typed.
  {
    command: 'customers show zzzzzz',
    says: /^(?!.*similar).*zzzzzz.*\. The customers are: acme, customer$/m,
  },
  { command: 'customers suspend ghost', says: /has no record.*\. The customers are: acme, customer$/m },
  { command: 'plan get golt', says: /The most similar name is gold\. The saved plans are: gold$/m },
];

describe('a command that cannot go on with an unknown name', () => {
  for (const { command, says } of REFUSED)
    it(`names what exists after gatewright ${command}`, async () => {
      const { code, stderr } = await run(command);

      assert.notEqual(code, 0);
      assert.match(stderr, says);
    });

  it('lists the keys of all customers if none is named', async () => {
    const { code, stdout, stderr } = await run('keys list');

    assert.equal(code, 0, stderr);
    assert.match(stdout, /^CUSTOMER\s/m);
    assert.match(stdout, new RegExp(`^customer\\s.*${listedId}`, 'm'));
    assert.match(stderr, /keys of the customers with a record/);
  });
});
