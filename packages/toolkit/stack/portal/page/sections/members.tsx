import { useState } from 'preact/hooks';
import { invitationLink } from '../address.ts';
import { change } from '../api.ts';
import { Action, Ask, Badge, Form, Loaded, SectionHead, ShownOnce } from '../elements/parts.tsx';
import type {
  About,
  Invitation,
  Member,
  Members,
  NewInvitation,
  Role,
} from '@gatewright/handlers/portal/answers';
import { day, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

const ABOUT: Readonly<Record<Role, string>> = {
  developer: 'developer: keys, webhooks, use and reference',
  billing: 'billing: plan, invoices and use',
  owner: 'owner: everything, including members',
};
const ROLES = Object.keys(ABOUT) as Role[];

export function MembersSection({ signIn }: { readonly signIn: About['signIn']['kind'] }) {
  const fetched = useFetched<Members>('api/members');
  const [link, setLink] = useState<{ readonly text: string | undefined; readonly until: string }>();
  const invited = ({ invitation, expiresAt }: NewInvitation): void => {
    setLink({
      text: invitation === undefined ? undefined : invitationLink(location.href, invitation),
      until: expiresAt,
    });
    fetched.reload();
  };
  return (
    <>
      <SectionHead
        title="Members"
        about="Who may use this portal for your organisation, and what they may do."
      />
      {link === undefined ? null : <Link link={link} onClose={() => setLink(undefined)} />}
      <Loaded of={fetched}>
        {({ members, invitations }) => (
          <>
            <ul class="cards">
              {members.map((member) => (
                <MemberCard
                  key={member.id}
                  of={member}
                  onChange={fetched.reload}
                  onRenewed={signIn === 'invitation' ? invited : undefined}
                />
              ))}
            </ul>
            <h2>Invite somebody</h2>
            <Invite onInvited={invited} />
            <Invitations of={invitations} onChange={fetched.reload} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Link({
  link: { text, until },
  onClose,
}: {
  readonly link: { readonly text: string | undefined; readonly until: string };
  readonly onClose: () => void;
}) {
  return text === undefined ? (
    <div class="note" role="alert">
      <p>
        The invitation was created, but the response with its link was lost. Withdraw it and invite again.
      </p>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  ) : (
    <ShownOnce
      title="The link of the invitation"
      secret={text}
      note={`Send this link to one person. It works once, until ${time(until)}, and cannot be shown again.`}
      onClose={onClose}
    />
  );
}

function RoleSelect({ value, onChange }: { readonly value: Role; readonly onChange: (role: Role) => void }) {
  return (
    <label class="field">
      Role
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const role = ROLES.find((each) => each === currentTarget.value);
          if (role !== undefined) onChange(role);
        }}
      >
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {ABOUT[role]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Invite({ onInvited }: { readonly onInvited: (invitation: NewInvitation) => void }) {
  const [role, setRole] = useState<Role>('developer');
  return (
    <div class="card">
      <Form
        label="Invite somebody"
        action="Create an invitation"
        run={async () => onInvited(await change<NewInvitation>('api/invitations', { role }))}
      >
        <RoleSelect value={role} onChange={setRole} />
      </Form>
    </div>
  );
}

type CardProps = {
  readonly of: Member;
  readonly onChange: () => void;
  /** `onRenewed` is undefined if members sign in with an issuer, so that they need no link. */
  readonly onRenewed: ((invitation: NewInvitation) => void) | undefined;
};

function MemberCard({ of: member, onChange, onRenewed }: CardProps) {
  const { id, name, email, role, since, version, isYou } = member;
  const [asked, setAsked] = useState<'role' | 'remove'>();
  const [wanted, setWanted] = useState(role);
  const close = (): void => setAsked(undefined);
  const path = `api/members/${encodeURIComponent(id)}`;
  const run = async (what: 'role' | 'remove', body: object): Promise<void> => {
    await change(`${path}/${what}`, body);
    close();
    onChange();
  };
  return (
    <li class="card">
      <div class="card-head">
        <h2>{name}</h2>
        <Badge text={role} />
        {isYou ? <Badge text="you" kind="good" /> : null}
      </div>
      <p class="soft">{[email, `since ${day(since)}`].filter((text) => text !== undefined).join(' · ')}</p>
      <div class="row" hidden={asked !== undefined}>
        <button type="button" aria-label={`Change role of ${name}`} onClick={() => setAsked('role')}>
          Change role
        </button>
        {onRenewed === undefined ? null : (
          <Action
            label="New sign-in link"
            name={`New sign-in link for ${name}`}
            run={async () => onRenewed(await change<NewInvitation>('api/invitations', { member: id }))}
          />
        )}
        <button type="button" class="danger" aria-label={`Remove ${name}`} onClick={() => setAsked('remove')}>
          Remove
        </button>
      </div>
      {asked === undefined ? null : (
        <Ask label={asked === 'role' ? `Role of ${name}` : `Remove ${name}`} onCancel={close}>
          {asked === 'role' ? (
            <Form
              label="Role"
              action="Save"
              run={() => run('role', { role: wanted, version: version + 1 })}
              onCancel={close}
            >
              <RoleSelect value={wanted} onChange={setWanted} />
              <p class="soft">The member must sign in again.</p>
            </Form>
          ) : (
            <Form label="Remove" action="Remove" kind="danger" run={() => run('remove', {})} onCancel={close}>
              <p>
                {isYou
                  ? 'You will be signed out and cannot come back without an invitation.'
                  : `${name} will be signed out at once. Keys that ${name} made stay valid.`}
              </p>
            </Form>
          )}
        </Ask>
      )}
    </li>
  );
}

function Invitations({
  of,
  onChange,
}: {
  readonly of: readonly Invitation[];
  readonly onChange: () => void;
}) {
  if (of.length === 0) return null;
  return (
    <section aria-label="Open invitations">
      <h2>Open invitations</h2>
      <ul class="cards">
        {of.map(({ id, role, member, by, expiresAt }) => (
          <li class="card" key={id}>
            <div class="card-head">
              <h3>{member === undefined ? `Invitation as ${role}` : `New sign-in link, ${role}`}</h3>
            </div>
            <p class="soft">
              created by <bdi>{by}</bdi> · until {time(expiresAt)}
            </p>
            <div class="row">
              <Action
                label="Withdraw"
                name={`Withdraw the invitation as ${role} that ${by} created`}
                kind="danger"
                run={async () => {
                  await change(`api/invitations/${encodeURIComponent(id)}/withdraw`);
                  onChange();
                }}
              />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
