/** Secrets of webhooks. A secret is read when the first delivery needs it, and then cached for a limited time. */
import { DomainError } from '../errors.ts';
import type { AwsCaller } from '../ports.ts';
import type { SecretPlace } from './compiled-webhooks.ts';

const FRESH_MS = 300_000;
/**
 * How long a cached secret is still used if the store cannot be read. An outage must not stop deliveries at once,
 * because GitHub does not repeat deliveries that got no response.
 */
const STALE_MS = 3_600_000;

type ReadSecretText = (place: SecretPlace) => Promise<string>;

type Kept = { readonly secrets: readonly string[]; readonly readAtEpochMs: number };

export class SecretCache {
  readonly #read: ReadSecretText;
  readonly #kept = new Map<string, Kept>();
  readonly #reading = new Map<string, Promise<Kept>>();

  constructor(read: ReadSecretText) {
    this.#read = read;
  }

  /**
   * Returns the secrets that are stored in a place.
   * @throws DomainError SECRET_UNAVAILABLE if the secret cannot be read; CONFIG_INVALID if the place cannot be used on
   * this machine
   */
  async get(place: SecretPlace, nowEpochMs: number): Promise<readonly string[]> {
    const key = JSON.stringify(place);
    const kept = this.#kept.get(key);
    // The absolute difference is used, because the real age is unknown if the clock was set back.
    const ageMs = kept === undefined ? Infinity : Math.abs(nowEpochMs - kept.readAtEpochMs);
    if (kept !== undefined && ageMs <= FRESH_MS) return kept.secrets;
    try {
      return (await this.#readOnce(key, place, nowEpochMs)).secrets;
    } catch (error) {
      if (kept !== undefined && ageMs <= STALE_MS) return kept.secrets;
      throw error;
    }
  }

  #readOnce(key: string, place: SecretPlace, nowEpochMs: number): Promise<Kept> {
    const known = this.#reading.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(place)
      .then((text) => {
        const kept = { secrets: splitSecrets(text), readAtEpochMs: nowEpochMs };
        this.#kept.set(key, kept);
        return kept;
      })
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }
}

/**
 * Splits a text into secrets, one per line. Several secrets are allowed so that they can be changed without a
 * deployment.
 */
export function splitSecrets(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/**
 * Creates a function that reads an SSM parameter or a secret of Secrets Manager.
 * @param localSecret returns an environment variable, on a developer's machine
 */
export function createSecretReader(
  caller: AwsCaller,
  localSecret: (variable: string) => string,
): ReadSecretText {
  return async (place) => {
    if (place.kind === 'env') return localSecret(place.name);
    const value = await readFromAws(place, caller);
    if (typeof value !== 'string')
      throw new DomainError(
        'SECRET_UNAVAILABLE',
        `the secret ${place.name} of a webhook is not text: store it as a string`,
      );
    return value;
  };
}

async function readFromAws({ kind, name }: SecretPlace, caller: AwsCaller): Promise<unknown> {
  try {
    if (kind === 'secret') {
      const input = { SecretId: name };
      const answer = await caller.call({
        service: 'secretsmanager',
        target: 'secretsmanager.GetSecretValue',
        input,
      });
      return answer['SecretString'];
    }
    const input = { Name: name, WithDecryption: true };
    const { Parameter: parameter } = await caller.call({
      service: 'ssm',
      target: 'AmazonSSM.GetParameter',
      input,
    });
    return typeof parameter === 'object' && parameter !== null && 'Value' in parameter
      ? parameter.Value
      : undefined;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('SECRET_UNAVAILABLE', 'the secret of a webhook cannot be read', { cause: error });
  }
}
