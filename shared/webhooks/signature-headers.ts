/**
 * The signature headers of each scheme. They are in a separate file, because the log redaction of every function needs
 * them but does not need the cryptography of the schemes.
 */

/** Header names in lower case. Signatures are read from these headers only, and their values never appear in a log. */
export const SIGNATURE_HEADERS = {
  github: 'x-hub-signature-256',
  stripe: 'stripe-signature',
  slack: 'x-slack-signature',
  standard: 'webhook-signature',
  /** The older name of the same header in Standard Webhooks. */
  svix: 'svix-signature',
  rfc9421: 'signature',
} as const;

export type SchemeName = Exclude<keyof typeof SIGNATURE_HEADERS, 'svix'>;
