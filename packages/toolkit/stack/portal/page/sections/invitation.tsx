import { useState } from 'preact/hooks';
import { linkTo } from '../address.ts';
import { change } from '../api.ts';
import { Form } from '../elements/parts.tsx';
import type { About, Session } from '../model.ts';
import { forgetInvitation, go, heldInvitation } from '../place.ts';
import { signIn } from './sign-in.tsx';

/** Redeems an invitation after a click: programs that look at links in mail must not use it up. */
export function InvitationSection({
  about,
  onEnter,
}: {
  readonly about: About;
  readonly onEnter: (session: Session) => void;
}) {
  const [name, setName] = useState('');
  const invitation = heldInvitation();
  const accept = async (): Promise<void> => {
    if (invitation === undefined) return;
    if (about.signIn.kind === 'oidc') {
      await signIn({ invitation });
      return;
    }
    const session = await change<Session>('session/invitation', { invitation, name: name.trim() });
    forgetInvitation();
    onEnter(session);
    go('keys');
  };
  return (
    <div class="card sign-in">
      <h1 tabIndex={-1}>You are invited to {about.name}</h1>
      {invitation === undefined ? (
        <p>Open the link of your invitation again. This page does not keep it.</p>
      ) : about.signIn.kind === 'oidc' ? (
        <Form label="Invitation" action={`Accept: ${about.signIn.label}`} run={accept}>
          <p>The invitation can be used once. To accept it, sign in.</p>
        </Form>
      ) : (
        <Form label="Invitation" action="Accept" run={accept}>
          <p>The invitation can be used once. Say who you are, so that the other members know.</p>
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
        </Form>
      )}
      {about.terms === undefined ? null : (
        <p class="soft">
          Read the <a href={linkTo('terms')}>terms of use</a> first.
        </p>
      )}
    </div>
  );
}
