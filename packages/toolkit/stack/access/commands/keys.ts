/** `gatewright keys` manages API keys of the access table through the admin endpoints. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { LAST_USE_EVERY_SECONDS } from '#shared/access/keys/last-use.ts';
import { readKeyId } from './key-id.ts';
import { valueCommand } from './key-value.ts';
import { noteUnknownTenant } from '../../quota/commands/unknown-names.ts';
import { readDuration } from '@gatewright/aws/text/duration';
import { readCustomers } from '../../quota/commands/read-customers.ts';
import { textAt } from '../../../terminal/aws-call.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import {
  changeCommand,
  printAnswer,
  printRows,
  printValue,
  readCommand,
  readPages,
  requireOutside,
  sendChange,
  without,
  sortRows,
} from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import { collectPair, collectText } from '../../../terminal/options.ts';
import {
  colorize,
  printMessage,
  printNotes,
  printResult,
  table,
  UsageError,
} from '../../../../base/terminal/output.ts';

type CreateFlags = ChangeFlags & {
  readonly tenant?: string;
  readonly customer?: string;
  readonly prefix: string;
  readonly name?: string;
  readonly owner?: string;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly plan?: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly expires?: number;
  readonly nativePlan?: string;
};

/** The argument of the commands that show or change one key. */
const KEY = [
  '<key-id>',
  'id of the key; a whole key also works, and its secret is not sent',
  readKeyId,
] as const;
const COLUMNS = ['keyId', 'state', 'name', 'createdAt', 'notAfter', 'lastUsedAt'];
const HEADINGS = ['KEY', 'STATE', 'NAME', 'CREATED', 'ENDS', 'LAST USED'];
const ABOUT_LAST_USE = `The time of a key’s last use is recorded at most every ${LAST_USE_EVERY_SECONDS / 60} minutes, and not for requests that a cached result of the authorizer admits, so a key may have been used later.`;

function noteLastUse(keys: readonly Answer[]): void {
  if (keys.some((key) => textAt(key, 'lastUsedAt') !== undefined)) printNotes(ABOUT_LAST_USE);
}

export function keysCommand(): Command {
  const keys = new Command('keys').description('Create, list, rotate and revoke API keys.');
  keys.addHelpText(
    'after',
    '\nKeys belong to a customer (gatewright customers), whose record names the plan of all its keys. Closing the customer revokes its keys.\n' +
      '\nIf a key has leaked:\n' +
      '  gatewright keys rotate KEY-ID --overlap 0s   a new secret; the one that leaked is refused at once\n' +
      '  gatewright keys revoke KEY-ID                no new secret; the key is refused permanently',
  );
  for (const command of [createCommand(), listCommand(), showCommand(), rotateCommand(), revokeCommand()])
    keys.addCommand(command);
  return keys.addCommand(valueCommand());
}

function createCommand(): Command {
  return changeCommand('create', 'Create a key and print it once; it cannot be shown again.')
    .option(
      '--customer <name>',
      'owner of the key, if it has a customer record; the record determines the plan',
    )
    .option('--tenant <name>', 'owner of the key, if it has no customer record')
    .requiredOption(
      '--prefix <prefix>',
      'first part of the key: the prefix of an apiKey issuer in an access document',
    )
    .option('--name <text>', 'display name')
    .option('--owner <name>', 'user or system of the tenant that uses the key (claim owner)')
    .option('--role <name>', 'role of the key (repeatable)', collectText, [])
    .option('--scope <name>', 'scope of the key (repeatable)', collectText, [])
    .option(
      '--plan <id>',
      'customer plan that sets the quotas of the key, if the owner has no customer record',
    )
    .option('--meta <name=value>', 'additional claim of the key (repeatable)', collectPair, {})
    .option('--expires <duration>', 'lifetime, such as 90d or 12h (default: unlimited)', readSeconds)
    .option('--native-plan <id>', 'API Gateway usage plan that counts requests with the key')
    .action(create);
}

async function create(flags: CreateFlags): Promise<void> {
  const { tenant, customer, prefix, name, owner, role, scope, plan, meta, expires, nativePlan } = flags;
  const given = { name, owner, plan, lifetimeSeconds: expires, usagePlanId: nativePlan };
  const body = { tenant, customer, prefix, roles: role, scopes: scope, metadata: meta, ...given };
  await change('/access/keys', body, flags);
  if (role.length === 0 && scope.length === 0)
    printNotes(
      'The key has no role and no scope, so only rules that require neither a role nor a scope allow its requests. To give it a role, create another key with --role, and revoke this one; gatewright access matrix prints what each role may call.',
    );
}

function listCommand(): Command {
  return readCommand('list', `List the keys of a tenant, or of all customers. ${ABOUT_LAST_USE}`)
    .option('--customer, --tenant <name>', 'owner of the keys (default: every customer with a record)')
    .action(async ({ tenant, ...flags }: ReadFlags & { readonly tenant?: string }) => {
      if (tenant === undefined) {
        await listAll(flags);
        return;
      }
      const listing = { path: '/access/keys', member: 'keys', query: { tenant } };
      const keys = sortRows(await readPages(listing, flags), 'name');
      printRows(keys, COLUMNS, HEADINGS);
      noteLastUse(keys);
      if (keys.length === 0) await noteUnknownTenant(tenant, flags);
    });
}

/** The table has keys by tenant only, so the keys of tenants without a record are in no list. */
async function listAll(flags: ReadFlags): Promise<void> {
  const all: Answer[] = [];
  for (const customer of sortRows(await readCustomers(flags), 'tenant')) {
    const tenant = textAt(customer, 'tenant') ?? '';
    const keys = await readPages({ path: '/access/keys', member: 'keys', query: { tenant } }, flags);
    all.push(...sortRows(keys, 'name').map((key) => ({ tenant, ...key })));
  }
  printRows(all, ['tenant', ...COLUMNS], ['CUSTOMER', ...HEADINGS]);
  noteLastUse(all);
  printNotes(
    'These are the keys of the customers with a record. For the keys of a tenant without a record, pass --tenant.',
  );
}

function showCommand(): Command {
  return readCommand('show', `Show a key, without its secret, and the changes made to it. ${ABOUT_LAST_USE}`)
    .argument(...KEY)
    .action(async (keyId: string, flags: ReadFlags) => {
      const answer = await callAdminJson({ method: 'GET', path: pathOf(keyId) }, flags);
      const { secrets, changes } = answer;
      printAnswer(answer, {
        ...answer,
        ...(secrets !== undefined && { secrets: describeSecrets(secrets) }),
        ...(changes !== undefined && { changes: describeChanges(changes) }),
      });
      noteLastUse([answer]);
    });
}

function rotateCommand(): Command {
  return changeCommand(
    'rotate',
    'Add a new secret to a key; its earlier secrets stay valid for --overlap. For a key that has leaked, pass --overlap 0s.',
  )
    .argument(...KEY)
    .addOption(
      new Option(
        '--overlap <duration>',
        'how long earlier secrets stay valid, such as 1h or 7d; 0s ends them now',
      )
        .argParser(readSeconds)
        .default(86_400, '1d'),
    )
    .action(async (keyId: string, flags: ChangeFlags & { readonly overlap: number }) => {
      const { secrets } = await change(`${pathOf(keyId)}/rotate`, { overlapSeconds: flags.overlap }, flags);
      const [, earlier] = Array.isArray(secrets) ? secrets.map(membersOf) : [];
      const { notAfter } = earlier ?? {};
      if (flags.overlap > 0 && typeof notAfter === 'string')
        printNotes(
          `The earlier secret is accepted until ${notAfter}. If it has leaked, run gatewright keys rotate ${keyId} --overlap 0s, and use the secret that this command prints.`,
        );
    });
}

function revokeCommand(): Command {
  return changeCommand(
    'revoke',
    'Revoke a key with all its secrets permanently, and flush the cached results of authorizers.',
  )
    .argument(...KEY)
    .action(async (keyId: string, flags: ChangeFlags) => {
      await change(`${pathOf(keyId)}/revoke`, {}, flags);
    });
}

/**
 * Sends a change to an API key and prints the result.
 * @throws UsageError if a step in API Gateway failed, or if a repeated operation can no longer show its key. The
 * message tells the user what to do.
 */
async function change(path: string, body: object, flags: ChangeFlags): Promise<Answer> {
  const sent = await sendChange({ method: 'POST', path, body }, flags);
  const { answer } = sent;
  printChange(answer);
  if (!path.endsWith('/revoke') && typeof answer['key'] !== 'string')
    throw new UsageError(
      'this operation was already applied, and its key cannot be shown again; to get a new secret, run gatewright keys rotate',
    );
  requireOutside(sent);
  return answer;
}

/** Only the key is printed to stdout, so that it can be piped. */
function printChange(answer: Answer): void {
  const { key, note } = answer;
  const rows = Object.entries(without(answer, 'key', 'outside', 'note')).map(([name, value]) => [
    name,
    name === 'secrets' ? describeSecrets(value) : printValue(value),
  ]);
  printNotes(table(rows));
  if (typeof note === 'string') printMessage('yellow', note);
  if (typeof key === 'string')
    printNotes(colorize('yellow', 'Save the key now, because it cannot be shown again:', process.stderr));
  printResult(answer, () => (typeof key === 'string' ? key : []));
}

/** The secrets themselves are not stored. Only a rotation sets an expiry time for a secret. */
function describeSecrets(value: unknown): string {
  const secrets = Array.isArray(value) ? value.map(membersOf) : [];
  return secrets
    .map(({ createdAt, notAfter }) => {
      const end = notAfter === undefined ? '' : `, accepted until ${printValue(notAfter)}`;
      return `created ${printValue(createdAt)}${end}`;
    })
    .join('; ');
}

function describeChanges(value: unknown): string {
  const changes = Array.isArray(value) ? value.map(membersOf) : [];
  return changes
    .map(({ kind, by, at }) => `${printValue(kind)} at ${printValue(at)} by ${printValue(by)}`)
    .join('; ');
}

function pathOf(keyId: string): string {
  return `/access/keys/${encodeURIComponent(keyId)}`;
}

export function readSeconds(text: string): number {
  const ms = readDuration(text);
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('Write it as 15m, 1h or 2d.');
  return Math.round(ms / 1000);
}
