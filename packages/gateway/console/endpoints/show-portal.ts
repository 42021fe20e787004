/**
 * People of the toolkit's customers in the portal. The command that starts the gateway reads and invites them, in the
 * same way as `gatewright portal`.
 */
import { jsonReply } from '../../core/api-call.ts';
import type { ControlReply } from '../../core/api-call.ts';
import type { ShownLink, ShownOrganisation } from './portal-model.ts';

/** The methods throw an Error with a message if the admin routes of this run do not exist or refuse the call. */
export interface PortalBook {
  organisation(tenant: string): Promise<ShownOrganisation>;
  invite(tenant: string, role: string): Promise<ShownLink>;
  withdraw(tenant: string, id: string): Promise<void>;
}

/**
 * Maximum length of a customer's name in characters.
 * @see shared/quota/plan/subject.ts
 */
const MAX_TEXT = 128;

/** Responds to `GET console/portal?tenant=acme`. */
export function showOrganisation(book: PortalBook | undefined, tenant: string | null): Promise<ControlReply> {
  if (!isName(tenant)) return refuse('the name of a customer: ?tenant=acme');
  return answer(book, (portal) => portal.organisation(tenant));
}

/** Invites somebody to the organisation of a customer. */
export function inviteMember(
  book: PortalBook | undefined,
  { tenant, role }: Readonly<Record<string, unknown>>,
): Promise<ControlReply> {
  if (!isName(tenant) || !isName(role)) return refuse('{"tenant": name, "role": role of the new member}');
  return answer(book, (portal) => portal.invite(tenant, role));
}

export function withdrawInvitation(
  book: PortalBook | undefined,
  { tenant, id }: Readonly<Record<string, unknown>>,
): Promise<ControlReply> {
  if (!isName(tenant) || !isName(id)) return refuse('{"tenant": name, "id": id of the invitation}');
  return answer(book, async (portal) => {
    await portal.withdraw(tenant, id);
    return { withdrawn: id };
  });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
}

function refuse(what: string): Promise<ControlReply> {
  return Promise.resolve(jsonReply(400, { message: `Expected ${what}` }));
}

async function answer(
  book: PortalBook | undefined,
  ask: (book: PortalBook) => Promise<object>,
): Promise<ControlReply> {
  if (book === undefined)
    return jsonReply(409, {
      message: 'This gateway has no portal: add portal to parts in gatewright.yml, and start it again.',
    });
  try {
    return jsonReply(200, await ask(book));
  } catch (error) {
    return jsonReply(409, { message: error instanceof Error ? error.message : String(error) });
  }
}
