/** `gatewright keys`: API keys of the access table, over the admin endpoints. */
import { Command, InvalidArgumentError } from 'commander';
import { addAdminOptions, askAdmin, newOperationId } from './admin-client.ts';
import type { AdminFlags } from './admin-client.ts';
import { readDuration } from '../gateway/index.ts';
import { collectText } from './options.ts';
import { paint, table, UsageError } from './output.ts';

type JsonFlags = AdminFlags & { readonly json: boolean };
type ChangeFlags = JsonFlags & { readonly operation?: string };
type CreateFlags = ChangeFlags & {
  readonly tenant: string;
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

type Answer = Readonly<Record<string, unknown>>;

export function keysCommand(): Command {
  const keys = new Command('keys').description('API keys: who has one, new ones, rotation, revocation.');
  for (const command of [createCommand(), listCommand(), showCommand(), rotateCommand(), revokeCommand()])
    keys.addCommand(command.exitOverride().showHelpAfterError('Run with --help to see what there is.'));
  return keys;
}

function aCommand(name: string, description: string): Command {
  return addAdminOptions(new Command(name).description(description)).option('--json', 'as JSON', false);
}

function aChange(name: string, description: string): Command {
  return aCommand(name, description).option(
    '--operation <id>',
    'id of the change; sent again it counts once',
  );
}

function createCommand(): Command {
  return aChange('create', 'Make a key. It is printed once; nobody can show it again.')
    .requiredOption('--tenant <name>', 'customer whose key it is')
    .requiredOption('--prefix <prefix>', 'how the key begins: of an apiKey issuer in an access document')
    .option('--name <text>', 'for people')
    .option('--owner <name>', 'user or system of the tenant')
    .option('--role <name>', 'a role (repeatable)', collectText, [])
    .option('--scope <name>', 'a scope (repeatable)', collectText, [])
    .option('--plan <id>', 'usage plan of the quotas')
    .option('--meta <name=value>', 'a further claim (repeatable)', collectMetadata, {})
    .option('--expires <duration>', 'lifetime: 90d, 12h; never ends when left out', readSeconds)
    .option('--native-plan <id>', "API Gateway's own usage plan that counts the key")
    .action(create);
}

async function create(flags: CreateFlags): Promise<void> {
  const { tenant, prefix, name, owner, role, scope, plan, meta, expires, nativePlan } = flags;
  const given = { name, owner, plan, lifetimeSeconds: expires, usagePlanId: nativePlan };
  const body = { tenant, prefix, roles: role, scopes: scope, metadata: meta, ...withoutAbsent(given) };
  await change('/access/keys', body, flags);
}

function listCommand(): Command {
  return aCommand('list', 'List the keys of a tenant.')
    .requiredOption('--tenant <name>', 'customer')
    .action(async ({ tenant, json, url }: JsonFlags & { readonly tenant: string }) => {
      const keys = await listAll(tenant, withoutAbsent({ url }));
      const rows = keys.map((key) =>
        ['keyId', 'state', 'name', 'createdAt', 'notAfter', 'lastUsedAt'].map((field) => textOf(key[field])),
      );
      const lines = table([['KEY', 'STATE', 'NAME', 'CREATED', 'ENDS', 'LAST USED'], ...rows]);
      process.stdout.write(json ? `${JSON.stringify(keys)}\n` : `${lines.join('\n')}\n`);
    });
}

async function listAll(tenant: string, flags: AdminFlags): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  for (let after: string | undefined; ;) {
    const page = await askAdmin({ method: 'GET', path: '/access/keys', query: { tenant, after } }, flags);
    const { keys, next } = page;
    if (Array.isArray(keys)) found.push(...(keys as readonly Answer[]));
    if (typeof next !== 'string') return found;
    after = next;
  }
}

function showCommand(): Command {
  return aCommand('show', 'Show a key and who changed it, never its secret.')
    .argument('<key-id>', 'id of the key')
    .action(async (keyId: string, flags: JsonFlags) => {
      print(await askAdmin({ method: 'GET', path: pathOf(keyId) }, flags), flags);
    });
}

function rotateCommand(): Command {
  return aChange('rotate', 'Give a key a further secret. The one before stays good for a while.')
    .argument('<key-id>', 'id of the key')
    .option('--overlap <duration>', 'how long: 1h, 7d; 0s ends all earlier ones now', readSeconds, 86_400)
    .action((keyId: string, flags: ChangeFlags & { readonly overlap: number }) =>
      change(`${pathOf(keyId)}/rotate`, { overlapSeconds: flags.overlap }, flags),
    );
}

function revokeCommand(): Command {
  return aChange('revoke', 'End a key for good, and have kept answers forgotten.')
    .argument('<key-id>', 'id of the key')
    .action((keyId: string, flags: ChangeFlags) => change(`${pathOf(keyId)}/revoke`, {}, flags));
}

/** @throws UsageError where API Gateway did not do its part, with what to do */
async function change(path: string, body: object, flags: ChangeFlags): Promise<void> {
  const operationId = flags.operation ?? newOperationId();
  const answer = await askAdmin({ method: 'POST', path, body, operationId }, flags);
  print(answer, flags);
  if (!path.endsWith('/revoke') && typeof answer['key'] !== 'string')
    throw new UsageError(
      'this operation was carried out before and showed its key then; rotate the key for another',
    );
  const steps: readonly unknown[] = Array.isArray(answer['outside']) ? answer['outside'] : [];
  const failed = (steps as readonly Answer[]).filter(({ done }) => done !== true);
  if (failed.length === 0) return;
  const list = failed.map(({ step, reason }) => `${textOf(step)}: ${textOf(reason)}`).join('; ');
  throw new UsageError(
    `the key is changed, but API Gateway is not (${list}); kept answers end by themselves with the authorizers' TTL, ` +
      `or send it again with --operation ${operationId}`,
  );
}

/** The key itself goes to stdout alone, so that it can be piped to where it is kept. */
function print(answer: Answer, { json }: JsonFlags): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const { key, ...rest } = answer;
  const isChange = Array.isArray(answer['outside']);
  const rows = Object.entries(rest)
    .filter(([name]) => name !== 'outside')
    .map(([name, value]) => [name, textOf(value)]);
  const out = isChange ? process.stderr : process.stdout;
  out.write(`${table(rows).join('\n')}\n`);
  if (typeof key !== 'string') return;
  process.stderr.write(`${paint('yellow', 'This is the only time that the key is shown:')}\n`);
  process.stdout.write(`${key}\n`);
}

function pathOf(keyId: string): string {
  return `/access/keys/${encodeURIComponent(keyId)}`;
}

function textOf(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function collectMetadata(text: string, metadata: Readonly<Record<string, string>>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...metadata, [text.slice(0, equals)]: text.slice(equals + 1) };
}

function readSeconds(text: string): number {
  const ms = readDuration(text);
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('Write it as 15m, 1h or 2d.');
  return Math.round(ms / 1000);
}

function withoutAbsent<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
