/**
 * Generates the password of a secret with `GenerateSecretString` in its template. AWS's rules apply (Secrets Manager
 * API, "GetRandomPassword").
 */
import { asFlag, isJsonObject, isTrue, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** Returns an unpredictable integer from 0 up to, but not including, the bound. */
type Draw = (bound: number) => number;

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const USUAL_LENGTH = 32;
const MAX_LENGTH = 4_096;

/** Generated secret values. A value stays the same while the gateway runs, unless the template changes its rules. */
export class GeneratedSecrets {
  readonly #draw: Draw;
  readonly #made = new Map<string, string>();

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  /**
   * Returns the generated value of a secret.
   * @param owner the stack and the logical id of the secret
   */
  textOf(owner: string, spec: UnknownMembers): string {
    const key = `${owner} ${JSON.stringify(spec)}`;
    const made = this.#made.get(key) ?? generateSecret(spec, this.#draw);
    this.#made.set(key, made);
    return made;
  }
}

export function isGenerated(spec: unknown): spec is UnknownMembers {
  return isJsonObject(spec);
}

function generateSecret(spec: UnknownMembers, draw: Draw): string {
  const password = generatePassword(spec, draw);
  const { SecretStringTemplate: template, GenerateStringKey: key } = spec;
  if (typeof template !== 'string' || typeof key !== 'string') return password;
  return JSON.stringify({ ...parseJsonObject(template), [key]: password });
}

function generatePassword(spec: UnknownMembers, draw: Draw): string {
  const excluded = typeof spec['ExcludeCharacters'] === 'string' ? spec['ExcludeCharacters'] : '';
  const kinds = [
    ...(isTrue(spec['ExcludeLowercase']) ? [] : [LOWERCASE]),
    ...(isTrue(spec['ExcludeUppercase']) ? [] : [LOWERCASE.toUpperCase()]),
    ...(isTrue(spec['ExcludeNumbers']) ? [] : ['0123456789']),
    ...(isTrue(spec['ExcludePunctuation']) ? [] : [PUNCTUATION]),
    ...(isTrue(spec['IncludeSpace']) ? [' '] : []),
  ]
    .map((kind) => Array.from(kind).filter((character) => !excluded.includes(character)))
    .filter(({ length }) => length > 0);
  const all = kinds.flat();
  if (all.length === 0) return '';
  const length = Math.min(
    MAX_LENGTH,
    Math.max(1, Math.trunc(Number(spec['PasswordLength'] ?? USUAL_LENGTH)) || 1),
  );
  const isEach = asFlag(spec['RequireEachIncludedType']) !== false;
  const required = isEach ? kinds.slice(0, length).map((kind) => pick(kind, draw)) : [];
  const rest = Array.from({ length: length - required.length }, () => pick(all, draw));
  return shuffle([...required, ...rest], draw).join('');
}

function pick(from: readonly string[], draw: Draw): string {
  return from[draw(from.length)] ?? '';
}

/** Shuffles with Fisher-Yates, so that required characters may be at any position. */
function shuffle(characters: string[], draw: Draw): string[] {
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const at = draw(last + 1);
    [characters[last], characters[at]] = [characters[at] ?? '', characters[last] ?? ''];
  }
  return characters;
}
