/** Decides by the name of a variable, header, parameter, cookie or member whether its value is a secret. */

/**
 * If a name ends with one of these words, its value is a secret: `TOKEN_TTL` is a duration, but `REFRESH_TOKEN` is a
 * token.
 */
const SECRET_WORDS = words(`
  assertion authorization bearer cookie cookies credential credentials csrf dpop hmac jwt otp pass passcode passphrase
  passwd password passwords pepper psk pw pwd salt salts secret secrets sig signature signatures ticket token tokens totp xsrf
`);
/** Matches names whose words are not separated, such as `PGPASSWORD`, `csrfmiddlewaretoken` and `JSESSIONID`. */
const SECRET_ENDING =
  /(?:password|passwd|passphrase|secret|token|apikey|accesskey|authkey|privatekey|secretkey|signature|sessionid|sessid)s?$/;
/** Whole names whose last word alone does not show that the value is secret. */
const SECRET_NAMES = words(`
  codeverifier dpop samlrequest samlresponse secwebsocketprotocol sid identitysource usageidentifierkey connectsid rawjwt keymaterial
`);
/** A `key` after one of these words is a secret. */
const KEYS = words(`
  access account admin aes api app auth cipher client consumer cookie crypto decryption deploy encrypt encryption
  function functions hmac host identifier ingest ingestion integration jwt license licence master private read role
  rsa secret security server service session shared sign signing ssh storage subscription unseal webhook write
`);
/** In the names of variables, a `key` after one of these words is not a secret; any other key is. */
const HARMLESS_KEYS = words(`
  cache cluster column composite config dedup dedupe deduplication entry event feature field filter foreign group
  hash hot i18n idempotency index item kms lookup map message metric object order partition primary public
  publishable query range record reference registry request route routing row s3 search sort sorting storage tenant
  translation unique
`);
/**
 * A `token` after one of these words is not a secret. It is a position in a list, or a name that the caller gives to a
 * request.
 */
const HARMLESS_TOKENS = words(`
  continuation cancellation design idempotency next page pagination position prev previous request resume sequence
  start starting sync unexpected
`);
/** A `code` after one of these words is a secret. */
const CODES = words(`
  auth authorization backup confirmation device mfa otp pin recovery reset security sms totp verification
`);
/** An `id` after one of these words is a secret. */
const IDS = words('session');
/** Endings that only distinguish several secrets or name their format. They are ignored. */
const SUFFIX =
  /^(?:\d+|v\d+|sha\d+|md5|old|new|previous|current|next|primary|secondary|backup|confirmation|confirm|again|prod|production|dev|development|test|live|staging|value|values|string|binary|plain|plaintext|text|raw|base|base64|b64|pem|hash|default)$/;

const MAX_LENGTH = 100;
const MAX_JUDGED = 1_000;
/** Cached results, since most names recur. The number of results is limited, because callers choose names. */
const JUDGED = new Map<string, boolean>();

export function isSecretName(name: string): boolean {
  let isSecret = JUDGED.get(name);
  if (isSecret === undefined) {
    isSecret = judge(name);
    if (JUDGED.size >= MAX_JUDGED) JUDGED.clear();
    if (name.length <= MAX_LENGTH) JUDGED.set(name, isSecret);
  }
  return isSecret;
}

/** Returns whether a value with this name is a secret; false if it is a setting, a reference or a path. */
export function isSecretOf(name: string, value: string): boolean {
  return isSecretName(name) && !isSetting(name, value);
}

function judge(name: string): boolean {
  const parts = partsOf(name.slice(-MAX_LENGTH));
  if (SECRET_NAMES.has(parts.join(''))) return true;
  while (parts.length > 1 && SUFFIX.test(parts.at(-1) ?? '')) parts.pop();
  const last = parts.at(-1) ?? '';
  const before = parts.at(-2) ?? '';
  switch (last) {
    case 'key':
    case 'keys':
      return KEYS.has(before) || (isVariable(name) && before !== '' && !HARMLESS_KEYS.has(before));
    case 'auth':
      return isVariable(name);
    case 'code':
    case 'codes':
      return CODES.has(before);
    case 'id':
      return IDS.has(before);
    case 'token':
    case 'tokens':
      return !HARMLESS_TOKENS.has(before);
    default:
      return SECRET_WORDS.has(last) || (SECRET_ENDING.test(last) && !HARMLESS_RUN.test(last));
  }
}

/** Matches the names of tokens that are not secrets, if their words are not separated, such as `nexttoken`. */
const HARMLESS_RUN = /^(?:next|continuation|pagination|page|clientrequest|idempotency)token$/;

/**
 * Splits a name into words. `X-Api-Key`, `apiKey` and `API_KEY` give the same words. In a form, a name may be escaped,
 * such as `user%5Bpassword%5D`.
 */
function partsOf(name: string): string[] {
  return name
    .replaceAll(/%[\da-f]{2}/gi, '_')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== '');
}

function isVariable(name: string): boolean {
  return /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/.test(name);
}

const REFERENCE =
  /^(?:true|false|null|undefined|none|arn:aws[\w-]*:\S+|\$\{[\w.:-]+\}|\{\{resolve:[^{}]+\}\}|\$?(?:method\.)?request\.[\w.$-]+)$/i;
/** Matches a path by its slashes and its dot; base64 contains no dot. */
const FILE = /^(?:[\w.~-]*[/\\])[\w./\\~:-]*\.(?:json|pem|key|crt|cer|p12|pfx|txt|ya?ml|env|toml|ini|conf)$/i;
/** Values of the `credentials` option of a browser's `fetch`. */
const MODES = words('include omit same-origin');

function isSetting(name: string, value: string): boolean {
  if (value === '' || REFERENCE.test(value)) return true;
  if (FILE.test(value) || value.startsWith('/run/secrets/')) return true;
  // PWD is the working folder of a shell.
  if (/^(?:OLD)?PWD$/.test(name) && /^(?:[A-Z]:)?[/\\]/.test(value)) return true;
  if (/credentials$/i.test(name) && MODES.has(value)) return true;
  return /tokens$/i.test(name) && /^\d+(?:\.\d+)?$/.test(value);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
