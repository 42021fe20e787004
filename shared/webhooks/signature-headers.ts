/** Where each scheme carries its signature. Apart from the schemes, since every function's log redaction reads it and needs no cryptography. */

/** Lower case. Signatures are read from these headers alone, and their values stand in no log. */
export const SIGNATURE_HEADERS = {
  github: 'x-hub-signature-256',
  stripe: 'stripe-signature',
  slack: 'x-slack-signature',
  standard: 'webhook-signature',
  /** Of the standard, too, in its older spelling. */
  svix: 'svix-signature',
  rfc9421: 'signature',
} as const;

export type SchemeName = Exclude<keyof typeof SIGNATURE_HEADERS, 'svix'>;
