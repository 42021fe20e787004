/** What is known of a request, in words that logs may keep. */
import type { LogConfig } from '../config/log-config.ts';
import type { Facts } from '../ports.ts';

const TEXT_LIMIT_CHARACTERS = 256;
const HASH_DIGITS = 16;

/** `keyId` and `principalId` become hashes; nothing has control characters, which could forge lines. */
export function describeFacts(
  { keyId, principalId, rules, lacks, algorithm, issuerId, ...others }: Facts,
  principal: LogConfig['principal'],
): Readonly<Record<string, string>> {
  const described = {
    ...others,
    issuer: issuerId,
    alg: algorithm,
    // Unkeyed, so that it can be compared with the keys that an issuer publishes.
    kidHash: keyId === undefined ? undefined : sha256(keyId),
    principal: principalId === undefined ? undefined : nameOf(principalId, principal),
    rules: rules?.join(' '),
    lacks: lacks?.join(' '),
  };
  return Object.fromEntries(
    Object.entries(described).flatMap(([name, text]) =>
      text === undefined || text === '' ? [] : [[name, clean(text)]],
    ),
  );
}

/** The same caller has the same name in one deployment, and nobody without the salt can tell whose it is. */
function nameOf(principalId: string, principal: LogConfig['principal']): string | undefined {
  switch (principal.as) {
    case 'plain':
      return principalId;
    case 'nothing':
      return undefined;
    case 'hash':
      // No HMAC, which is 0.2 ms of a start: what a key in front of the text lacks, cutting the hash short gives.
      return sha256(`${principal.salt}\n${principalId}`);
  }
}

function sha256(text: string): string {
  // Most functions name nobody, and an import would cost them 4 ms of their start.
  return process.getBuiltinModule('node:crypto').hash('sha256', text).slice(0, HASH_DIGITS);
}

/** All but what stands here: control characters (`\p{Cc}`, which costs a start 0.1 ms) and two that end lines. */
const UNPRINTABLE = /[^ -~\u00a0-\u2027\u202a-\uffff]/g;

function clean(text: string): string {
  return text.replace(UNPRINTABLE, '').slice(0, TEXT_LIMIT_CHARACTERS);
}
