/** What the commands over the quotas' admin endpoints share. */
import { Command, InvalidArgumentError } from 'commander';
import { printPathName } from '#shared/http/path-name.ts';
import { addAdminOptions, askAdmin, newOperationId } from './admin-client.ts';
import type { AdminFlags, AdminRequest } from './admin-client.ts';
import { table, UsageError } from './output.ts';

export type Answer = Readonly<Record<string, unknown>>;
export type ReadFlags = AdminFlags & { readonly json: boolean };
export type ChangeFlags = ReadFlags & { readonly operation?: string };

export const HINT = 'Run with --help to see what there is.';

export function readCommand(name: string, description: string): Command {
  return addAdminOptions(new Command(name).description(description))
    .option('--json', 'as JSON', false)
    .exitOverride()
    .showHelpAfterError(HINT);
}

export function changeCommand(name: string, description: string): Command {
  return readCommand(name, description).option(
    '--operation <id>',
    'id of the change; sent again it counts once',
  );
}

/** Sends a change and prints what it has come to. */
export async function change(request: Omit<AdminRequest, 'operationId'>, flags: ChangeFlags): Promise<void> {
  const operationId = flags.operation ?? newOperationId();
  const answer = await askAdmin({ ...request, operationId }, flags).catch((error: unknown) => {
    // Nobody knows whether it landed; the same id finds out.
    if (error instanceof UsageError && /STORE_UNAVAILABLE|cannot be reached/.test(error.message))
      throw new UsageError(`${error.message}; send it again with --operation ${operationId}`);
    throw error;
  });
  printAnswer(answer, flags);
}

/** Members line by line, or all as JSON. */
export function printAnswer(answer: Answer, { json }: { readonly json: boolean }): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const rows = Object.entries(answer).map(([name, value]) => [name, printValue(value)]);
  process.stdout.write(`${table(rows).join('\n')}\n`);
}

/** Rows of a listing as a table of some of their members. */
export function printRows(
  rows: readonly Answer[],
  columns: readonly string[],
  { json }: { readonly json: boolean },
): void {
  const lines = table([columns, ...rows.map((row) => columns.map((column) => printValue(row[column])))]);
  process.stdout.write(json ? `${JSON.stringify(rows)}\n` : `${lines.join('\n')}\n`);
}

/** The rows of every page of a listing. */
export async function readPages(
  path: string,
  member: string,
  query: AdminRequest['query'],
  flags: AdminFlags,
): Promise<readonly Answer[]> {
  const all: Answer[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await askAdmin({ method: 'GET', path, query: { ...query, cursor } }, flags);
    const rows = page[member];
    if (Array.isArray(rows)) all.push(...(rows as readonly Answer[]));
    if (typeof page['next'] !== 'string') return all;
    cursor = page['next'];
  }
}

/** `/quota/tenants/acme/keys/key-1` */
export function ownerPath(tenant: string, key?: string): string {
  const owner = `/quota/tenants/${printPathName(tenant)}`;
  return key === undefined ? owner : `${owner}/keys/${printPathName(key)}`;
}

export function readUnits(text: string): number {
  const units = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(units)) return units;
  throw new InvalidArgumentError('Write a whole number of units.');
}

export function readInstant(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError(
    'Write an instant such as 2026-11-20T00:00:00Z, or a day such as 2026-11-20.',
  );
}

function printValue(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
