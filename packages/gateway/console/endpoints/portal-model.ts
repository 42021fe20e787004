/**
 * People of a customer in the toolkit's portal, as the console shows them. Plain JSON; only `ShownLink` has a secret.
 */

export type ShownMember = {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly email?: string | undefined;
  readonly since: string;
};

export type ShownInvitation = {
  readonly id: string;
  readonly role: string;
  /** The person who has sent the invitation. */
  readonly by: string;
  readonly expiresAt: string;
};

export type ShownOrganisation = {
  /** False if the stack has no portal; then nobody can be invited. */
  readonly hasPortal: boolean;
  /** The roles in which somebody can be invited. */
  readonly roles: readonly string[];
  readonly members: readonly ShownMember[];
  /** The invitations that can still be redeemed. */
  readonly invitations: readonly ShownInvitation[];
};

/** A new invitation. Its link is shown only once, because the portal stores only a hash of it. */
export type ShownLink = { readonly link: string; readonly role: string; readonly expiresAt: string };
