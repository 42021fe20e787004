/** Functions that the commands for the admin endpoints share: options, sending a change, and printing results. */
import { compareNames } from '@gatewright/aws/text/name-order';
import { textAt } from '../../terminal/aws-call.ts';
import { Command } from 'commander';
import { addAdminOptions, AdminError, callAdminJson, newOperationId } from '../../terminal/admin-client.ts';
import { callWithNames } from './existing-names.ts';
import type { AdminFlags } from '../../terminal/admin-client.ts';
import type { AdminRequest } from '../../terminal/admin-request.ts';
import { printResult, table, UsageError } from '../../../base/terminal/output.ts';

export type Answer = Readonly<Record<string, unknown>>;
export type ReadFlags = AdminFlags;
export type ChangeFlags = ReadFlags & { readonly operation?: string };

/** A completed change. `operationId` is the given id, or an id that was generated for the change. */
export type SentChange = { readonly answer: Answer; readonly operationId: string };

export function readCommand(name: string, description: string): Command {
  return addAdminOptions(new Command(name).description(description));
}

export function changeCommand(name: string, description: string): Command {
  return readCommand(name, description).option(
    '--operation <id>',
    'id of your choice for this change (default: a new one); a repeated command with the same id is applied only once',
  );
}

/**
 * Sends a change to the admin endpoints.
 * @throws UsageError if the change fails. If it is unknown whether the change was made, the message contains the
 * operation id with which to repeat it.
 */
export async function sendChange(
  request: Omit<AdminRequest, 'operationId'>,
  flags: ChangeFlags,
): Promise<SentChange> {
  const operationId = flags.operation ?? newOperationId();
  try {
    return { answer: await callWithNames({ ...request, operationId }, flags), operationId };
  } catch (error) {
    if (mayHaveLanded(error))
      throw new UsageError(
        `${error.message}; the change may have been applied. Run the same command again with --operation ${operationId}`,
        {
          cause: error,
        },
      );
    throw error;
  }
}

/** Whether the change may have been applied although the request failed. */
function mayHaveLanded(error: unknown): error is AdminError {
  if (!(error instanceof AdminError)) return false;
  return error.kind === 'unreachable' || error.problem.code === 'STORE_UNAVAILABLE';
}

/** Returns the steps in API Gateway that followed a change of the access table, each as `{ step, done, reason }`. */
export function outsideSteps({ outside }: Answer): readonly Answer[] {
  return Array.isArray(outside) ? (outside as readonly Answer[]) : [];
}

/**
 * Checks that every step in API Gateway succeeded.
 * @throws UsageError if a step failed. The message tells the user what to do.
 */
export function requireOutside({ answer, operationId }: SentChange): void {
  const failed = outsideSteps(answer).filter(({ done }) => done !== true);
  if (failed.length === 0) return;
  const list = failed.map(({ step, reason }) => `${printValue(step)}: ${printValue(reason)}`).join('; ');
  throw new UsageError(
    `the change was made, but the calls to API Gateway failed (${list}). Cached results remain until the ` +
      `authorizers' TTL ends; to repeat the calls, run the same command again with --operation ${operationId}`,
  );
}

/** Prints one member per line. */
export function printAnswer(answer: Answer, shown = answer): void {
  printResult(answer, () => table(Object.entries(shown).map(([name, value]) => [name, printValue(value)])));
}

/** Prints the rows of a list as a table with some of their members. `headings` renames members. */
export function printRows(
  rows: readonly Answer[],
  columns: readonly string[],
  headings = columns,
  shown = rows,
): void {
  printResult(rows, () => rowsToTable(shown, columns, headings));
}

export function rowsToTable(
  rows: readonly Answer[],
  columns: readonly string[],
  headings = columns,
): readonly string[] {
  return table([headings, ...rows.map((row) => columns.map((column) => printValue(row[column])))]);
}

/**
 * Returns rows in the order in which people read the names in a column. Rows without a name come last; rows with equal
 * names keep their order.
 */
export function sortRows(rows: readonly Answer[], column: string): readonly Answer[] {
  return rows.toSorted((a, b) => {
    const [one, other] = [textAt(a, column), textAt(b, column)];
    if (one === undefined || other === undefined)
      return Number(one === undefined) - Number(other === undefined);
    return compareNames(one, other);
  });
}

type Listing = Pick<Required<AdminRequest>, 'path' | 'query'> & { readonly member: string };

export async function readPages(listing: Listing, flags: AdminFlags): Promise<readonly Answer[]> {
  const all: Answer[] = [];
  for await (const rows of eachPage(listing, flags)) all.push(...rows);
  return all;
}

/** Reads the first pages of a list. `isCut` is true if there are more pages. */
export async function readFirstPages(
  pages: AsyncGenerator<readonly Answer[]>,
  most: number,
): Promise<{ readonly rows: readonly Answer[]; readonly isCut: boolean }> {
  const all: Answer[] = [];
  let left = most;
  for await (const rows of pages) {
    if (left === 0) return { rows: all, isCut: true };
    all.push(...rows);
    left -= 1;
  }
  return { rows: all, isCut: false };
}

/** Yields the rows of a list page by page, for callers that may need only some pages. */
export async function* eachPage(
  { path, member, query }: Listing,
  flags: AdminFlags,
): AsyncGenerator<readonly Answer[]> {
  for (let next: string | undefined; ;) {
    const page = await callAdminJson({ method: 'GET', path, query: { ...query, cursor: next } }, flags);
    const rows = page[member];
    if (Array.isArray(rows)) yield rows as readonly Answer[];
    if (typeof page['next'] !== 'string') return;
    next = page['next'];
  }
}

export function without(answer: Answer, ...names: readonly string[]): Answer {
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !names.includes(name)));
}

/**
 * Prints a value for people: members as `name value`, and nested values in parentheses. `--json` prints it as it is.
 */
export function printValue(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const parts = Array.isArray(value)
    ? value.map(printPart)
    : Object.entries(value).map(([name, part]) => `${name} ${printPart(part)}`);
  return parts.length === 0 ? '-' : parts.join(', ');
}

function printPart(value: unknown): string {
  return typeof value === 'object' && value !== null ? `(${printValue(value)})` : printValue(value);
}
