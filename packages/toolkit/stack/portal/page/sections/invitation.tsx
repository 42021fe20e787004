import { useState } from 'preact/hooks';
import { linkTo } from '../address.ts';
import { change } from '../api.ts';
import { Form, Loaded } from '../elements/parts.tsx';
import type { About, SeenInvitation, SessionAnswer } from '@gatewright/handlers/portal/answers';
import { forgetInvitation, go, heldInvitation } from '../place.ts';
import { time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';
import { signIn } from './sign-in.tsx';

type Props = {
  readonly about: About;
  /** The session that the browser has; null if there is none. */
  readonly session: SessionAnswer | null;
  readonly onEnter: (session: SessionAnswer) => void;
};

/** Redeems an invitation only after a click, because programs that open the links in a mail must not use it up. */
export function InvitationSection(props: Props) {
  const { about } = props;
  const invitation = heldInvitation();
  return (
    <div class="card sign-in">
      <h1 tabIndex={-1}>You are invited to {about.name}</h1>
      {invitation === undefined ? (
        <p>Open the link of your invitation again. This page does not keep it.</p>
      ) : (
        <Invited key={invitation} invitation={invitation} {...props} />
      )}
      {about.terms === undefined ? null : (
        <p class="soft">
          Read the <a href={linkTo('terms')}>terms of use</a> first.
        </p>
      )}
    </div>
  );
}

/**
 * Shows who invites and in which role, and the form that accepts the invitation. Nothing is redeemed until the form is
 * sent.
 */
function Invited({ invitation, about, session, onEnter }: Props & { readonly invitation: string }) {
  const [name, setName] = useState('');
  const seen = useFetched<SeenInvitation>('session/invitation/look', (path) => change(path, { invitation }));
  const isOidc = about.signIn.kind === 'oidc';
  const accept = async (): Promise<void> => {
    if (isOidc) {
      await signIn({ invitation });
      return;
    }
    const next = await change<SessionAnswer>('session/invitation', { invitation, name: name.trim() });
    forgetInvitation();
    onEnter(next);
    go('');
  };
  return (
    <Loaded of={seen}>
      {(offer) => (
        <Form
          label="Invitation"
          action={about.signIn.kind === 'oidc' ? `Accept: ${about.signIn.label}` : 'Accept'}
          run={accept}
        >
          <Offer offer={offer} />
          <p>
            The invitation can be used once.{' '}
            {isOidc
              ? 'To accept it, sign in.'
              : 'Enter your name, which the other members of the organisation will see.'}
          </p>
          {isOidc ? null : (
            <label class="field">
              Your name
              <input
                required
                maxLength={128}
                autocomplete="name"
                value={name}
                onInput={({ currentTarget }) => setName(currentTarget.value)}
              />
            </label>
          )}
          {session === null ? null : <Replaces session={session} />}
        </Form>
      )}
    </Loaded>
  );
}

function Offer({ offer: { organisation, role, by, renews, expiresAt } }: { readonly offer: SeenInvitation }) {
  return (
    <p>
      {renews ? 'This link renews the sign-in of a member of ' : 'You become a member of '}
      <strong>
        <bdi>{organisation.name}</bdi>
      </strong>{' '}
      with the role <strong>{role}</strong>. This link was created by <bdi>{by}</bdi>, and is valid until{' '}
      {time(expiresAt)}.
    </p>
  );
}

/** A browser has only one session, so accepting an invitation ends the current session. */
function Replaces({ session: { member, organisation } }: { readonly session: SessionAnswer }) {
  return (
    <>
      <p class="note">
        This browser is signed in as <bdi>{member.name}</bdi> of <bdi>{organisation.name}</bdi>. If you
        accept, that session ends.
      </p>
      <label class="check">
        <input type="checkbox" required />
        <span>
          End the session with <bdi>{organisation.name}</bdi>
        </span>
      </label>
    </>
  );
}
