/**
 * Adds to a refusal of an unknown customer or plan the names of those that exist, and the name that was probably meant.
 */
import { findMostSimilar } from '@gatewright/aws/text/count-edits';
import { AdminError, callAdminJson } from '../../terminal/admin-client.ts';
import type { AdminFlags } from '../../terminal/admin-client.ts';
import type { AdminRequest } from '../../terminal/admin-request.ts';

/**
 * The lists of the existing customers and plans, by the error code for an unknown one. A page has more names than are
 * printed.
 */
const LISTS = {
  CUSTOMER_UNKNOWN: {
    path: '/quota/customers',
    member: 'customers',
    id: 'tenant',
    all: 'gatewright customers list',
    inPath: /\/(?:customers|tenants)\/([^/?]+)/,
    inBody: ['tenant', 'customer'],
    none: 'No customer exists yet.',
    heading: 'The customers are',
  },
  PLAN_UNKNOWN: {
    path: '/quota/plans',
    member: 'plans',
    id: 'id',
    all: 'gatewright plan list',
    inPath: /\/plans\/([^/?]+)/,
    inBody: ['plan'],
    // A plan of an access document can be given to a customer, but is saved only then.
    none: 'No plan is saved yet. A plan of an access document is saved when it is first given to a customer.',
    heading: 'The saved plans are',
  },
} as const;
type Code = keyof typeof LISTS;
const MOST_NAMED = 10;

/** Sends a request like `callAdminJson`. If it names an unknown customer or plan, the error names those that exist. */
export async function callWithNames(
  request: AdminRequest,
  flags: AdminFlags,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await callAdminJson(request, flags);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const names = await describeExisting(error, request, flags);
    if (names === undefined) throw error;
    const { problem, cause } = error;
    throw new AdminError(error.kind, `${error.message}. ${names}`, { problem, cause });
  }
}

async function describeExisting(
  { problem: { code } }: AdminError,
  request: AdminRequest,
  flags: AdminFlags,
): Promise<string | undefined> {
  if (code !== 'CUSTOMER_UNKNOWN' && code !== 'PLAN_UNKNOWN') return undefined;
  const { path, member, id, all, none, heading } = LISTS[code];
  // Who may not read the list gets the refusal alone.
  const page = await callAdminJson({ method: 'GET', path }, flags).catch(() => undefined);
  const items: readonly unknown[] = page !== undefined && Array.isArray(page[member]) ? page[member] : [];
  const names = items.flatMap((item) => {
    const name = (Object(item) as Readonly<Record<string, unknown>>)[id];
    return typeof name === 'string' ? [name] : [];
  });
  if (names.length === 0) return page === undefined ? undefined : none;
  const similar = givenIn(request, LISTS[code]).flatMap((given) => findMostSimilar(given, names) ?? []);
  const more = names.length > MOST_NAMED ? `, and more (${all})` : '';
  return `${similar[0] === undefined ? '' : `The most similar name is ${similar[0]}. `}${heading}: ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Returns the names of customers or plans that a request contains, one of which is unknown. */
function givenIn({ path, body }: AdminRequest, { inPath, inBody }: (typeof LISTS)[Code]): readonly string[] {
  const members = Object(body) as Readonly<Record<string, unknown>>;
  const [, name = ''] = inPath.exec(path) ?? [];
  return [decodeURIComponent(name), ...inBody.map((member) => members[member])].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
}
