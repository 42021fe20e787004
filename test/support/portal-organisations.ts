/**
 * The answers of a portal in memory, for an organisation with something in every section and for an organisation with
 * nothing.
 */

import type * as Answers from '#shared/portal/answers.ts';

export type Role = Answers.Role;

type Changeable<T> = { -readonly [Name in keyof T]: T[Name] };
type LogEntry = Answers.LogPage['entries'][number];

/** The answers of the portal for one organisation, which a test may change. */
export type PortalOrganisation = {
  readonly id: string;
  name: string;
  state: string;
  keys: Answers.ApiKey[];
  endpoints: Answers.Endpoint[];
  usage: Answers.Usage;
  plan: Changeable<Answers.PlanState>;
  invoices: Record<string, Answers.Invoice[]>;
  alerts: Changeable<Answers.Alerts>;
  members: Changeable<Omit<Answers.Member, 'isYou'>>[];
  invitations: Answers.Invitation[];
  log: LogEntry[];
};

export const NOW = '2026-11-26T17:40:00.000Z';
export const LATER = '2026-12-03T17:40:00.000Z';

const PLANS: Readonly<Record<'free' | 'pro', Answers.Plan>> = {
  free: {
    plan: 'free',
    title: 'Free',
    summary: 'To try it.',
    limits: [{ id: 'requests', text: '1,000 requests each day' }],
    prices: [],
    from: 'now',
  },
  pro: {
    plan: 'pro',
    title: 'Pro',
    summary: 'For shops.',
    limits: [
      { id: 'requests', text: '100,000 requests each day' },
      { id: 'burst', text: '50 requests each second' },
    ],
    prices: [{ limit: 'requests', text: '49.00 EUR each month' }],
    from: 'next-month',
  },
};

/**
 * Creates an organisation with something in every section.
 * @param text is written into every text of the organisation
 */
export function anOrganisation(
  id: string,
  name: string,
  text: (place: string) => string = (place) => place,
): PortalOrganisation {
  const use = (limit: string, day: number, used: number, allowance = 1000): Answers.Use => ({
    limit: text(limit),
    key: 'k1',
    keyName: text('production server'),
    route: text('GET /orders'),
    plan: 'free',
    periodStart: `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`,
    periodEnd: `2026-11-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`,
    state: 'active',
    allowance,
    counted: used,
    used,
    left: Math.max(0, allowance - used),
    over: Math.max(0, used - allowance),
  });
  return {
    id,
    name,
    state: 'active',
    keys: [
      {
        keyId: 'k1',
        name: text('production server'),
        state: 'active',
        createdAt: '2026-09-01T08:00:00.000Z',
        lastUsedAt: NOW,
        notAfter: '2027-09-01T08:00:00.000Z',
        secrets: [
          { createdAt: '2026-09-01T08:00:00.000Z', notAfter: LATER },
          { createdAt: '2026-11-26T08:00:00.000Z' },
        ],
        isManaged: false,
      },
      {
        keyId: 'k2',
        name: text('old server'),
        state: 'revoked',
        createdAt: '2026-01-01T08:00:00.000Z',
        revokedAt: '2026-06-01T08:00:00.000Z',
        secrets: [],
        isManaged: false,
      },
      {
        keyId: 'k3',
        name: text('partner'),
        state: 'active',
        createdAt: '2026-03-01T08:00:00.000Z',
        secrets: [{ createdAt: '2026-03-01T08:00:00.000Z' }],
        isManaged: true,
      },
    ],
    endpoints: [
      {
        endpointId: 'e1',
        source: 'orders',
        name: text('warehouse'),
        address: text('https://api.example/webhooks/orders/e1'),
        state: 'active',
        createdAt: '2026-09-01T08:00:00.000Z',
        secrets: [
          { createdAt: '2026-11-26T08:00:00.000Z' },
          { createdAt: '2026-09-01T08:00:00.000Z', notAfter: LATER },
        ],
      },
      {
        endpointId: 'e2',
        source: text('a source that is no longer offered'),
        name: text('old warehouse'),
        state: 'revoked',
        createdAt: '2026-01-01T08:00:00.000Z',
        revokedAt: '2026-06-01T08:00:00.000Z',
        secrets: [],
      },
    ],
    usage: {
      at: NOW,
      current: [
        use('requests', 26, 640),
        {
          ...use('exports', 26, 12, 10),
          state: 'spent',
          says: text(
            'The limit exports is used up until 27 Nov 2026, 00:00 UTC. Requests are refused until then.',
          ),
        },
      ],
      paces: [
        {
          limit: 'pace',
          says: 'Requests are refused while they exceed the limit pace of your plan Shop: 50 units a second, at most 100 at once.',
        },
      ],
      history: [22, 23, 24, 25].flatMap((day) => [
        use('requests', day, 200 + day * 11),
        use('exports', day, day % 7, 10),
      ]),
    },
    plan: {
      version: 4,
      state: 'active',
      current: {
        ...PLANS.free,
        title: text('Free'),
        summary: text('To try it.'),
        limits: [{ id: 'requests', text: text('1,000 requests each day') }],
      },
      planned: [{ plan: 'pro', title: text('Pro'), from: '2026-12-01T00:00:00.000Z' }],
      offers: [
        {
          ...PLANS.pro,
          title: text('Pro'),
          prices: [{ limit: 'requests', text: text('49.00 EUR each month') }],
        },
      ],
    },
    invoices: {
      '2026-11': [anInvoice('2026-11', true, text)],
      '2026-10': [anInvoice('2026-10', false, text)],
    },
    alerts: {
      version: 2,
      alerts: [{ limit: text('requests'), percent: 80 }],
      limits: [text('requests'), text('exports')],
      recipients: [{ member: 'm1', name: text('First member'), email: 'first@shop.example' }],
      sent: [
        {
          limit: text('requests'),
          percent: 80,
          periodStart: '2026-11-25T00:00:00.000Z',
          at: '2026-11-25T19:12:00.000Z',
        },
      ],
      hasMail: true,
      percent: { min: 1, max: 100 },
    },
    members: [
      {
        id: 'm1',
        name: text('First member'),
        email: 'first@shop.example',
        role: 'owner',
        since: '2026-01-01T08:00:00.000Z',
        version: 1,
      },
      {
        id: `${id}-m2`,
        name: text('Second member'),
        role: 'developer',
        since: '2026-02-01T08:00:00.000Z',
        version: 3,
      },
    ],
    invitations: [{ id: 'i1', role: 'billing', by: text('First member'), expiresAt: LATER }],
    log: [
      {
        at: '2026-11-25T09:00:00.000Z',
        byName: text('First member'),
        what: text('created a key'),
        on: text('k1'),
      },
    ],
  };
}

function anInvoice(month: string, isDraft: boolean, text: (place: string) => string): Answers.Invoice {
  return {
    number: text(`HV-${month}-17`),
    currency: 'EUR',
    total: '61.40',
    isDraft,
    lines: [
      { what: text('Base fee'), plan: text('Pro'), periods: '1', used: '–', included: '–', amount: '49.00' },
      {
        what: text('requests'),
        plan: text('Pro'),
        periods: '30',
        used: '3,062,000',
        included: '3,000,000',
        amount: '12.40',
      },
    ],
  };
}

/** An organisation in which nothing has happened yet. */
export function anEmptyOrganisation(id: string, name: string): PortalOrganisation {
  const { members } = anOrganisation(id, name);
  return {
    id,
    name,
    state: 'active',
    keys: [],
    endpoints: [],
    usage: { at: NOW, current: [], history: [], paces: [] },
    plan: { version: 1, state: 'active', planned: [], offers: [PLANS.free] },
    invoices: {},
    alerts: {
      version: 0,
      alerts: [],
      limits: [],
      recipients: [],
      sent: [],
      hasMail: false,
      percent: { min: 1, max: 100 },
    },
    members: members.slice(0, 1),
    invitations: [],
    log: [],
  };
}

/** Returns what an invitation shows before it is accepted. */
export function offerOf({ id, name }: PortalOrganisation, role: Role): Answers.SeenInvitation {
  const by = 'the provider of the API';
  return { organisation: { id, name }, role, by, renews: false, expiresAt: LATER };
}
