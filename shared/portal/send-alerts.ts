/** Sends the alerts that are due. It runs every few minutes, and looks only at organisations that have alerts. */
import type { Customer } from '../quota/plan/customer.ts';
import { findCustomer } from '../quota/admin/find-customer.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { UsageRow } from '../quota/admin/usage-row.ts';
import { claimWrites, isDue, readAlerts } from './alerts.ts';
import type { Alert } from './alerts.ts';
import { keyIdOf } from './charged-key.ts';
import { titleOf } from './compiled-portal.ts';
import type { CompiledPortal } from './compiled-portal.ts';
import { readCurrentUsage } from './current-usage.ts';
import { printCount } from '../quota/usage/invoice-pdf.ts';
import { describeRefusal } from './describe-refusal.ts';
import { listMembers } from './members.ts';
import { isEmail } from './oidc.ts';
import { ALERTING, organisationPartition, tenantOfPartition } from './portal-items.ts';
import { readPortalItem } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';
import { printMoment } from './print-moment.ts';

type Mail = { readonly to: string; readonly subject: string; readonly text: string };

export type AlertSettings = {
  readonly portal: CompiledPortal;
  readonly ports: PortalPorts;
  readonly usage: AdminPorts;
  /** @throws Error if the email is not accepted */
  readonly send: (mail: Mail) => Promise<void>;
  /** Whether time is left for another organisation. */
  readonly hasTime: () => boolean;
};

type AlertCounts = { organisations: number; sent: number; failed: number; overRate: number };

/**
 * Maximum number of emails to one organisation in a day (UTC). Attack: alerts of hourly limits fill somebody's mailbox.
 */
const MAILS_A_DAY = 20;
/**
 * The number of runs after which a refused email is given up, so that the alert is not sent again in its period. An
 * alert that is stopped by `MAILS_A_DAY` is tried in further runs.
 */
const MOST_TRIES = 3;
const PAGE = 50;
const DAY_SECONDS = 86_400;
/** The organisation with which the next run continues, if a run had no time for all organisations. */
const POSITION = { pk: 'ALERTING', sk: 'POSITION' };

/**
 * Sends the alerts of all organisations. If this fails for some organisations, the alerts of the other organisations
 * are sent before the first of the errors is thrown.
 * @throws DomainError STORE_UNAVAILABLE; Error if the list of organisations cannot be read
 */
export async function sendAlerts(settings: AlertSettings): Promise<AlertCounts> {
  const errors: unknown[] = [];
  const counts = await sendAll(settings, (error) => errors.push(error));
  if (errors.length > 0) throw errors[0];
  return counts;
}

async function sendAll(settings: AlertSettings, onError: (error: unknown) => void): Promise<AlertCounts> {
  const counts: AlertCounts = { organisations: 0, sent: 0, failed: 0, overRate: 0 };
  const { ports } = settings;
  let after = await readPosition(ports);
  for (;;) {
    const page = await ports.listing.range({
      pk: ALERTING,
      from: 'ORG#',
      to: 'ORG#\uffff',
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    if (page.kind === 'unavailable') throw new Error(`the portal table is unavailable (${page.reason})`);
    for (const { key, item } of page.items) {
      if (!settings.hasTime()) return counts;
      if (item['state'] === 'on') await alertOne(tenantOfPartition(key.sk), settings, counts).catch(onError);
      after = key.sk;
      await writePosition(ports, after);
    }
    if (!page.hasMore) break;
  }
  await writePosition(ports, '');
  return counts;
}

async function readPosition(ports: PortalPorts): Promise<string | undefined> {
  const after = (await readPortalItem(ports, POSITION))?.['after'];
  return typeof after === 'string' && after !== '' ? after : undefined;
}

async function writePosition({ store }: PortalPorts, after: string): Promise<void> {
  await store.update({
    purpose: 'portal',
    key: POSITION,
    when: [],
    change: { kind: 'put', item: { after } },
  });
}

async function alertOne(tenant: string, settings: AlertSettings, counts: AlertCounts): Promise<void> {
  const { ports } = settings;
  const customer = await findCustomer(settings.usage, tenant);
  if (customer === undefined || customer.state === 'closed') return;
  const { alerts } = await readAlerts(ports, tenant);
  const rows = await readCurrentUsage({ usage: settings.usage, tenant }, ports.clock.nowEpochMs());
  counts.organisations += 1;
  for (const row of rows)
    for (const alert of alerts.filter((each) => isDue(each, row)))
      await alertMembers(customer, { alert, row }, settings, counts);
}

async function alertMembers(
  { tenant, terms }: Pick<Customer, 'tenant' | 'terms'>,
  { alert, row }: { readonly alert: Alert; readonly row: UsageRow },
  settings: AlertSettings,
  counts: AlertCounts,
): Promise<void> {
  const { ports } = settings;
  const { claim, again, told, done } = claimWrites(tenant, alert, row, ports.clock.nowEpochMs());
  const first = await ports.store.update(claim);
  const claimed = first.kind === 'refused' ? await ports.store.update(again) : first;
  if (claimed.kind !== 'done') return;
  const { told: known = '[]', tries = 1 } = claimed.item;
  const accounts = new Set(JSON.parse(String(known)) as readonly string[]);
  const members = await listMembers(ports, tenant);
  const mail = describeAlert(alert, row, terms, settings.portal);
  let isWhole = true;
  for (const { account, email } of members) {
    if (email === undefined || !isEmail(email) || accounts.has(account)) continue;
    if (!(await takeMail(tenant, ports))) {
      counts.overRate += 1;
      isWhole = false;
      break;
    }
    try {
      await settings.send({ to: email, ...mail });
      counts.sent += 1;
      await ports.store.update(told(accounts.add(account)));
    } catch {
      // Neither the text nor the address of the email is logged. The alert keeps its claim, and a later run sends it
      // again.
      counts.failed += 1;
      if (Number(tries) < MOST_TRIES) isWhole = false;
    }
  }
  if (isWhole) await ports.store.update(done);
}

/**
 * Counts an email to the organisation. Returns false if the organisation has already had the day's maximum, or if the
 * count could not be written.
 */
async function takeMail(tenant: string, { store, clock }: PortalPorts): Promise<boolean> {
  const now = clock.nowEpochMs();
  const day = new Date(now).toISOString().slice(0, 10);
  const key = { pk: organisationPartition(tenant), sk: `MAILS#${day}` };
  const purpose = 'portal' as const;
  const more = await store.update({
    purpose,
    key,
    when: [
      { attribute: 'n', is: 'present' },
      { attribute: 'n', is: 'at-most', value: MAILS_A_DAY - 1 },
    ],
    change: { kind: 'update', add: { n: 1 } },
  });
  if (more.kind === 'done') return true;
  if (more.kind !== 'refused' || more.item !== undefined) return false;
  const expiresAt = Math.ceil(now / 1000) + 2 * DAY_SECONDS;
  const one = await store.update({
    purpose,
    key,
    when: [{ attribute: 'n', is: 'absent' }],
    change: { kind: 'put', item: { n: 1, expiresAt } },
  });
  return one.kind === 'done';
}

/** The email contains no link, key or other secret, because scanners read emails, and people forward them. */
function describeAlert(
  { percent }: Alert,
  row: UsageRow,
  terms: Customer['terms'],
  portal: CompiledPortal,
): Pick<Mail, 'subject' | 'text'> {
  const { limit, counted, allowance, key, periodEnd, plan } = row;
  const { name } = portal.offers;
  const whose = key === undefined ? '' : ` of the key ${keyIdOf(key)}`;
  const refusal = describeRefusal(row, { plan: titleOf(portal, plan), terms });
  return {
    subject: inOneLine(`${name}: ${percent} % of ${limit} used`),
    text: [
      `${printCount(counted)} of ${printCount(allowance)} units of the limit ${limit}${whose} are used.`,
      refusal ?? `The next period begins on ${printMoment(periodEnd)}.`,
      `You get this email because an alert at ${percent} % is set in the portal of ${name}. To change it, open the portal and choose Alerts.`,
    ].join('\n\n'),
  };
}

function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}
