/** `access explain` and the console's access page, against the admin routes over a table in memory. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createRouter } from '#shared/http/router.ts';
import { createCustomer, setState } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { suspend } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { openAccessBook } from '../../../../../../packages/toolkit/stack/access/commands/access-book.ts';
import { explainWithLedger } from '../../../../../../packages/toolkit/stack/access/commands/access-explain.ts';
import type { AdminTarget } from '../../../../../../packages/toolkit/terminal/admin-client.ts';
import { aDocument } from '../../../../../support/an-access-document.ts';
import {
  AdministeredTable,
  anAdminEvent,
  memoryAdminPorts,
  ofKey,
  requested,
} from '../../../../../support/quota-admin.ts';
import { NOON_MS } from '../../../../../support/quota-table.ts';
import { aLoopbackServer } from '../../../../../support/signed-tokens.ts';

const quotaOf = (id: string, level: string, quota: number) => ({
  id,
  level,
  quota,
  period: 'DAY',
  lease: false,
});
const PLANS: Readonly<Record<string, readonly object[]>> = {
  free: [quotaOf('daily', 'key', 2)],
  gold: [quotaOf('daily', 'key', 9)],
  shared: [quotaOf('all', 'tenant', 2), quotaOf('daily', 'key', 9)],
  routes: [quotaOf('users', 'route', 2)],
  costly: [quotaOf('daily', 'key', 3)],
};
const COSTS: Readonly<Record<string, object>> = { costly: { 'GET /users': 2 } };
const DOCUMENT = aDocument(
  { quota: { plan: { claim: 'plan' }, tenant: { claim: 'tenant' }, key: { claim: 'sub' } } },
  ['GET /users', 'GET /orders'],
);

const ports = memoryAdminPorts();
let admin: Server;
let target: AdminTarget;
let folder = '';

before(async () => {
  for (const [id, limits] of Object.entries(PLANS))
    await savePlan(ports, requested('new'), id, {
      id,
      version: 1,
      limits,
      ...(COSTS[id] && { cost: COSTS[id] }),
    });
  const routes = quotaAdminRoutes(ports).filter(({ method }) => method === 'GET');
  const router = createRouter(routes);
  const serve = async (url: URL) => {
    const matches = routes.map(({ path }) => ({
      path,
      match: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(url.pathname),
    }));
    const found = matches.find(({ match }) => match !== null);
    const event = anAdminEvent(`GET ${found?.path ?? ''}`, {
      path: url.pathname,
      parameters: Object.fromEntries(
        Object.entries(found?.match?.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]),
      ),
      query: Object.fromEntries(url.searchParams),
    });
    return await router(event, () => undefined);
  };
  admin = createServer((request, response) => {
    void serve(new URL(request.url ?? '', 'http://127.0.0.1')).then(({ statusCode, headers, body }) =>
      response.writeHead(statusCode, { ...headers }).end(body),
    );
  });
  await new Promise<void>((resolve) => admin.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(admin.address() as AddressInfo).port}`;
  target = { origin, region: 'us-east-1', accessKeyId: 'AKIDOPERATOR00000001', secretAccessKey: 'x' };
  folder = mkdtempSync(join(tmpdir(), 'gatewright-spent-'));
  mkdirSync(join(folder, 'access'));
  writeFileSync(join(folder, 'access/compiled.json'), JSON.stringify({ documents: [DOCUMENT] }));
});
after(() => {
  admin.close();
  rmSync(folder, { recursive: true });
});

type Caller = { readonly plan?: string; readonly key?: string };
const claimsOf = ({ plan, key = 'k-1' }: Caller, tenant: string): string =>
  JSON.stringify({ sub: key, plan, tenant });
const flagsOf = (claims: string, at = target) => ({
  claims,
  role: [],
  scope: [],
  policy: false,
  target: at,
});
const told = async (claims: string, path = '/users'): Promise<string> =>
  (await explainWithLedger(DOCUMENT, 'GET', path, flagsOf(claims))).text;
const shown = async (claims: string, path = '/users') => {
  const question = { document: DOCUMENT.name, method: 'GET', path, claims, roles: [], scopes: [] };
  const reply = await openAccessBook([folder], 'prod', () => target).ask(question, NOON_MS / 1000);
  if (reply.kind !== 'answer') return reply.kind;
  const { word, reason, quota = '' } = reply.answer;
  return `${word}  ${reason}\n${quota}`;
};

type Row = {
  readonly name: string;
  readonly spends: readonly (Caller & { readonly route?: string })[];
  readonly change?: (tenant: string) => Promise<unknown>;
  readonly asks: Caller;
  readonly path?: string;
  readonly says: RegExp;
};
const twice = <T>(one: T): readonly T[] => [one, one];
const BEFORE: Row['says'] = /^ALLOW/;

// new-user 7: it said ALLOW five seconds after the gateway had said "over quota".
const ROWS: readonly Row[] = [
  { name: 'nothing charged yet', spends: [], asks: { plan: 'free' }, says: BEFORE },
  { name: 'a plan that is not stored yet', spends: [], asks: { plan: 'later' }, says: BEFORE },
  { name: 'units left', spends: [{ plan: 'free' }], asks: { plan: 'free' }, says: BEFORE },
  {
    name: 'a spent limit of the key',
    spends: twice({ plan: 'free' }),
    asks: { plan: 'free' },
    says: /^DENY .*over quota: limit daily of plan free, until 2026-.*\. The rules allow the request, but the response is 403$/m,
  },
  {
    name: 'a spent limit of another key',
    spends: twice({ plan: 'free', key: 'k-2' }),
    asks: { plan: 'free' },
    says: BEFORE,
  },
  {
    name: 'a limit that has fewer units left than the request costs',
    spends: [{ plan: 'costly' }],
    asks: { plan: 'costly' },
    says: /^DENY .*over quota: limit daily of plan costly has too few units left for a request that costs 2, until 2026-/,
  },
  {
    name: 'a limit that has enough units left for a request to another route',
    spends: [{ plan: 'costly' }],
    asks: { plan: 'costly' },
    path: '/orders',
    says: BEFORE,
  },
  {
    name: 'a spent limit of the whole tenant',
    spends: twice({ plan: 'shared', key: 'k-2' }),
    asks: { plan: 'shared' },
    says: /^DENY .*over quota: limit all of plan shared/,
  },
  {
    name: 'a limit that another plan of the tenant has spent',
    spends: twice({ plan: 'shared', key: 'k-2' }),
    asks: { plan: 'free' },
    says: BEFORE,
  },
  {
    name: 'a spent limit of the route',
    spends: twice({ plan: 'routes', route: 'GET /users' }),
    asks: { plan: 'routes' },
    says: /^DENY .*over quota: limit users of plan routes/,
  },
  {
    name: 'a spent limit of another route',
    spends: twice({ plan: 'routes', route: 'GET /users' }),
    asks: { plan: 'routes' },
    path: '/orders',
    says: BEFORE,
  },
  {
    name: 'a key that was suspended before its first request',
    spends: [],
    change: (tenant) => suspend(ports, requested('suspend'), { ...ofKey(tenant), plan: 'free' }),
    asks: { plan: 'free' },
    says: /^DENY .*suspended: limit daily of plan free\. The rules allow the request, but the response is 403$/m,
  },
  {
    name: 'the plan that is assigned to the key, not that of its token',
    spends: twice({ plan: 'free' }),
    change: (tenant) =>
      assignPlan(ports, requested('assign'), { tenant, key: 'k-1', plan: 'gold', version: 1 }),
    asks: { plan: 'nowhere' },
    // What was used under the other plan counts.
    says: /^ALLOW[^]*plan +gold, assigned to the key k-1[^]*daily: 7 of 9 left/,
  },
  {
    name: 'the plan of its customer, also if its token names none',
    spends: twice({ plan: 'free' }),
    change: (tenant) => createCustomer(ports, requested('on-record'), { tenant, plan: 'gold' }),
    asks: {},
    says: /^ALLOW[^]*plan +gold, assigned to the customer[^]*daily: 7 of 9 left/,
  },
  {
    name: 'the state of its customer',
    spends: [],
    change: async (tenant) => {
      await createCustomer(ports, requested('on-record'), { tenant, plan: 'gold' });
      await setState(ports, requested('suspended'), tenant, 'suspended');
    },
    asks: { plan: 'gold' },
    says: /^DENY .*the customer .* is suspended\. The rules allow the request, but the response is 403$/m,
  },
  {
    name: 'a spent limit after those of sixty other keys',
    spends: [
      ...Array.from({ length: 60 }, (_, index) => ({ plan: 'free', key: `k-0${index}` })),
      ...twice({ plan: 'free', key: 'z-1' }),
    ],
    asks: { plan: 'free', key: 'z-1' },
    says: /^DENY .*over quota: limit daily of plan free/,
  },
];

describe('a caller whom the rules allow', () => {
  for (const { name, spends, change, asks, path, says } of ROWS)
    it(`is judged by ${name}, on the command line as on the page`, async () => {
      const tenant = name;
      const quotas = new AdministeredTable({
        ports,
        moveTo: () => undefined,
        close: () => Promise.resolve(),
      }).aHolder(() => NOON_MS);
      for (const { plan, key = 'k-1', route = 'GET /users' } of spends)
        await quotas.consume({ plan, tenant, key, route, atEpochMs: NOON_MS });
      await quotas.flush();
      await change?.(tenant);

      assert.match(await told(claimsOf(asks, tenant), path), says);
      assert.match(await shown(claimsOf(asks, tenant), path), says);
    });

  // Source: authorize.ts, `isLetOn`; the gateway response of stack/over-quota.json.
  for (const [state, says] of [
    [
      'over quota',
      /DENY .*the response is 429 if the API has the gateway response INVALID_API_KEY .*, otherwise 403$/m,
    ],
    ['suspended', /DENY .*the response is 403$/m],
  ] as const)
    it(`reads what the API answers if an admission key admits, ${state}`, async () => {
      const tenant = state === 'suspended' ? 'the state of its customer' : 'a spent limit of the key';
      const quota = { plan: { claim: 'plan' }, tenant: { claim: 'tenant' }, key: { claim: 'sub' } };
      const document = aDocument({ quota: { ...quota, admissionKey: 'admitted-requests-of-shop' } }, [
        'GET /users',
      ]);
      const claims = claimsOf({ plan: 'free' }, tenant);

      assert.match((await explainWithLedger(document, 'GET', '/users', flagsOf(claims))).text, says);
    });

  it('is judged on every route if none is named', async () => {
    const claims = claimsOf({ plan: 'routes' }, 'a spent limit of the route');
    const { text: all } = await explainWithLedger(DOCUMENT, undefined, undefined, flagsOf(claims));

    assert.match(all, /GET \/users +DENY +over quota: limit users of plan routes/);
    assert.match(all, /GET \/orders +ALLOW/);
  });

  it('is no longer denied for the earlier reason once its plan is recorded', async () => {
    const tenant = 'the plan of its customer, also if its token names none';
    const { answers } = await explainWithLedger(DOCUMENT, 'GET', '/users', flagsOf(claimsOf({}, tenant)));
    const [unknown] = (await explainWithLedger(DOCUMENT, 'GET', '/users', flagsOf(claimsOf({}, 'nobody'))))
      .answers;

    assert.deepEqual(
      answers.map((answer) => Reflect.get(answer, 'uncharged') as unknown),
      [undefined],
    );
    assert.notEqual(Reflect.get(unknown ?? {}, 'uncharged'), undefined);
  });

  // Stacks of before customers were on record have no route for it.
  for (const code of ['KEY_UNKNOWN', 'PLAN_UNKNOWN', 'ROUTE_UNKNOWN'])
    it(`is judged by the rules if the stack answers ${code} to everything`, async () => {
      await using server = await aLoopbackServer((_, response) => {
        response.writeHead(404).end(JSON.stringify({ code, detail: 'it is not there' }));
      });
      const claims = claimsOf({ plan: 'free' }, 'acme');
      const { text } = await explainWithLedger(
        DOCUMENT,
        'GET',
        '/users',
        flagsOf(claims, { ...target, origin: server.url }),
      );

      assert.match(text, /^ALLOW/);
      assert.doesNotMatch(text, /is not known/);
    });

  it('is judged by the rules only if the ledger cannot be read, and the answer says so', async () => {
    const claims = claimsOf({ plan: 'free' }, 'acme');
    const nowhere = { ...target, origin: 'http://127.0.0.1:1' };
    const { text } = await explainWithLedger(DOCUMENT, 'GET', '/users', flagsOf(claims, nowhere));
    const question = {
      document: DOCUMENT.name,
      method: 'GET',
      path: '/users',
      claims,
      roles: [],
      scopes: [],
    };
    const reply = await openAccessBook([folder], 'prod', () => undefined).ask(question, NOON_MS / 1000);

    assert.match(
      text,
      /^ALLOW[^]*the usage of the quota is unknown: http:\/\/127\.0\.0\.1:1 cannot be reached$/,
    );
    assert.equal(
      reply.kind === 'answer' ? reply.unasked : '',
      'the local gateway does not serve the stack that counts the quota',
    );
  });
});
