/**
 * `gatewright usage stripe` reports a month's closed periods to Stripe's meters.
 * @see https://docs.stripe.com/api/billing/meter-event/create
 */
import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { Command } from 'commander';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';
import type { CustomerPlan } from '#shared/quota/plan/plan.ts';
import { printPathName } from '#shared/http/path-name.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import { isSafeEndpoint } from '../../../terminal/aws-session.ts';
import { count, printNotes, printResult, UsageError } from '../../../../base/terminal/output.ts';
import { addMonthOptions, refuseOpen, readNotClosed, readRecords } from './usage-invoice.ts';
import type { MonthFlags } from './usage-invoice.ts';

type StripeFlags = MonthFlags & {
  readonly journal: string;
  readonly draft?: boolean;
  readonly dryRun?: boolean;
};

type MeterEvent = {
  readonly event_name: string;
  /**
   * Identifies the event. Stripe ignores a second event with the same identifier for at least a day. The journal stores
   * identifiers for longer.
   */
  readonly identifier: string;
  /** Time in seconds since the epoch. */
  readonly timestamp: number;
  readonly payload: { readonly stripe_customer_id: string; readonly value: string };
};

const STRIPE = 'https://api.stripe.com';
const VERSION = '2025-04-30.basil';
/** Maximum age of an event that is still sent. It is one day less than Stripe's limit of 35 calendar days. */
const MAX_AGE_MS = 34 * 86_400_000;
const TIMEOUT_MS = 30_000;
const TRIES = 4;
const BACK_OFF_MS = 500;

export function stripeCommand(): Command {
  return addMonthOptions(
    new Command('stripe').description(
      "Send a month's usage to Stripe's meters, each period only once; needs the variable STRIPE_API_KEY.",
    ),
  )
    .option('--journal <file>', 'file that records which events were sent', 'stripe-meter-events.ndjson')
    .option('--draft', 'send the closed periods even if other periods of the month are still open')
    .option('--dry-run', 'print the events without sending them')
    .action(send);
}

async function send(flags: StripeFlags): Promise<void> {
  const key = process.env['STRIPE_API_KEY'];
  const isDry = flags.dryRun === true;
  if (!isDry && (key === undefined || !/^[\x21-\x7e]+$/.test(key)))
    throw new UsageError(
      'the environment variable STRIPE_API_KEY is missing or malformed: set it to the secret key of your Stripe account',
    );
  const open = await readNotClosed(flags);
  if (open.length > 0 && flags.draft !== true) throw refuseOpen(open, flags.period);
  const sent = await readJournal(flags.journal);
  if (!isDry) await checkWritable(flags.journal);
  const counts = { sent: 0, before: 0, nothing: 0, unmetered: 0, negative: 0 };
  const plans = new Map<string, CustomerPlan>();
  for await (const record of readRecords(flags)) {
    const event = await toEvent(record, plans, flags);
    if (typeof event === 'string') counts[event] += 1;
    else if (sent.has(event.identifier)) counts.before += 1;
    else if (isDry) printResult(event, () => JSON.stringify(event));
    else {
      await post(event, key ?? '');
      // The event's line is written before the next event is sent, so that an interrupted run can be continued.
      const line = { identifier: event.identifier, recordId: record.recordId, value: event.payload.value };
      await appendFile(flags.journal, `${JSON.stringify(line)}\n`, { mode: 0o600 });
      counts.sent += 1;
    }
  }
  if (!isDry) printResult(counts, () => []);
  printNotes(
    `events sent: ${counts.sent}, sent before: ${counts.before}; records without usage: ${counts.nothing}, without a meter: ${counts.unmetered}`,
  );
  if (counts.negative > 0)
    throw new UsageError(
      `${count(counts.negative, 'correction')} with negative usage not sent, because Stripe's meters do not accept negative values: make these corrections in Stripe (gatewright usage export --format invoice lists them)`,
    );
}

async function toEvent(
  record: UsageRecord,
  plans: Map<string, CustomerPlan>,
  flags: MonthFlags,
): Promise<MeterEvent | 'nothing' | 'unmetered' | 'negative'> {
  const { price, plan, tenant, usedDelta, periodEnd, recordId } = record;
  if (price?.meter === undefined) return 'unmetered';
  if (usedDelta === 0) return 'nothing';
  if (usedDelta < 0) return 'negative';
  const found =
    plans.get(plan) ??
    parsePlan(await callAdminJson({ method: 'GET', path: `/quota/plans/${printPathName(plan)}` }, flags));
  plans.set(plan, found);
  const customer = found.invoice?.customers.get(tenant)?.stripe;
  if (customer === undefined)
    throw new UsageError(
      `plan ${plan} does not contain the Stripe id of customer ${tenant}: add it to the plan as invoice.customers.${tenant}.stripe (cus_…)`,
    );
  const endMs = Math.min(Date.parse(periodEnd) - 1000, Date.now());
  if (Date.now() - endMs > MAX_AGE_MS)
    throw new UsageError(
      `the period of record ${recordId} ended more than 34 days ago. Stripe does not accept events older than 35 days, so events that are almost as old are not sent: bill the usage of this period in Stripe yourself`,
    );
  return {
    event_name: price.meter,
    identifier: createHash('sha256').update(recordId).digest('hex'),
    timestamp: Math.floor(endMs / 1000),
    payload: { stripe_customer_id: customer, value: String(usedDelta) },
  };
}

/** Sends an event. Without a final response, the call is made up to four times with the same identifier. */
async function post(event: MeterEvent, key: string): Promise<void> {
  const { event_name, identifier, timestamp, payload } = event;
  const body = new URLSearchParams({ event_name, identifier, timestamp: String(timestamp) });
  for (const [name, value] of Object.entries(payload)) body.set(`payload[${name}]`, value);
  const url = `${originOf(process.env['STRIPE_API_BASE'])}/v1/billing/meter_events`;
  const headers = {
    authorization: `Bearer ${key}`,
    'stripe-version': VERSION,
    'idempotency-key': identifier,
  };
  for (let attempt = 1; ; attempt += 1) {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const reply = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal }).catch(
      () => undefined,
    );
    const text = (await reply?.text().catch(() => '')) ?? '';
    if (reply?.ok === true) return;
    const isFinal = reply !== undefined && reply.status < 500 && reply.status !== 429 && reply.status !== 409;
    // The event was sent before, but the response was lost.
    if (isFinal && /already exists with identifier/i.test(text)) return;
    if (isFinal || attempt === TRIES)
      throw new UsageError(
        `event ${identifier} could not be sent: ${describe(reply?.status, text)}. Run the command again to continue`,
      );
    await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS * 2 ** (attempt - 1)));
  }
}

/**
 * Returns the address of Stripe's API. It can be replaced for tests and proxies, but keys are sent only over HTTPS or
 * to this machine.
 */
function originOf(base: string | undefined): string {
  if (base === undefined) return STRIPE;
  if (isSafeEndpoint(base)) return new URL(base).origin;
  throw new UsageError(
    `the environment variable STRIPE_API_BASE is ${JSON.stringify(base)}: set it to an address that begins with https://`,
  );
}

function describe(status: number | undefined, text: string): string {
  if (status === undefined) return 'Stripe cannot be reached';
  const { message } = membersOf(membersOf(parseJson(text))['error']);
  return typeof message === 'string' ? `${message} (${status})` : `Stripe answered with status ${status}`;
}

/** Checks that the journal can be written. If a sent event could not be recorded, a later run would send it again. */
async function checkWritable(file: string): Promise<void> {
  await appendFile(file, '', { mode: 0o600 }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the journal cannot be written, so nothing was sent: ${reason}`, { cause: error });
  });
}

async function readJournal(file: string): Promise<ReadonlySet<string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} cannot be read: ${reason}`, { cause: error });
  });
  // An interrupted run may have left an incomplete last line. Its event can safely be sent again, because Stripe
  // ignores a repeated identifier.
  const lines = text.split('\n').slice(0, -1);
  return new Set(lines.map((line) => String((JSON.parse(line) as { identifier?: unknown }).identifier)));
}
