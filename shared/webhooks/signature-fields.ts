/**
 * Parses `Signature-Input`, `Signature` and `Content-Digest` (RFC 9421 §4, RFC 9530 §2). Only the canonical spelling is
 * accepted. If a reader would have to normalize a value, it is refused, so that all readers agree on its meaning.
 */
import { createHash } from 'node:crypto';
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';
import { equalInConstantTime } from '@gatewright/aws/sign-request';

export type SignatureInput = {
  readonly label: string;
  /** Component names such as `@method` and `content-digest`, each once. */
  readonly components: readonly string[];
  readonly parameters: ReadonlyMap<string, string | number>;
  /** Value of `@signature-params`, as sent. */
  readonly text: string;
};

const TEXT_LIMIT_CHARACTERS = 4_096;
const INPUT =
  /^([a-z][a-z0-9_.*-]{0,63})=(\(([^()]*)\)((?:;[a-z]+=(?:0|[1-9]\d{0,14}|"[ !#-[\]-~]{0,256}"))*))$/;
/**
 * Matches a list of components. Components with parameters are excluded (`"@query-param";name="x"`, `;sf`, `;bs`,
 * `;key`, `;req`, `;tr`).
 */
const COMPONENTS = /^"@?[a-z0-9-]{1,64}"(?: "@?[a-z0-9-]{1,64}")*$/;
const PARAMETER = /;([a-z]+)=(?:(\d+)|"([^"]*)")/g;
const KNOWN_PARAMETERS = new Set(['alg', 'created', 'expires', 'keyid', 'nonce', 'tag']);

/**
 * Parses `Signature-Input`. Returns undefined for any other form: several labels, components with parameters, repeated
 * or unknown names.
 */
export function parseSignatureInput(header: string): SignatureInput | undefined {
  const [, label, text, inner, parameterText] =
    header.length > TEXT_LIMIT_CHARACTERS ? [] : (INPUT.exec(header) ?? []);
  if (label === undefined || text === undefined || !COMPONENTS.test(inner ?? '')) return undefined;
  const components = (inner ?? '').split(' ').map((quoted) => quoted.slice(1, -1));
  const pairs = [...(parameterText ?? '').matchAll(PARAMETER)].map(
    ([, name = '', digits, quoted = '']) => [name, digits === undefined ? quoted : Number(digits)] as const,
  );
  const parameters = new Map(pairs);
  const isPlain = pairs.every(([name]) => KNOWN_PARAMETERS.has(name)) && parameters.size === pairs.length;
  return isPlain && new Set(components).size === components.length
    ? { label, components, parameters, text }
    : undefined;
}

/**
 * Returns the bytes of the signature under `label`. Returns undefined for any other form, or if there is another label.
 */
export function parseSignature(header: string, label: string): Uint8Array | undefined {
  const [, name, base64] = BYTES.exec(header.length > TEXT_LIMIT_CHARACTERS ? '' : header) ?? [];
  return name === label && base64 !== undefined ? bytesOf(base64) : undefined;
}

const BYTES = /^([a-z][a-z0-9_.*-]{0,63})=:([A-Za-z0-9+/]{1,2048}={0,2}):$/;
const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/** Whether there is at least one supported digest, and all supported digests match the body. */
export function isDigestOf(header: string, body: Uint8Array): boolean {
  if (header.length > TEXT_LIMIT_CHARACTERS) return false;
  const checks = header.split(',').map((member) => {
    const [, name = '', base64] = BYTES.exec(trimFieldWhitespace(member)) ?? [];
    const algorithm = DIGESTS.get(name);
    if (base64 === undefined) return false;
    if (algorithm === undefined) return undefined;
    return equalInConstantTime(createHash(algorithm).update(body).digest('base64'), base64);
  });
  return checks.includes(true) && !checks.includes(false);
}

function bytesOf(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
