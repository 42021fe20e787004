/** Calls the admin routes of the portal, for `gatewright portal` and for the console. */
import { printPathName } from '#shared/http/path-name.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import { textAt } from '../../../terminal/aws-call.ts';
import { sendChange } from '../../commands/admin-commands.ts';
import type { Answer, ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';

type WantedMember = {
  readonly role?: string | undefined;
  readonly email?: string | undefined;
  readonly member?: string | undefined;
  readonly lifetimeSeconds?: number | undefined;
};

export function organisationPath(tenant: string): string {
  return `/portal/organisations/${printPathName(tenant)}`;
}

/** Reads the members and open invitations of a customer. */
export function readOrganisation(tenant: string, flags: ReadFlags): Promise<Answer> {
  return callAdminJson({ method: 'GET', path: organisationPath(tenant) }, flags);
}

/**
 * Creates an invitation. The response contains the invitation's link.
 * @param localPortal the address of the portal of a local gateway, which is needed because the functions know only the
 * address that their API would have on AWS; undefined for a deployed stack
 */
export async function inviteMember(
  tenant: string,
  body: WantedMember,
  flags: ChangeFlags,
  localPortal: string | undefined,
): Promise<Answer & { readonly link: string }> {
  const request = { method: 'POST', path: `${organisationPath(tenant)}/invitations`, body } as const;
  const { answer } = await sendChange(request, flags);
  const link = textAt(answer, 'link') ?? '';
  return {
    ...answer,
    link: localPortal === undefined ? link : link.replace(/^[^#]*\/#/, `${localPortal}/#`),
  };
}

/** @param what the path of the change, relative to the organisation's path, such as `invitations/ID/withdraw` */
export async function changeOrganisation(tenant: string, what: string, flags: ChangeFlags): Promise<Answer> {
  const request = { method: 'POST', path: `${organisationPath(tenant)}/${what}`, body: {} } as const;
  return (await sendChange(request, flags)).answer;
}

export function withdrawalOf(id: string): string {
  return `invitations/${printPathName(id)}/withdraw`;
}
