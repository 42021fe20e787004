/** Every way of signing webhooks that is understood, by its name in documents and options. */
import { GITHUB, SLACK, STANDARD, STRIPE } from './hmac-schemes.ts';
import { MESSAGE_SIGNATURE } from './message-signature.ts';
import type { Scheme } from './scheme.ts';

export const SCHEME_NAMES = ['github', 'stripe', 'slack', 'standard', 'rfc9421'] as const;
export type SchemeName = (typeof SCHEME_NAMES)[number];

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = {
  github: GITHUB,
  stripe: STRIPE,
  slack: SLACK,
  standard: STANDARD,
  rfc9421: MESSAGE_SIGNATURE,
};
