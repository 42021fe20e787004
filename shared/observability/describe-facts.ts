/** Describes facts about a request in a form that may be logged. */
import type { LogConfig } from '../config/log-config.ts';
import type { Facts } from '../ports.ts';

const TEXT_LIMIT_CHARACTERS = 256;
const HASH_DIGITS = 16;

/**
 * Returns the facts for a log line. `keyId` becomes a hash. `principalId` becomes a hash, stays as it is or is left
 * out, as `principal` requires. Control characters are removed, because they could forge log lines.
 */
export function describeFacts(
  { keyId, principalId, rules, lacks, algorithm, issuerId, ...others }: Facts,
  principal: LogConfig['principal'],
): Readonly<Record<string, string>> {
  const described = {
    ...others,
    issuer: issuerId,
    alg: algorithm,
    // The hash is unsalted, so that it can be compared with the keys that an issuer publishes.
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

/**
 * Returns a caller's name in logs, which is always the same within one deployment; undefined if callers are not to be
 * logged. A hashed name cannot be traced to the caller without the salt.
 */
function nameOf(principalId: string, principal: LogConfig['principal']): string | undefined {
  switch (principal.as) {
    case 'plain':
      return principalId;
    case 'nothing':
      return undefined;
    case 'hash':
      // A plain hash is safe for this purpose, because it is truncated, which prevents extending it with appended text.
      // An HMAC would add 0.2 ms to a cold start.
      return sha256(`${principal.salt}\n${principalId}`);
  }
}

function sha256(text: string): string {
  // The module is not imported at startup, because an import would add 4 ms to a cold start, and most functions do not
  // log a caller's name.
  return process.getBuiltinModule('node:crypto').hash('sha256', text).slice(0, HASH_DIGITS);
}

/** Matches control characters and two line separators. (`\p{Cc}` would add 0.1 ms to a cold start.) */
const UNPRINTABLE = /[^ -~\u00a0-\u2027\u202a-\uffff]/g;

function clean(text: string): string {
  return text.replace(UNPRINTABLE, '').slice(0, TEXT_LIMIT_CHARACTERS);
}
