import { PORTAL_ANSWERS } from '@gatewright/handlers/portal/portal-problem';
import { isSignInAddress, linkTo } from '../address.ts';
import { change, Refusal } from '../api.ts';
import { Action, Paragraphs, Problem } from '../elements/parts.tsx';
import type { About, SessionAnswer } from '@gatewright/handlers/portal/answers';

/** Sends the browser to the issuer. Also used to accept an invitation. */
export async function signIn(body: { readonly invitation?: string }): Promise<void> {
  const { location: next } = await change<{ readonly location: string }>('session/sign-in', body);
  if (!isSignInAddress(next))
    throw new Refusal('The sign-in address of this portal is not safe. Tell the owner of the portal.', 0);
  location.assign(next);
}

/** @param code the code of the failure, which the portal puts into the address after a failed sign-in */
function describeRefusedSignIn(code: string): string {
  const known: Readonly<Record<string, readonly [status: number, title: string]>> = PORTAL_ANSWERS;
  const [, title] = Object.hasOwn(known, code) ? (known[code] ?? []) : [];
  return title ?? `You could not be signed in (${code}). Try again.`;
}

export function SignInSection({
  about,
  code,
  session,
}: {
  readonly about: About;
  /** Shows why the last sign-in was refused. */
  readonly code: string | undefined;
  readonly session: SessionAnswer | null;
}) {
  return (
    <div class="card sign-in">
      <h1 tabIndex={-1}>Sign in to {about.name}</h1>
      {code === undefined ? null : <Problem text={describeRefusedSignIn(code)} />}
      {about.welcome === undefined ? null : <Paragraphs text={about.welcome} />}
      {session === null ? null : (
        <p>
          You are signed in as <bdi>{session.member.name}</bdi>. <a href={linkTo('')}>Go to the portal</a>
        </p>
      )}
      {about.signIn.kind === 'oidc' ? (
        <Action label={about.signIn.label} kind="main-action wide" run={() => signIn({})} />
      ) : (
        <p>
          Open the invitation link that you got. If it has expired or was used, ask an owner of your
          organisation for another one.
        </p>
      )}
    </div>
  );
}
