/** All signature schemes, by their names in documents and options. */
import { GITHUB, SLACK, STANDARD, STRIPE } from './hmac-schemes.ts';
import { MESSAGE_SIGNATURE } from './message-signature.ts';
import type { Scheme } from './scheme.ts';
import type { SchemeName } from './signature-headers.ts';

export const SCHEME_NAMES = [
  'github',
  'stripe',
  'slack',
  'standard',
  'rfc9421',
] as const satisfies readonly SchemeName[];

export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = {
  github: GITHUB,
  stripe: STRIPE,
  slack: SLACK,
  standard: STANDARD,
  rfc9421: MESSAGE_SIGNATURE,
};
