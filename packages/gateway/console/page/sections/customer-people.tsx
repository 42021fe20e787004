/** The people of a customer in the toolkit's portal: members, open invitations, and a link for somebody new. */
import { useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../connection/control.ts';
import { Action, Copy, Instant, Reading, TableBox } from '../elements/parts.tsx';
import type {
  ShownInvitation,
  ShownLink,
  ShownMember,
  ShownOrganisation,
} from '../../endpoints/portal-model.ts';

export function People({ tenant, isOpen }: { readonly tenant: string; readonly isOpen: boolean }) {
  const { data, error, reload } = useFetched<ShownOrganisation>(
    `console/portal?tenant=${encodeURIComponent(tenant)}`,
  );
  if (data?.hasPortal === false) return null;
  return (
    <section aria-label="People in the portal">
      <h3>People in the portal</h3>
      <Reading what="the members" of={{ data, error }} />
      {data === undefined ? null : (
        <>
          {data.members.length === 0 ? (
            <p class="soft">This customer has no members yet.</p>
          ) : (
            <Members members={data.members} />
          )}
          {data.invitations.length === 0 ? null : (
            <Invitations tenant={tenant} invitations={data.invitations} onDone={reload} />
          )}
          {isOpen ? <Invite tenant={tenant} roles={data.roles} onDone={reload} /> : null}
        </>
      )}
    </section>
  );
}

function Members({ members }: { readonly members: readonly ShownMember[] }) {
  return (
    <TableBox label="Members">
      <table>
        <thead>
          <tr>
            <th>Member</th>
            <th>Role</th>
            <th>E-mail</th>
            <th>Since</th>
          </tr>
        </thead>
        <tbody>
          {members.map(({ id, name, role, email, since }) => (
            <tr key={id}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td>{role}</td>
              <td>{email ?? '–'}</td>
              <td>
                <Instant at={since} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Invitations({
  tenant,
  invitations,
  onDone,
}: {
  readonly tenant: string;
  readonly invitations: readonly ShownInvitation[];
  readonly onDone: () => void;
}) {
  const withdraw = async (id: string): Promise<void> => {
    await fetchControl('POST', 'console/portal/withdraw', { tenant, id });
    onDone();
  };
  return (
    <>
      <h4>Open invitations</h4>
      <ul class="invitations">
        {invitations.map(({ id, role, by, expiresAt }) => (
          <li key={id}>
            {role}, created by <bdi>{by}</bdi>, until <Instant at={expiresAt} />{' '}
            <Action label="Withdraw" title={`Withdraw the invitation ${id}`} run={() => withdraw(id)} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Makes a link. The link is only in the memory of this page, and is lost when the view of the customer is closed. */
function Invite({
  tenant,
  roles,
  onDone,
}: {
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly onDone: () => void;
}) {
  const [role, setRole] = useState(roles[0] ?? '');
  const [made, setMade] = useState<ShownLink>();
  const invite = async (): Promise<void> => {
    setMade(undefined);
    setMade(await fetchControl<ShownLink>('POST', 'console/portal/invite', { tenant, role }));
    onDone();
  };
  return (
    <>
      <h4>Invite somebody</h4>
      <div class="actions">
        <label>
          Role{' '}
          <select value={role} onChange={({ currentTarget }) => setRole(currentTarget.value)}>
            {roles.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <Action label="Create a link" run={invite} />
      </div>
      {made === undefined ? null : (
        <div class="card once" role="status">
          <p>
            Hand this link over yourself. It lets one person in as {made.role}, until{' '}
            <Instant at={made.expiresAt} />, and is shown only once.
          </p>
          <p>
            <code class="link">{made.link}</code>
          </p>
          <div class="actions">
            <Copy label="Copy the link" text={() => made.link} />
            <button type="button" onClick={() => setMade(undefined)}>
              I have copied it
            </button>
          </div>
        </div>
      )}
    </>
  );
}
