/**
 * The signature header of each scheme. The headers are separate from the schemes, since every function's log redaction
 * reads them and needs no cryptography.
 */

/** Header names in lower case. Signatures are read from these headers only, and their values never appear in a log. */
export const SIGNATURE_HEADERS = {
  github: 'x-hub-signature-256',
  stripe: 'stripe-signature',
  slack: 'x-slack-signature',
  standard: 'webhook-signature',
  /** The older spelling of the standard's header. */
  svix: 'svix-signature',
  rfc9421: 'signature',
} as const;

export type SchemeName = Exclude<keyof typeof SIGNATURE_HEADERS, 'svix'>;
