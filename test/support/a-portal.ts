/** The portal's functions over tables in memory, with browsers that keep cookies and tokens as real ones do. */
import { randomUUID } from 'node:crypto';
import { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import type { ItemListing, ItemStore, Random } from '#shared/ports.ts';
import { createCustomer, setState } from '#shared/quota/admin/customers.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { createPlanCatalogue } from '#shared/quota/admin/plan-catalogue.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { TermsBook } from '#shared/quota/plan/terms-book.ts';
import type { CustomerState } from '#shared/quota/plan/customer.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { CompiledPortal } from '#shared/portal/compiled-portal.ts';
import { invite } from '#shared/portal/invitations.ts';
import type { NewInvitation } from '#shared/portal/invitations.ts';
import type { OidcClient } from '#shared/portal/oidc.ts';
import type { PortalPorts } from '#shared/portal/portal-ports.ts';
import { serveMember } from '#shared/portal/serve-member.ts';
import type { MemberSettings } from '#shared/portal/serve-member.ts';
import { serveSession } from '#shared/portal/serve-session.ts';
import type { SessionSettings } from '#shared/portal/serve-session.ts';
import { REAL_RANDOM } from './real-quota-ports.ts';
import { RecordingTable } from './table-calls.ts';

/** 2026-11-19T12:00:00Z */
export const NOON_MS = Date.UTC(2026, 10, 19, 12);
/** The master secret of webhooks, as the owner stores it. */
export const MASTER = 'a-master-secret-of-at-least-32-characters';
export const ORIGIN = 'https://portal.example.com';

const MONTHLY = { id: 'monthly', level: 'tenant', period: 'MONTH' };

export const PLANS: readonly { readonly id: string }[] = [
  {
    id: 'free',
    version: 1,
    limits: [{ ...MONTHLY, quota: 3, price: { included: 3 } }],
    invoice: { currency: 'EUR' },
  },
  {
    id: 'pro',
    version: 1,
    limits: [{ ...MONTHLY, quota: 1000, price: { fee: '49.00', included: 1000, prorate: true } }],
    invoice: { currency: 'EUR' },
  },
] as never;

export const PORTAL: CompiledPortal = {
  offers: {
    name: 'Example APIs',
    plans: [
      { plan: 'free', title: 'Free', changesTo: ['pro'], from: 'next-month' },
      { plan: 'pro', title: 'Professional', summary: 'For production', changesTo: ['free'], from: 'now' },
    ],
    keys: { prefix: 'shop_live', roles: ['caller'], scopes: [], most: 3 },
    webhooks: [
      {
        source: 'orders',
        title: 'Orders',
        most: 2,
        stages: {
          prod: { scheme: 'standard', masterSecret: { kind: 'parameter', name: '/shop/prod/master' } },
        },
      },
    ],
  },
  signIn: {},
  mail: { from: 'portal@example.com' },
};

export type Answer = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
};

type Request = {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

export class Portal {
  nowMs = NOON_MS;
  readonly tables: Readonly<Record<'portal' | 'usage' | 'access', RecordingTable>>;
  readonly ports: PortalPorts;
  readonly usage: AdminPorts;
  readonly members: MemberSettings;
  sessions: SessionSettings;
  /** Caches of authorizers that were flushed. */
  readonly flushed: string[] = [];

  readonly #random: Random;

  constructor({
    portal = PORTAL,
    oidc,
    random = REAL_RANDOM,
  }: { readonly portal?: CompiledPortal; readonly oidc?: OidcClient; readonly random?: Random } = {}) {
    this.#random = random;
    const table = (name: string) => new RecordingTable(name, () => this.nowMs);
    this.tables = { portal: table('PortalTable'), usage: table('UsageTable'), access: table('AccessTable') };
    const shared = {
      clock: { nowEpochMs: () => this.nowMs },
      random,
      timer: { pause: () => Promise.resolve() },
    };
    const { store, listing } = this.tables.portal;
    this.ports = { ...shared, store, listing };
    this.usage = { ...shared, store: this.tables.usage.store, listing: this.tables.usage.listing };
    this.sessions = { ports: this.ports, customers: this.usage, portalUrl: ORIGIN, oidc };
    this.members = {
      portal,
      stage: 'prod',
      portalUrl: ORIGIN,
      webhooksUrl: 'https://api.example.com/webhooks',
      ports: this.ports,
      usage: { ...this.usage, store: this.tables.usage.gathering, savesPlans: false },
      access: this.tables.access,
      makeKeys: (bound) => Promise.resolve(this.#makeKeys(bound)),
      async makeEndpoints({ store: bound }, tenant) {
        // Loads the module as the function does: no code of webhooks is loaded if the portal does not offer them.
        const { EndpointAdmin } = await import('#shared/endpoints/endpoint-admin.ts');
        return new EndpointAdmin({ ...shared, store: bound, master: () => Promise.resolve(MASTER) }, tenant);
      },
    };
  }

  /** Creates a customer record. */
  async addCustomer(tenant: string, plan = 'free', name?: string): Promise<void> {
    for (const document of PLANS)
      await savePlan(this.usage, this.#requested(), document.id, document).catch(() => undefined);
    await createCustomer(this.usage, this.#requested(), { tenant, plan, name });
  }

  setState(tenant: string, state: CustomerState): Promise<unknown> {
    return setState(this.usage, this.#requested(), tenant, state);
  }

  async invite(wanted: NewInvitation): Promise<string> {
    return (
      await invite(this.ports, wanted, { id: 'arn:aws:iam::1:user/me', name: 'the provider of the API' })
    ).secret;
  }

  /**
   * Charges requests of a tenant.
   * @returns how many were admitted
   */
  async spend(
    tenant: string,
    times: number,
    { key = 'k', route }: { readonly key?: string; readonly route?: string } = {},
  ): Promise<number> {
    const clock = { nowEpochMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    const quotas = createQuotas({
      store: this.tables.usage.store,
      clock,
      random: this.#random,
      timer: { pause: () => Promise.resolve() },
      denyCacheMs: 0,
      customers: (store, plans) => new TermsBook(store, clock, plans),
    });
    let admitted = 0;
    for (let call = 0; call < times; call += 1)
      admitted += (
        await quotas.consume({
          tenant,
          key,
          atEpochMs: this.nowMs,
          run: {},
          ...(route !== undefined && { route }),
        })
      ).allowed
        ? 1
        : 0;
    await quotas.flush();
    return admitted;
  }

  /** A browser in which a new member has signed in. */
  async join(
    tenant: string,
    role: 'owner' | 'developer' | 'billing',
    name = `${role} of ${tenant}`,
  ): Promise<Browser> {
    const browser = new Browser(this);
    const invitation = await this.invite({ tenant, role });
    const answer = await browser.post('/session/invitation', { body: { invitation, name } });
    if (answer.status !== 200) throw new Error(answer.text);
    browser.csrf = String(answer.body['csrf']);
    browser.memberId = String((answer.body['member'] as { readonly id: unknown }).id);
    return browser;
  }

  /** Sends a request as API Gateway sends it: payload 1.0 of an HTTP API. */
  async send(method: string, path: string, { body, query = {}, headers = {} }: Request): Promise<Answer> {
    const given = Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const { cookie, ...others } = Object.fromEntries(given);
    const event = {
      version: '1.0',
      ...routeOf(path),
      path,
      httpMethod: method,
      queryStringParameters: query,
      headers: { host: 'portal.example.com', ...others, ...(cookie !== undefined && { cookie }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        requestId: randomUUID(),
        requestTimeEpoch: this.nowMs,
        path,
        identity: { sourceIp: '192.0.2.1' },
      },
    };
    const noted: unknown[] = [];
    const serve = path.startsWith('/api')
      ? serveMember(event, this.members, (...facts) => noted.push(facts))
      : serveSession(event, this.sessions, (...facts) => noted.push(facts));
    const reply = await serve;
    const text = reply.body ?? '';
    const type = reply.headers?.['content-type'] ?? '';
    return {
      status: reply.statusCode,
      body: type.includes('json') ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {},
      text,
      headers: reply.headers ?? {},
      cookies: reply.multiValueHeaders?.['set-cookie'] ?? [],
    };
  }

  #requested() {
    return { operationId: randomUUID(), by: 'arn:aws:iam::1:user/me', atEpochMs: this.nowMs };
  }

  #makeKeys(bound: { readonly store: ItemStore; readonly listing: ItemListing }): KeyAdmin {
    return new KeyAdmin(
      {
        ...bound,
        clock: { nowEpochMs: () => this.nowMs },
        random: this.#random,
        caches: {
          flush: ({ apiId }) => {
            this.flushed.push(apiId);
            return Promise.resolve();
          },
        },
        nativeKeys: {
          put: () => Promise.reject(new Error('no native keys')),
          disable: () => Promise.reject(new Error('no native keys')),
        },
        plans: createPlanCatalogue(this.usage),
      },
      {
        stage: 'prod',
        prefixes: new Map([
          [
            'shop_live',
            {
              roles: new Set(['caller', 'admin']),
              hasNativePlans: false,
              cached: [{ kind: 'rest', apiId: 'abcdefghij', stage: 'prod' }],
              planClaims: [['plan']],
            },
          ],
        ]),
        documentPlans: [],
        chargedCaches: [],
        usageKeySecret: undefined,
      },
    );
  }
}

/** The route that API Gateway chooses. */
function routeOf(path: string): object {
  if (path === '/session') return { resource: path };
  const [, folder = '', proxy = ''] = /^\/([^/]+)\/?(.*)$/s.exec(path) ?? [];
  return { resource: `/${folder}/{proxy+}`, pathParameters: { proxy } };
}

/** A browser with the portal's page open: it keeps cookies, and sends `Origin` and the page's token with changes. */
export class Browser {
  readonly cookies = new Map<string, string>();
  csrf: string | undefined;
  memberId = '';
  readonly #portal: Portal;

  constructor(portal: Portal) {
    this.#portal = portal;
  }

  get(path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#send('GET', path, { query });
  }

  post(path: string, request: Request = {}): Promise<Answer> {
    return this.#send('POST', path, {
      body: {},
      ...request,
      headers: {
        'content-type': 'application/json',
        origin: ORIGIN,
        'idempotency-key': randomUUID(),
        'x-csrf-token': this.csrf,
        ...request.headers,
      },
    });
  }

  async #send(method: string, path: string, request: Request): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie !== '' && { cookie }), ...request.headers };
    const answer = await this.#portal.send(method, path, { ...request, headers });
    for (const text of answer.cookies) {
      const [pair = '', ...attributes] = text.split('; ');
      const at = pair.indexOf('=');
      if (attributes.includes('Max-Age=0')) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }
}
