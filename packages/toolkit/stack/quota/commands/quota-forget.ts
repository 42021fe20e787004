/**
 * `gatewright customers delete`, which is also `gatewright quota forget`, deletes a customer's data from the tables and
 * counts what is left. It uses the permissions of the user who runs it.
 */
import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import { givenEndpoint } from '@gatewright/aws/endpoint-variables';
import { regionalAddress } from '@gatewright/aws/service-address';
import { printAnswer } from '../../commands/admin-commands.ts';
import type { Answer } from '../../commands/admin-commands.ts';
import { isSafeEndpoint } from '../../../terminal/aws-session.ts';
import { collectText } from '../../../terminal/options.ts';
import { DELETED_CUSTOMER, forget, survey } from './forget-customer.ts';
import type { Survey, Tables, SweptTable } from './forget-customer.ts';
import { printNotes, UsageError } from '../../../../base/terminal/output.ts';
import {
  addGatewayOptions,
  callGateway,
  findGateway,
  readGatewayClock,
  readMember,
} from '../../../terminal/running-gateway.ts';
import * as RETRIES from '@gatewright/aws/retry-rules';
import { COMMAND_LIMITS, requireReply } from '@gatewright/aws/bounded-reply';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { callSigned } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { parseItem, parseKey, printItem, printKey, printWrite } from '#shared/table/dynamodb-expression.ts';
import type { DynamoDbItem } from '#shared/table/dynamodb-expression.ts';
import type { ItemKey } from '#shared/table/item-write.ts';
import type { ListedItem } from '#shared/table/listing.ts';

type ForgetFlags = {
  readonly confirm?: string;
  readonly evenIfOpen?: boolean;
  readonly invoiced: readonly string[];
  readonly stage: string;
  readonly usageTable?: string;
  readonly accessTable?: string;
  readonly portalTable?: string;
  readonly region?: string;
  readonly reference?: string;
};

const NAMED = 5;

export function forgetCommand(name: 'forget' | 'delete'): Command {
  return addGatewayOptions(
    new Command(name).description(
      'Delete all data of a customer and verify that nothing remains; without --confirm, only count the data.',
    ),
  )
    .argument('<tenant>', 'name of the customer')
    .option('--confirm <tenant>', 'name of the customer again, to confirm the deletion')
    .option(
      '--invoiced <number>',
      'number of an invoice that you have saved; records of the last 35 days are deleted only if all their invoices are named (repeatable)',
      collectText,
      [],
    )
    .option(
      '--even-if-open',
      'delete even if periods are open or invoices were not made; amounts that were not invoiced are lost',
    )
    .option(
      '--stage <name>',
      'stage in the names of the tables, gatewright-STAGE-usage, gatewright-STAGE-access and gatewright-STAGE-portal',
      'dev',
    )
    .option('--usage-table <name>', 'name of the usage table, if it is not gatewright-STAGE-usage')
    .option('--access-table <name>', 'name of the access table, if it is not gatewright-STAGE-access')
    .option('--portal-table <name>', 'name of the portal table, if it is not gatewright-STAGE-portal')
    .addOption(
      new Option(
        '--region <region>',
        'region of the deployed stack, which is called with the credentials of the AWS_* variables (default: local gateway)',
      ),
    )
    .option('--reference <text>', 'reason for the audit log, without personal data')
    .action(run);
}

async function run(tenant: string, flags: ForgetFlags): Promise<void> {
  const { confirm, reference, evenIfOpen = false, invoiced } = flags;
  if (confirm !== undefined && confirm !== tenant)
    throw new UsageError(
      `--confirm is ${JSON.stringify(confirm)}, but the customer is ${tenant}, so nothing was deleted. To delete its data, pass --confirm ${tenant}`,
    );
  if (reference?.includes(tenant) === true)
    throw new UsageError(
      '--reference must not contain the name of the customer, because the reference stays in the audit log',
    );
  const at = await findTables(flags);
  const names = {
    usage: flags.usageTable ?? `gatewright-${flags.stage}-usage`,
    access: flags.accessTable ?? `gatewright-${flags.stage}-access`,
    portal: flags.portalTable ?? `gatewright-${flags.stage}-portal`,
  };
  const tables: Tables = {
    usage: openSweptTable(at, names.usage),
    access: openSweptTable(at, names.access),
    // A stack has the portal table only if it includes the part portal. A table that the user has named must exist.
    portal: openSweptTable(at, names.portal, flags.portalTable === undefined),
  };
  const before = await survey(tables, tenant, await readClock(flags));
  const found = Object.fromEntries([...before.found].sort(([a], [b]) => (a < b ? -1 : 1)));
  const counts = { nativeKeys: before.nativeKeys, open: before.openMoney, invoices: before.invoices };
  const obstacles = describeObstacles(tenant, before, invoiced);
  if (confirm === undefined) {
    printAnswer({ found, ...counts }, describeFound(before));
    const notes = sum(before) === 0 ? [`Nothing is stored about ${tenant}.`] : describeKept(tenant);
    for (const note of [...notes, ...obstacles]) printNotes(note);
    return;
  }
  if (obstacles.length > 0 && !evenIfOpen)
    throw new UsageError(
      `nothing was deleted. ${obstacles.join('. ')}. Or pass --even-if-open, and lose the amounts that were not invoiced`,
    );
  await forget(tables, tenant);
  const after = await survey(tables, tenant, await readClock(flags));
  const left = sum(after);
  await logForgotten(at, names.usage, entryOf(at, await readClock(flags), sum(before), reference));
  printAnswer({ deleted: found, ...counts, left }, { ...describeFound(before, ' deleted'), left });
  if (before.nativeKeys.length > 0)
    printNotes(
      `API Gateway still has these keys of the customer: ${before.nativeKeys.join(', ')}. Delete each with aws apigateway delete-api-key --api-key ID`,
    );
  if (left > 0)
    throw new UsageError(
      `not everything was deleted: ${left} ${left === 1 ? 'item' : 'items'} remained, because requests of the customer were served while the command ran. Revoke the credentials of the customer, and run the command again`,
    );
}

/**
 * Names of the kinds of items, for people who sell access. They replace the names that the tables use. JSON output
 * keeps the tables' names.
 */
const MEANINGS: Readonly<Record<string, string>> = {
  heads: 'quotas',
  ledgers: 'periods of quotas',
  keys: 'plans of keys',
  rates: 'rate limits',
  permits: 'limits of concurrent requests',
  operations: 'marks of changes that were made',
  'seen requests': 'marks of requests that were counted',
  'lists of API keys': 'list of its API keys',
  others: 'other records of the customer',
};

/** Returns a line for each kind of item and for each invoice, in words for people. */
export function describeFound({ found, nativeKeys, openMoney, invoices }: Survey, done = ''): Answer {
  const kinds = [...found].map(([kind, count]) => [MEANINGS[kind] ?? kind, count] as const);
  return {
    ...Object.fromEntries(
      kinds.sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => [kind, `${count}${done}`]),
    ),
    ...(nativeKeys.length > 0 && { 'keys of API Gateway': nativeKeys }),
    ...(openMoney.length > 0 && { 'periods that are not closed': openMoney }),
    ...Object.fromEntries(
      invoices.map(({ number, month, total, currency }) => [
        `invoice ${number}`,
        `${month}: ${total} ${currency}`,
      ]),
    ),
  };
}

function sum({ found }: Survey): number {
  return [...found.values()].reduce((total, count) => total + count, 0);
}

/** Returns the steps that are necessary before the deletion, each with its command. */
export function describeObstacles(
  tenant: string,
  { openMoney, invoices, isActive }: Pick<Survey, 'openMoney' | 'invoices' | 'isActive'>,
  invoiced: readonly string[],
): readonly string[] {
  const others = openMoney.length > NAMED ? ` and ${openMoney.length - NAMED} more` : '';
  const first = isActive
    ? `gatewright customers close ${tenant} now, so that no further period begins, and `
    : '';
  const unproven = invoices.filter(({ number }) => !invoiced.includes(number));
  return [
    ...(openMoney.length === 0
      ? []
      : [
          `These periods have usage with a price, or a fee, and are not closed: ${openMoney.slice(0, NAMED).join(', ')}${others}. Run ${first}gatewright usage close 15 minutes after the last of them ends`,
        ]),
    ...unproven.map(
      ({ number, month, currency, total }) =>
        `Invoice ${number} of ${total} ${currency} can no longer be made once the records of ${month} are deleted: save it with gatewright usage invoice --period ${month} --tenant ${tenant} --format pdf --out ., then pass --invoiced ${number}`,
    ),
  ];
}

/** Describes what remains after the deletion, and until when. */
function describeKept(tenant: string): readonly string[] {
  return [
    `These stay: the audit log (the kind, time and administrator of each change, without the name ${tenant}), backups for 35 days, and logs for the days in logRetentionDays. Gatewright stores no invoices: keep yours as long as the tax law of your country requires.`,
    `To delete, pass --confirm ${tenant}.`,
  ];
}

function entryOf(
  { accessKeyId }: DynamoDbAccess,
  nowEpochMs: number,
  items: number,
  reference: string | undefined,
): Parameters<typeof logForgotten>[2] {
  const at = new Date(nowEpochMs).toISOString();
  const entry = {
    operationId: '-',
    kind: 'forget-customer',
    by: `access key ${accessKeyId}`,
    at,
    target: DELETED_CUSTOMER,
    input: reference === undefined ? {} : { reference },
    before: { items },
    after: {},
  };
  const sk = `${at}#${randomBytes(6).toString('hex')}`;
  return { key: { pk: `AUDIT#${at.slice(0, 10)}`, sk }, doc: JSON.stringify(entry) };
}

/**
 * Returns the current time by the clock with which the items of the tables were written. It is the clock of the local
 * gateway or, for tables on AWS, the clock of this machine.
 */
async function readClock({ region }: ForgetFlags): Promise<number> {
  return region === undefined ? await readGatewayClock() : Date.now();
}

async function findTables({ region }: ForgetFlags): Promise<DynamoDbAccess> {
  if (region === undefined) {
    const { accessKeyId, secretAccessKey, controlUrl } = await findGateway();
    const served = String(readMember(await callGateway('GET', 'status'), 'region'));
    return { endpoint: controlUrl, region: served, accessKeyId, secretAccessKey };
  }
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  const { AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new UsageError(
      '--region needs the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: to set them, run eval "$(aws configure export-credentials --format env)"',
    );
  const endpoint = givenEndpoint('dynamodb', process.env) ?? regionalAddress('dynamodb', region);
  if (!isSafeEndpoint(endpoint))
    throw new UsageError(
      `the endpoint of DynamoDB is ${endpoint}: set AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL to an address that begins with https://`,
    );
  return { endpoint, region, accessKeyId, secretAccessKey, sessionToken };
}

/**
 * Access to the items of a DynamoDB table with the user's permissions. No function of the stack has these permissions.
 */
type DynamoDbAccess = AwsCredentials & {
  readonly endpoint: string;
  readonly region: string;
};

const TIMEOUT_MS = 20_000;

function openSweptTable(at: DynamoDbAccess, tableName: string, mayBeMissing = false): SweptTable {
  const named = (input: object): object => ({ TableName: tableName, ...input });
  return {
    async *scan() {
      for (let after: unknown; ;) {
        const asked = named({ ConsistentRead: true, ExclusiveStartKey: after });
        const page = await ask(at, 'Scan', asked).catch((error: unknown) => {
          if (mayBeMissing && String(error).includes('ResourceNotFoundException')) return undefined;
          throw error;
        });
        if (page === undefined) return;
        const items = Array.isArray(page['Items']) ? (page['Items'] as readonly DynamoDbItem[]) : [];
        for (const item of items) yield toKept(item);
        after = page['LastEvaluatedKey'];
        if (after === undefined) return;
      }
    },
    async remove(key) {
      await ask(at, 'DeleteItem', named({ Key: printKey(key) }));
    },
    async rewrite(key, { before, after }) {
      // The condition also accepts the new value. If a response was lost and the write is repeated, the item already
      // contains the new value.
      const isKnown = (value: string) => ({ attribute: 'doc', is: 'equal', value }) as const;
      const when = [{ is: 'any-of', of: [before, after].map(isKnown) }] as const;
      const change = { kind: 'update', set: { doc: after } } as const;
      await ask(at, 'UpdateItem', printWrite(tableName, { key, when, change }));
    },
  };
}

/**
 * Writes an audit entry which says that a customer was forgotten. The entry contains who did it and why, but not the
 * customer's name.
 */
async function logForgotten(
  at: DynamoDbAccess,
  tableName: string,
  { key, doc }: { readonly key: ItemKey; readonly doc: string },
): Promise<void> {
  await ask(at, 'PutItem', { TableName: tableName, Item: printItem(key, { doc }) });
}

function toKept(item: DynamoDbItem): ListedItem {
  return { key: parseKey(item), item: parseItem(item) };
}

/**
 * Calls an operation of DynamoDB.
 * @throws UsageError if the table refuses the call or does not respond
 */
async function ask(at: DynamoDbAccess, operation: string, input: object): Promise<UnknownMembers> {
  const { endpoint, region, ...credentials } = at;
  const url = new URL(endpoint);
  const headers = {
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': `DynamoDB_20120810.${operation}`,
  };
  const call = { method: 'POST', url, service: 'dynamodb', region, credentials, headers } as const;
  const reply = await callSigned(
    { ...call, ...COMMAND_LIMITS, timeoutMs: TIMEOUT_MS, body: JSON.stringify(input) },
    { rule: RETRIES.table },
  );
  const { status, text } = requireReply(url, reply);
  const answer = parseJsonObject(text);
  if (status === 200 && answer !== undefined) return answer;
  const said = ['__type', 'message', 'Message'].map((name) => asText(answer?.[name]) ?? '').join(' ');
  throw new UsageError(
    `DynamoDB refused ${operation}: ${said.trim()} (${status}). Completed changes are kept; you can run the command again`,
  );
}
