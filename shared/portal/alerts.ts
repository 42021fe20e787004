/**
 * Stores the alerts of an organisation: the percentage of a limit at which members get an email, and the emails
 * that were sent.
 */
import { DomainError } from '../errors.ts';
import type { UsageRow } from '../quota/admin/usage-row.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Item, ItemKey, ItemWrite } from '../table/item-write.ts';
import { logWrite } from './change-log.ts';
import type { Actor } from './change-log.ts';
import { ALERTING, organisationPartition } from './portal-items.ts';
import { readPortalItem, readPortalRange, writePortalItems } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

export type Alert = {
  readonly limit: string;
  /** Percentage of the allowance. */
  readonly percent: number;
};

export type Alerts = { readonly version: number; readonly alerts: readonly Alert[] };

type SentAlert = Alert & {
  readonly periodStart: string;
  /** Id of the API key, for a limit that applies to each key separately. */
  readonly key?: string;
  readonly at: string;
};

export const MOST_ALERTS = 10;
export const PERCENT = { min: 1, max: 100 };
const MOST_SENT = 50;
/**
 * Maximum number of alerts that are read to find the newest: twice the number of emails that can be sent in the 100
 * days for which alerts are kept (`MAILS_A_DAY` in send-alerts.ts).
 */
const MOST_KEPT = 4_000;
const KEPT_SECONDS = 100 * 86_400;
/** After this time, an alert is sent again if it is not known whether it was sent. */
const RETRY_MS = 600_000;

/** @throws DomainError STORE_UNAVAILABLE */
export async function readAlerts(ports: Pick<PortalPorts, 'store'>, tenant: string): Promise<Alerts> {
  const item = await readPortalItem(ports, alertsKey(tenant));
  const alerts = typeof item?.['doc'] === 'string' ? (JSON.parse(item['doc']) as readonly Alert[]) : [];
  return { version: Number(item?.['ver'] ?? 0), alerts };
}

/**
 * Saves the alerts.
 * @param wanted `version` is one more than the newest version
 * @throws DomainError EDIT_CONFLICT, STORE_UNAVAILABLE
 */
export async function saveAlerts(
  ports: PortalPorts,
  tenant: string,
  { version, alerts }: Alerts,
  by: Actor,
): Promise<Alerts> {
  const unique = [...new Map(alerts.map((alert) => [`${alert.percent} ${alert.limit}`, alert])).values()];
  const isDone = await writePortalItems(ports, [
    {
      purpose: 'portal',
      key: alertsKey(tenant),
      when: [
        version === 1
          ? { attribute: 'ver', is: 'absent' }
          : { attribute: 'ver', is: 'equal', value: version - 1 },
      ],
      change: { kind: 'put', item: { ver: version, doc: JSON.stringify(unique) } },
    },
    {
      purpose: 'portal',
      key: { pk: ALERTING, sk: organisationPartition(tenant) },
      when: [],
      change: { kind: 'put', item: { state: unique.length === 0 ? 'off' : 'on' } },
    },
    logWrite(ports, tenant, by, {
      what: 'changed-alerts',
      on: unique.map(({ limit, percent }) => `${limit} ${percent} %`).join(', ') || 'none',
    }),
  ]);
  if (!isDone) throw new DomainError('EDIT_CONFLICT', 'the alerts were changed in the meantime; try again');
  return { version, alerts: unique };
}

/**
 * Lists at most 50 alerts that were sent, newest first. All are read, because the table sorts them by limit.
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function listSent(
  ports: Pick<PortalPorts, 'listing'>,
  tenant: string,
): Promise<readonly SentAlert[]> {
  const items = await readPortalRange(ports, organisationPartition(tenant), 'SENT#', MOST_KEPT);
  return items
    .filter(({ item }) => item['state'] === 'sent')
    .map(({ item }) => JSON.parse(String(item['doc'])) as SentAlert)
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, MOST_SENT);
}

/** Whether so much of a limit is used that the alert is due. A limit without an allowance has no percentage. */
export function isDue({ limit, percent }: Alert, row: UsageRow): boolean {
  return row.limit === limit && row.allowance > 0 && row.counted * 100 >= row.allowance * percent;
}

/**
 * Returns the writes of an alert for one period. `claim` is refused if the alert was sent, or another process is
 * sending it; `again` claims an alert that has not reached everybody ten minutes after the last claim. `told` records
 * who has received the alert, so that nobody receives it twice. `done` marks the alert as sent.
 */
export function claimWrites(
  tenant: string,
  alert: Alert,
  row: UsageRow,
  nowEpochMs: number,
): {
  readonly claim: ItemWrite;
  readonly again: ItemWrite;
  readonly told: (accounts: ReadonlySet<string>) => ItemWrite;
  readonly done: ItemWrite;
} {
  const key = sentKey(tenant, alert, row);
  const sent: SentAlert = {
    ...alert,
    periodStart: row.periodStart,
    ...(row.key !== undefined && { key: row.key }),
    at: new Date(nowEpochMs).toISOString(),
  };
  const item: Item = {
    state: 'sending',
    at: nowEpochMs,
    tries: 1,
    told: '[]',
    doc: JSON.stringify(sent),
    expiresAt: Math.ceil(nowEpochMs / 1000) + KEPT_SECONDS,
  };
  return {
    claim: {
      purpose: 'portal',
      key,
      when: [{ attribute: 'state', is: 'absent' }],
      change: { kind: 'put', item },
    },
    again: {
      purpose: 'portal',
      key,
      when: [
        { attribute: 'state', is: 'equal', value: 'sending' },
        { attribute: 'at', is: 'at-most', value: nowEpochMs - RETRY_MS },
      ],
      change: { kind: 'update', set: { at: nowEpochMs }, add: { tries: 1 } },
    },
    told: (accounts) => ({
      purpose: 'portal',
      key,
      when: [],
      change: { kind: 'update', set: { told: JSON.stringify([...accounts]) } },
    }),
    done: { purpose: 'portal', key, when: [], change: { kind: 'update', set: { state: 'sent' } } },
  };
}

function alertsKey(tenant: string): ItemKey {
  return { pk: organisationPartition(tenant), sk: 'ALERTS' };
}

function sentKey(
  tenant: string,
  { limit, percent }: Alert,
  { key = '', route = '', periodStart }: UsageRow,
): ItemKey {
  const parts = [limit, String(percent), periodStart, key, route].map(printKeyPart);
  return { pk: organisationPartition(tenant), sk: `SENT#${parts.join('#')}` };
}
