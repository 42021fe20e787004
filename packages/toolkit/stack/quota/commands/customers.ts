/** `gatewright customers` creates, shows, changes and deletes the records of customers, which name their plans. */
import { Command, Option } from 'commander';
import { CUSTOMER_STATES } from '#shared/quota/plan/customer.ts';
import { memberOf, membersOf } from '@gatewright/aws/json-object';
import { listAt } from '../../../terminal/aws-call.ts';
import type { AdminRequest } from '../../../terminal/admin-request.ts';
import { collectPair } from '../../../terminal/options.ts';
import {
  printMessage,
  printNotes,
  printResult,
  table,
  UsageError,
} from '../../../../base/terminal/output.ts';
import {
  changeCommand,
  printRows,
  printValue,
  readCommand,
  rowsToTable,
  sendChange,
  without,
  sortRows,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import { forgetCommand } from './quota-forget.ts';
import { followKeys } from './follow-keys.ts';
import type { Followed } from './follow-keys.ts';
import { readInstant } from './quota-calls.ts';
import { customerPath, planOf, readKnownCustomer, readCustomers, readLeft } from './read-customers.ts';
import { printReads, readRefusalsOrWarn } from './read-refusals.ts';
import { noteUnknownPlan } from './unknown-names.ts';

type TermFlags = ChangeFlags & {
  readonly limit: Readonly<Record<string, string>>;
  readonly from?: string;
  readonly name?: string;
  readonly currency?: string;
};

const TENANT = ['<customer>', 'name of the customer: the tenant of its keys and tokens'] as const;
const TENANTS = [
  '<customer...>',
  'names of one or more customers: the tenants of their keys and tokens',
] as const;
/** docs/guides/sell/quota.md states the same times, under "When a change is in force". */
const REFUSED_WITHIN =
  'Requests with the customers’ API keys are refused at once. All other requests are refused within 30 s, or within 60 s by a process that cannot reach the table.';
const COLUMNS = ['tenant', 'state', 'plan', 'from', 'name'];

const LIFE = `
A customer's life:
  gatewright customers create acme free        a record; its plan applies to all of its keys
  gatewright keys create --customer acme --prefix PREFIX --role ROLE
                                               a key, shown once
  gatewright customers set-plan acme pro       an upgrade; show prints the plan, its start and what is left of its quotas
  gatewright usage invoice --period 2026-11    the invoices of a month, after gatewright usage close
  gatewright customers suspend acme            its requests get 403, until resume
  gatewright customers close acme              permanent; its keys are revoked, and its charges are still billed
  gatewright customers delete acme             list what would be deleted; --confirm acme deletes it`;

export function customersCommand(): Command {
  return new Command('customers')
    .description('Manage customers and their plans.')
    .addHelpText('after', LIFE)
    .addCommand(
      withLimits(changeCommand('create', 'Create a customer record, with the plan that applies from now on.'))
        .argument(...TENANT)
        .argument('<plan>', 'id of the plan')
        .option('--name <text>', 'name of the customer on invoices (default: the tenant)')
        .option(
          '--currency <code>',
          'currency of the invoices, such as EUR; plans in another currency are refused',
        )
        .action(create),
    )
    .addCommand(
      readCommand('show', 'Show a customer, its plans, and what is left of its quotas.')
        .argument(...TENANT)
        .action(show),
    )
    .addCommand(
      readCommand(
        'list',
        'List the customers that have a record. gatewright usage show also lists tenants without a record, if their keys or tokens name the plan.',
      )
        .option('--plan <id>', 'only customers who have this plan now')
        .addOption(new Option('--state <state>', 'only customers in this state').choices(CUSTOMER_STATES))
        .action(list),
    )
    .addCommand(setPlanCommand())
    .addCommand(
      stateCommand('suspend', `Refuse all requests of customers until you resume them. ${REFUSED_WITHIN}`),
    )
    .addCommand(stateCommand('resume', 'End a suspension; requests are admitted within 2 s.'))
    .addCommand(
      stateCommand(
        'close',
        `Close customers permanently; their charges remain and are billed. ${REFUSED_WITHIN}`,
      ),
    )
    .addCommand(forgetCommand('delete'))
    .addCommand(
      changeCommand(
        'migrate',
        'Create a customer record for each tenant whose keys were all assigned the same plan with gatewright plan assign.',
      ).action(migrate),
    );
}

function setPlanCommand(): Command {
  return withLimits(
    changeCommand(
      'set-plan',
      'Assign a plan to one or more customers; usage in the current period counts against the new plan.',
    ),
  )
    .usage('[options] <customer...> <plan>')
    .argument('<names...>', 'names of one or more customers, and then the id of the plan')
    .option(
      '--from <time>',
      'time at which the plan starts to apply (default: now); changes that are planned for later times are withdrawn',
      readInstant,
    )
    .option(
      '--currency <code>',
      'currency of invoices from this plan on (default: the currency in the customer record)',
    )
    .action(setPlans);
}

function withLimits(command: Command): Command {
  return command.option(
    '--limit <id=units>',
    "quota of this customer for one limit of the plan, instead of the plan's quota (repeatable)",
    collectPair,
    {},
  );
}

function stateCommand(verb: 'suspend' | 'resume' | 'close', description: string): Command {
  return changeCommand(verb, description)
    .argument(...TENANTS)
    .action((tenants: readonly string[], flags: ChangeFlags) =>
      changeEach(tenants, (tenant) =>
        changeCustomer({ method: 'POST', path: `${customerPath(tenant)}/${verb}`, body: {} }, flags),
      ),
    );
}

/**
 * Changes customers one after the other, so that each printed change has been made even if the command is interrupted.
 * @throws UsageError after the last customer, with the reason for each customer that was not changed
 */
async function changeEach(
  tenants: readonly string[],
  change: (tenant: string) => Promise<void>,
): Promise<void> {
  const [only, another] = tenants;
  if (only !== undefined && another === undefined) return change(only);
  const reasons: string[] = [];
  for (const tenant of new Set(tenants))
    try {
      await change(tenant);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      reasons.push(`${tenant} was not changed: ${error.message}`);
    }
  if (reasons.length > 0) throw new UsageError(reasons.join('\n'));
}

async function create(tenant: string, plan: string, flags: TermFlags): Promise<void> {
  const { name, currency } = flags;
  const body = { plan, name, currency, limits: readLimits(flags) };
  await changeCustomer({ method: 'PUT', path: customerPath(tenant), body }, flags);
}

async function setPlans(names: readonly string[], flags: TermFlags): Promise<void> {
  const tenants = names.slice(0, -1);
  const plan = names.at(-1);
  if (plan === undefined || tenants.length === 0)
    throw new UsageError(
      `name the customers and then the plan, as in gatewright customers set-plan acme pro; only "${names.join(' ')}" was given`,
    );
  await changeEach(tenants, (tenant) => setPlan(tenant, plan, flags));
}

/**
 * The request contains the version of the current record, so it is refused (409) if the record has changed since it was
 * read.
 */
async function setPlan(tenant: string, plan: string, flags: TermFlags): Promise<void> {
  const known = await readKnownCustomer(tenant, flags);
  const { from, currency } = flags;
  const limits = readLimits(flags);
  const body = { plan, from, currency, limits, version: Number(known['version']) + 1 };
  await changeCustomer({ method: 'PUT', path: `${customerPath(tenant)}/plan`, body }, flags);
}

/**
 * Prints what applies now, what will apply later, and when the change is in force. A failure to update the keys is only
 * a warning, because the record has been changed, and every process reads it within the stated time.
 */
async function changeCustomer(request: Omit<AdminRequest, 'operationId'>, flags: ChangeFlags): Promise<void> {
  const { answer, operationId } = await sendChange(request, flags);
  const after = membersOf(answer['after']);
  const followed = await followKeys(String(after['tenant']), flags);
  printResult({ ...answer, followed: followed instanceof UsageError ? null : followed }, () => [
    describeChange(answer),
    ...(isFirst(after, followed)
      ? []
      : [isLater(request) ? 'nothing changes before that time' : describeInForce(after, followed)]),
  ]);
  const failed = describeFailure(followed);
  if (failed !== undefined)
    printMessage(
      'yellow',
      `${failed} until ${printValue(after['everywhereBy'])}. To try again, run the same command with --operation ${operationId}`,
    );
}

/**
 * Whether the change is in force at once everywhere: the record is new and the customer has no API keys, so no process
 * can still use an earlier state.
 */
function isFirst(after: Answer, followed: Followed | UsageError): boolean {
  return after['version'] === 1 && !(followed instanceof UsageError) && followed.keys === 0;
}

/**
 * Whether the change is planned for a later time. Any time that is given is later, because the service refuses a time
 * in the past.
 */
function isLater({ body }: Pick<AdminRequest, 'body'>): boolean {
  return memberOf(body, 'from') !== undefined;
}

function describeFailure(followed: Followed | UsageError): string | undefined {
  if (followed instanceof UsageError)
    return `the API keys could not be updated (${followed.message}), so requests with them may be decided by the earlier record`;
  const failed = followed.outside.filter(({ done }) => done !== true);
  if (failed.length === 0) return undefined;
  const list = failed.map(({ step, reason }) => `${printValue(step)}: ${printValue(reason)}`).join('; ');
  return `cached results of authorizers could not be removed (${list}), so they stay until the authorizers' TTL ends, after at most 300 s. Other requests may be decided by the earlier record`;
}

function describeChange(answer: Answer): string {
  const { tenant, state, plan, from, plans } = membersOf(answer['after']);
  const last = listAt({ plans }, 'plans').map(membersOf).at(-1) ?? {};
  return [
    `${printValue(tenant)}: ${state === 'active' ? '' : `${printValue(state)}, `}${printValue(plan)} from ${printValue(from)}`,
    ...(last['from'] === from ? [] : [`then ${printValue(last['plan'])} from ${printValue(last['from'])}`]),
  ].join(', ');
}

/** Describes when the change is in force: at once for some requests, and at the latest at a certain time for all. */
function describeInForce(after: Answer, followed: Followed | UsageError): string {
  const isRefused = after['state'] !== 'active';
  const keys =
    followed instanceof UsageError
      ? ''
      : followed.revoked
        ? `the API keys of the customer are revoked (${followed.keys}); `
        : `the change is in force now for requests with API keys of the customer (${followed.keys})${isRefused ? ', and within 30 s for other requests' : ''}; `;
  // After a suspension or closing, requests that were refused before stay refused.
  const again = !isRefused
    ? 'callers whose requests are currently refused get the new decision within 2 s; '
    : '';
  const everywhere = printValue(after['everywhereBy']);
  const from = listAt(after, 'plans').map(membersOf).at(-1)?.['from'];
  if (typeof from === 'string' && Date.parse(from) > Date.parse(everywhere))
    return `every process knows by ${everywhere} that the change begins at ${from}`;
  return `${keys}${again}the change is in force everywhere by ${everywhere}`;
}

async function list({
  plan,
  state,
  ...flags
}: ReadFlags & { readonly plan?: string; readonly state?: string }): Promise<void> {
  const customers = sortRows(await readCustomers(flags), 'tenant');
  const ofPlan = customers.filter((one) => plan === undefined || planOf(one) === plan);
  printRows(
    ofPlan.filter((one) => state === undefined || one['state'] === state),
    COLUMNS,
  );
  if (plan !== undefined && ofPlan.length === 0) await noteUnknownPlan(plan, flags);
}

async function show(tenant: string, flags: ReadFlags): Promise<void> {
  const customer = await readKnownCustomer(tenant, flags);
  const left = await readLeft(tenant, planOf(customer), flags);
  const reads = (await readRefusalsOrWarn(tenant, flags)).map(({ says }) => says);
  const { plans } = customer;
  const facts = without(customer, 'plans', 'limits');
  const shared = left.filter(({ level }) => level === 'tenant');
  const others = left.filter(({ level }) => level !== 'tenant');
  printResult({ ...customer, left: shared, perKey: others, customerReads: reads }, () => [
    ...table(Object.entries(facts).map(([name, value]) => [FACTS[name] ?? name, printValue(value)])),
    '',
    ...table([['PLAN', 'FROM', 'OWN LIMITS'], ...describeTerms(plans)]),
    ...(shared.length === 0 ? [] : ['', ...rowsToTable(shared, LEFT_COLUMNS)]),
    ...(others.length === 0 ? [] : ['', ...others.map(describeOther)]),
    ...(reads.length === 0 ? [] : ['', ...reads.map(printReads)]),
  ]);
}

const LEFT_COLUMNS = ['limit', 'allowance', 'counted', 'left', 'periodEnd'];
const FACTS: Readonly<Record<string, string>> = {
  from: 'in force since',
  everywhereBy: 'latest change known everywhere by',
};

/** Describes a limit that has no single number for the whole customer. */
function describeOther({ limit, level, quota, rate, concurrency, period, perSeconds }: Answer): string {
  const size =
    quota !== undefined
      ? `${printValue(quota)} per ${printValue(period)}`
      : rate !== undefined
        ? `${printValue(rate)} each ${perSeconds === undefined ? 'second' : `${printValue(perSeconds)} s`}`
        : `${printValue(concurrency)} at once`;
  const whose = level === 'customer' ? 'the customer' : `each ${level === 'key' ? 'key' : 'route of a key'}`;
  const more =
    quota === undefined ? '' : '; gatewright usage show --tenant shows what each customer has used';
  return `${printValue(limit)}: ${size} for ${whose}${more}`;
}

function describeTerms(plans: unknown): readonly (readonly string[])[] {
  return (Array.isArray(plans) ? (plans as readonly Answer[]) : []).map(({ plan, from, limits }) =>
    [plan, from, limits].map(printValue),
  );
}

/** Migrates all customers, page by page. A page may be sent again, because its changes take effect only once. */
async function migrate(flags: ChangeFlags): Promise<void> {
  const sums = { created: 0, kept: 0, mixed: [] as unknown[] };
  let operation = flags.operation;
  for (let cursor: unknown; ;) {
    const body = { cursor: typeof cursor === 'string' ? cursor : undefined };
    const request = { method: 'POST', path: '/quota/migrate-customers', body } as const;
    const sent = await sendChange(request, operation === undefined ? flags : { ...flags, operation });
    operation = sent.operationId;
    sums.created += Number(sent.answer['created']);
    sums.kept += Number(sent.answer['kept']);
    if (Array.isArray(sent.answer['mixed'])) sums.mixed.push(...(sent.answer['mixed'] as readonly unknown[]));
    cursor = sent.answer['next'];
    if (cursor === undefined) break;
  }
  printResult(sums, () =>
    table([
      ['records created', String(sums.created)],
      ['records that already existed', String(sums.kept)],
      [
        'tenants without a record, because they have keys with several plans, or 1,000 keys or more',
        sums.mixed.length === 0 ? '0' : sums.mixed.map(String).join(', '),
      ],
    ]),
  );
  if (sums.created + sums.kept + sums.mixed.length === 0)
    printNotes(
      'No key was assigned a plan with gatewright plan assign. This command does not read plans of gatewright keys create --plan, which are stored with the keys: run gatewright customers create CUSTOMER PLAN for each of these customers.',
    );
}

function readLimits({ limit }: TermFlags): Readonly<Record<string, number>> | undefined {
  const entries = Object.entries(limit).map(([id, text]) => {
    const units = Number(text);
    if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(units)) return [id, units] as const;
    throw new UsageError(`--limit ${id}=${text}: the quota must be a whole number of units`);
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
