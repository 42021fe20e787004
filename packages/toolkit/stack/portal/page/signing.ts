/** Shows how to sign a delivery, as commands that a member can copy. `access/webhooks.yml` uses the same schemes. */

const BODY = `body='{"type":"order.created"}'`;
const NOW = 'now=$(date +%s)';

/** Standard Webhooks signs with the bytes that the secret encodes. The other schemes sign with the secret's text. */
const KEY = 'key=$(printf %s "${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d " \\n")';

function hexOf(signed: string): string {
  return `signature=$(printf %s "${signed}" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')`;
}

type Example = { readonly lines: readonly string[]; readonly headers: readonly string[] };

const EXAMPLES: Readonly<Record<string, Example>> = {
  standard: {
    lines: [
      BODY,
      'id=msg_$(openssl rand -hex 12)',
      NOW,
      KEY,
      'signature=$(printf %s "$id.$now.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)',
    ],
    headers: ['webhook-id: $id', 'webhook-timestamp: $now', 'webhook-signature: v1,$signature'],
  },
  stripe: { lines: [BODY, NOW, hexOf('$now.$body')], headers: ['stripe-signature: t=$now,v1=$signature'] },
  slack: {
    lines: [BODY, NOW, hexOf('v0:$now:$body')],
    headers: ['x-slack-request-timestamp: $now', 'x-slack-signature: v0=$signature'],
  },
  github: { lines: [BODY, hexOf('$body')], headers: ['x-hub-signature-256: sha256=$signature'] },
};

/** For each scheme, a sentence that says what is signed. */
const SAYS: Readonly<Record<string, string>> = {
  standard:
    'Sign as Standard Webhooks does: HMAC-SHA-256 of id, time and body, with the base64-decoded part of the secret after whsec_ as the key.',
  stripe: 'Sign as Stripe does: HMAC-SHA-256 of time and body, with the whole text of the secret.',
  slack: 'Sign as Slack does: HMAC-SHA-256 of version, time and body, with the whole text of the secret.',
  github: 'Sign as GitHub does: HMAC-SHA-256 of the body, with the whole text of the secret.',
};

export function describeSigning(scheme: string): string {
  return SAYS[scheme] ?? `Sign by the scheme ${scheme}.`;
}

/** Returns shell commands that send a signed delivery; undefined for a scheme that this page does not know. */
export function signingExample(scheme: string, address: string): string | undefined {
  const example = Object.hasOwn(EXAMPLES, scheme) ? EXAMPLES[scheme] : undefined;
  if (example === undefined) return undefined;
  const headers = ['content-type: application/json', ...example.headers];
  return [
    `SECRET='whsec_…'`,
    ...example.lines,
    `curl -i ${quoted(address)} \\`,
    ...headers.map((header) => `  -H "${header}" \\`),
    '  -d "$body"',
  ].join('\n');
}

/** The address contains a name that the owner chose, so it is quoted for the shell. */
function quoted(address: string): string {
  return `'${address.replaceAll("'", `'\\''`)}'`;
}
