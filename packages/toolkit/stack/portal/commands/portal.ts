/** `gatewright portal` invites the people of a customer into the portal, and shows and removes members. */
import { Command, Option } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { printPathName } from '#shared/http/path-name.ts';
import { ROLES } from '#shared/portal/members.ts';
import { readSeconds } from '../../access/commands/keys.ts';
import { findLocalPortal } from '../../../terminal/admin-client.ts';
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { printResult } from '../../../../base/terminal/output.ts';
import {
  changeCommand,
  readCommand,
  readPages,
  rowsToTable,
  printRows,
} from '../../commands/admin-commands.ts';
import type { ChangeFlags, ReadFlags } from '../../commands/admin-commands.ts';
import {
  changeOrganisation,
  inviteMember,
  organisationPath,
  readOrganisation,
  withdrawalOf,
} from './portal-calls.ts';

type InviteFlags = ChangeFlags & {
  readonly role?: string;
  readonly email?: string;
  readonly member?: string;
  readonly expires?: number;
};

const TENANT = ['<customer>', 'name of the customer, as in gatewright customers'] as const;

export function portalCommand(): Command {
  return new Command('portal')
    .description(
      'Invite people who work for a customer to the portal, and list and remove the members of the customer.',
    )
    .addCommand(inviteCommand())
    .addCommand(
      readCommand('members', 'List the members and open invitations of a customer.')
        .argument(...TENANT)
        .action(showMembers),
    )
    .addCommand(
      changeCommand('withdraw', 'Withdraw an invitation.')
        .argument(...TENANT)
        .argument('<id>', 'id of the invitation, as gatewright portal members lists it')
        .action((tenant: string, id: string, flags: ChangeFlags) =>
          change(tenant, withdrawalOf(id), flags, `The invitation ${id} is withdrawn.`),
        ),
    )
    .addCommand(
      changeCommand(
        'remove',
        'Remove a member and end their sessions. Keys that the member created belong to the customer and stay valid.',
      )
        .argument(...TENANT)
        .argument('<id>', 'id of the member, as gatewright portal members lists it')
        .action((tenant: string, id: string, flags: ChangeFlags) =>
          change(tenant, `members/${printPathName(id)}/remove`, flags, `The member ${id} is removed.`),
        ),
    )
    .addCommand(
      readCommand('log', 'Show who changed what in the portal, newest first.')
        .argument(...TENANT)
        .action(showLog),
    );
}

function inviteCommand(): Command {
  return changeCommand(
    'invite',
    'Create an invitation. Its link is shown only once; send it to the new member yourself.',
  )
    .argument(...TENANT)
    .addOption(new Option('--role <role>', 'role of the new member (default: owner)').choices(ROLES))
    .option(
      '--email <address>',
      'email address of the new member, for alerts; you confirm that the address is theirs',
    )
    .option(
      '--member <id>',
      'id of an existing member; the link then renews the sign-in of this member (only for a portal without an issuer)',
    )
    .option('--expires <duration>', 'lifetime, such as 12h or 7d (default: 3d)', readSeconds)
    .action(invite);
}

async function invite(tenant: string, flags: InviteFlags): Promise<void> {
  const { role, email, member, expires } = flags;
  const wanted = { role, email, member, lifetimeSeconds: expires };
  const made = await inviteMember(tenant, wanted, flags, await findLocalPortal(flags));
  printResult(made, () => [
    `Until ${textAt(made, 'expiresAt') ?? ''}, one person of ${tenant} can sign in with this link, in the role ${textAt(made, 'role') ?? ''}:`,
    made.link,
  ]);
}

async function showMembers(tenant: string, flags: ReadFlags): Promise<void> {
  const answer = await readOrganisation(tenant, flags);
  const members = listAt(answer, 'members').map(membersOf);
  const invitations = listAt(answer, 'invitations').map(membersOf);
  printResult(answer, () => [
    ...(members.length === 0
      ? [`${tenant} has no members yet; invite one with gatewright portal invite ${tenant}.`]
      : rowsToTable(
          members,
          ['id', 'name', 'role', 'email', 'since'],
          ['MEMBER', 'NAME', 'ROLE', 'E-MAIL', 'SINCE'],
        )),
    ...(invitations.length === 0
      ? []
      : [
          '',
          ...rowsToTable(
            invitations,
            ['id', 'role', 'by', 'expiresAt'],
            ['INVITATION', 'ROLE', 'BY', 'UNTIL'],
          ),
        ]),
  ]);
}

async function showLog(tenant: string, flags: ReadFlags): Promise<void> {
  const entries = await readPages(
    { path: `${organisationPath(tenant)}/log`, member: 'entries', query: {} },
    flags,
  );
  const shown = entries.map((entry) => {
    const from = textAt(entry, 'from');
    return from === undefined ? entry : { ...entry, on: `${textAt(entry, 'on') ?? ''}, from ${from}` };
  });
  printRows(entries, ['at', 'byName', 'what', 'on'], ['AT', 'BY', 'CHANGE', 'WHAT'], shown);
}

async function change(tenant: string, what: string, flags: ChangeFlags, done: string): Promise<void> {
  const answer = await changeOrganisation(tenant, what, flags);
  printResult(answer, () => [done]);
}
