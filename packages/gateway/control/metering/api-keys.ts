/** The API keys of the account. They do not belong to an API. Usage plans connect them with stages. */
import { refuseBeyondQuota, DEFAULT_QUOTAS } from '../api-quotas.ts';
import { refusalByService } from '../edits/check-members.ts';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import { API_KEY } from '../resource-types/constraints.ts';

export type ApiKey = {
  readonly id: string;
  readonly value: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly customerId: string | undefined;
  readonly enabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAtEpochMs: number;
  readonly updatedAtEpochMs: number;
};

/** Returns why AWS refuses this name; undefined means that AWS accepts it. */
export function checkKeyName(name: string | undefined): string | undefined {
  return refusalByService(name, API_KEY.name);
}

export class ApiKeys {
  readonly #byId = new Map<string, ApiKey>();
  /** The keys are found by hash, so that the duration of a lookup does not reveal how much of a guess was right. */
  readonly #byValue = new Map<string, ApiKey>();

  get all(): readonly ApiKey[] {
    return [...this.#byId.values()];
  }

  find(id: string): ApiKey | undefined {
    return this.#byId.get(id);
  }

  /** @throws ControlError NotFoundException if there is no such key */
  get(id: string): ApiKey {
    return orNotFound(this.#byId.get(id), 'Invalid API Key identifier specified');
  }

  findByValue(value: string): ApiKey | undefined {
    return this.#byValue.get(value);
  }

  /**
   * Adds a key, or replaces the key that has the same id.
   * @throws ControlError for a call that AWS refuses
   */
  put(key: ApiKey): void {
    const refusal = refusalByService(key.value, API_KEY.value) ?? checkKeyName(key.name);
    if (refusal !== undefined) throw badRequest(refusal);
    const other = this.#byValue.get(key.value);
    if (other !== undefined && other.id !== key.id) throw conflict('API Key already exists');
    const known = this.#byId.get(key.id);
    if (known === undefined) refuseBeyondQuota('apiKeys', this.#byId.size, DEFAULT_QUOTAS);
    if (known !== undefined) this.#byValue.delete(known.value);
    this.#byId.set(key.id, key);
    this.#byValue.set(key.value, key);
  }

  delete(id: string): void {
    const key = this.#byId.get(id);
    if (key === undefined) return;
    this.#byId.delete(id);
    this.#byValue.delete(key.value);
  }
}
