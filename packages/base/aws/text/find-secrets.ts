/**
 * Finds secrets in any text by one of three signs: a format that a vendor documents, a name before `=` or `:`, or an
 * authentication scheme. The functions' logs use a smaller reader (`redact.ts`), because this file would make the
 * authorizers too large. Every pattern takes time at most linear in the length of the text.
 */
import { isSecretName, isSecretOf } from './secret-names.ts';

/** A match must begin at the start of a word, so that scanning does not restart at each character. */
const SHAPES = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    '(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])',
    // Keys of Stripe.
    '[sr]k_(?:live|test)_[A-Za-z0-9]{10,}',
    'whsec_[\\w+/=]{16,}',
    '(?:pi|seti|cs)_[A-Za-z0-9]{8,80}_secret_[A-Za-z0-9]{8,}',
    // Tokens of GitHub and GitLab.
    'gh[pousr]_[A-Za-z0-9]{20,}',
    'github_pat_\\w{22,}',
    'gl(?:pat|ptt|dt|rt)-[\\w-]{20,}',
    // Tokens of Slack.
    'xox[abeoprs](?:\\.xox[bp])?-[\\w-]{10,}',
    'xapp-\\d-[\\w-]{10,}',
    // Keys of providers of AI models.
    'sk-(?:proj|ant|or|svcacct|admin)-[\\w-]{16,}',
    'sk-[A-Za-z0-9]{20,}(?![\\w-])',
    'hf_[A-Za-z0-9]{30,}',
    // Keys of Google.
    'AIza[\\w-]{35}',
    'ya29\\.[\\w-]{20,}',
    'GOCSPX-[\\w-]{20,}',
    // Tokens of package registries and hosting services.
    'npm_[A-Za-z0-9]{36}',
    'pypi-AgEI[\\w-]{16,}',
    'dckr_pat_[\\w-]{20,}',
    'do[opr]_v1_[a-f0-9]{64}',
    'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
    'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
    'hv[sb]\\.[\\w-]{20,}',
    'glsa_[\\w-]{20,}',
    'sntr[ysu]{1,2}_[\\w+/=-]{20,}',
    'pscale_(?:pw|tkn)_[\\w.-]{20,}',
    'PMAK-[\\w-]{20,}',
    'lin_api_[A-Za-z0-9]{20,}',
    'AGE-SECRET-KEY-1[A-Z0-9]{50,}',
    'key-[0-9a-f]{32}(?![0-9a-f])',
    '\\d{8,10}:AA[\\w-]{33}(?![\\w-])',
  ].join('|')})`,
  'g',
);
/** Matches the toolkit's credentials: tickets, invitations, and API keys without their prefix. */
const OWN = /_[0-9a-z]{16}_[0-9a-z]{36}|wst_[\w-]{43}|gwinv_[0-9a-f]{64}/gi;
/**
 * Matches a JWS or JWE at the start of a word only. Otherwise, text such as `-eyJ-eyJ-…` would be scanned to its end
 * from each `eyJ`, which would block a function.
 */
const JWT = /(?<![\w-])(?=(?:[\w-]*-)?eyJ)[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]*){0,2}/g;
/** Matches a private key in PEM, which is on separate lines or contains JSON's escaped line breaks. */
const PEM = /(-----BEGIN (?:[A-Z\d]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----)((?:(?!-----)[\s\S])+)/g;
/** Matches the password in a URL. The password cannot contain a slash. */
const USER_INFO = /(?<=[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{0,100}:)[^\s/?#"'<>]{1,300}(?=@)/gi;
/** Matches webhook URLs whose path is a secret, because anyone who knows the URL can post to it. */
const HOOK =
  /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/\d{5,25}\/)[\w/-]{8,}/g;
/** An authorizer of the name `bearer` does what a message of the gateway says: `Authorizer bearer refused the request`. */
const SCHEME =
  /(?<!\bauthorizer (?=\w+ (?:accepted|accepts|admitted|checked|identified|refused|requires|returned) ))\b((?:Bearer|Basic|DPoP) +)(?!(?:realm|authentication|authorization|credentials|scheme|tokens?)\b)([\w.~+/=-]{7,})/gi;
const COOKIES = /\b((?:set-)?cookie["']?\s{0,2}: {0,2})([^\s"'[\]{}][^\r\n"']*)/gi;
/** Matches headers whose value has several words or parts. */
const CREDENTIALS =
  /\b((?:proxy-)?authorization|[\w-]{1,40}-signature)(\s?[=:]\s?)([^\s"'[\]{}\\&][^\r\n"'{}\\&]*)/gi;
/** Matches a name followed by a quoted value, which may be truncated or nested in JSON within JSON. */
const QUOTED =
  /(?<![\w.%-])([\w.%-]{1,60})((?:\\?["'])?\s{0,3}[=:]\s{0,3})(?:(")((?:[^"\\]|\\.)+)|(')((?:[^'\\\r\n]|\\.)+)|(\\")([^"\\]+))/g;
/** Matches a parameter in a form, a query, a connection string or a log line. */
const PARAMETER = /(?<![\w.%\]-])([\w.%[\]-]{1,60})=([^\s&"'<>#;,[\]]+)/g;
/**
 * Matches text such as `password: hunter2`. A value that is a plain word does not match, because it is usually part of
 * a sentence.
 */
const NAMED = /(?<![\w.%-])([\w.-]{1,60}): {1,2}(?=[^\s,;]{0,100}(?:\d|[a-z][A-Z]))([^\s"'<>,;[\](){}]{6,})/g;

/**
 * Values with these names are secrets only in queries, as OAuth codes and Google's API keys are. In other texts, the
 * same names belong to error codes and to keys of entries.
 */
const SECRET_IN_QUERY = /^(?:code|key)$/i;
const MIN_IN_QUERY = 6;

const MAX_NESTED = 3;

/** @param isByForm whether the text is recognized as a secret by its form alone, without a name in front of it */
export type Mask = (secret: string, isByForm?: boolean) => string;

export function isSecretInQuery(name: string, value: string): boolean {
  return value.length >= MIN_IN_QUERY && SECRET_IN_QUERY.test(name);
}

/** Returns the text with a mask in place of each secret. A mask must begin with `[`. */
export function maskSecrets(text: string, mask: Mask): string {
  return maskWithin(text, mask, MAX_NESTED);
}

/** @param depth maximum nesting of quoted strings and encodings that is still read */
function maskWithin(text: string, mask: Mask, depth: number): string {
  return maskQuoted(
    text
      .replace(PEM, (_, begin: string, key: string) => `${begin}${mask(key)}`)
      .replace(USER_INFO, (secret) => (secret.startsWith('[') ? secret : mask(secret)))
      .replace(HOOK, (found) => mask(found))
      .replace(CREDENTIALS, (whole: string, name: string, between: string, value: string) =>
        isMasked(value) || !isSecretOf(name, value.trim())
          ? whole
          : `${name}${between}${maskAfterScheme(value, mask)}`,
      )
      .replace(COOKIES, (_, before: string, cookies: string) => `${before}${maskCookies(cookies, mask)}`),
    mask,
    depth,
  )
    .replace(PARAMETER, (whole: string, name: string, value: string, at: number, all: string) => {
      const isInQuery = /[?&]/.test(all.charAt(at - 1)) || all.charAt(at + whole.length) === '&';
      return `${name}=${maskParameter(name, value, isInQuery, mask, depth)}`;
    })
    .replace(NAMED, (whole: string, name: string, secret: string) =>
      isSecretName(name) && isSecretOf(name, secret) ? `${name}: ${mask(secret)}` : whole,
    )
    .replace(SCHEME, (_, scheme: string, secret: string) => `${scheme}${mask(secret)}`)
    .replace(JWT, (found) => mask(found))
    .replace(SHAPES, (found) => mask(found, true))
    .replace(OWN, (found) => mask(found));
}

/** Masks a parameter of a query or form; decodes it first if only the decoded value shows a secret. */
export function maskParameter(
  name: string,
  value: string,
  isInQuery: boolean,
  mask: Mask,
  depth = MAX_NESTED,
): string {
  const decoded = decode(value);
  if (isSecretOf(name, decoded) || (isInQuery && isSecretInQuery(name, decoded))) return mask(value);
  if (decoded === value || depth === 0) return value;
  // Decodes once more, because a URL inside a URL is encoded twice.
  const inner = maskParameter('', decoded, false, mask, depth - 1);
  const clean = inner === decoded ? maskWithin(decoded, mask, depth - 1) : inner;
  return clean === decoded ? value : encodeURIComponent(clean).replaceAll(/%5B|%5D/g, decodeURIComponent);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Reads quoted strings inside quoted strings: a log line in JSON may contain an object in its message. */
function maskQuoted(text: string, mask: Mask, depth: number): string {
  return text.replace(QUOTED, (whole: string, name: string, between: string, ...found: unknown[]) => {
    const [double = '', inDouble, single = '', inSingle, escaped = '', inEscaped] =
      found.filter(isTextOrNone);
    const value = inDouble ?? inSingle ?? inEscaped ?? '';
    const start = `${name}${between}${double || single || escaped}`;
    if (isMasked(value) || /cookie$/i.test(name)) return whole;
    if (isSecretOf(name, value)) return `${start}${maskAfterScheme(value, mask)}`;
    return depth === 0 ? whole : `${start}${maskQuoted(value, mask, depth - 1)}`;
  });
}

function isTextOrNone(part: unknown): part is string | undefined {
  return part === undefined || typeof part === 'string';
}

/** Masks the value of a header such as `Authorization`, but not its scheme. */
export function maskAfterScheme(text: string, mask: Mask): string {
  const scheme = /^(?:Bearer|Basic)\s+/i.exec(text)?.[0] ?? '';
  return scheme + mask(text.slice(scheme.length));
}

/** Masks the values of cookies, but keeps their names and attributes. */
export function maskCookies(text: string, mask: Mask): string {
  return text
    .split(';')
    .map((part, index) => {
      const equals = part.indexOf('=');
      const isAttribute =
        index > 0 && /^\s*(path|domain|expires|max-age|samesite)$/i.test(part.slice(0, equals));
      return equals === -1 || isAttribute || isMasked(part.slice(equals + 1))
        ? part
        : `${part.slice(0, equals)}=${mask(part.slice(equals + 1))}`;
    })
    .join(';');
}

function isMasked(text: string): boolean {
  return /^\[(?:redacted|[0-9a-f]{8}(?:\.\..{1,4})?)\]/.test(text);
}
