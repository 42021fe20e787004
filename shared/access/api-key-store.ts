/** API keys of a table, as authorizers use them: one read, now and then a note. */
import { DomainError } from '../errors.ts';
import type { ApiKeyReader, ItemStore } from '../ports.ts';
import { apiKeyItem, parseStoredApiKey } from './api-key-record.ts';

/** Less often than this nobody writes down that a key is used. */
export const USE_NOTED_EVERY_SECONDS = 600;

/** The store's client does not repeat anything, for the sake of writes; a read may be lost and asked again. */
const READ_ATTEMPTS = 2;

export function createApiKeyReader(store: ItemStore): ApiKeyReader {
  return {
    async find(keyId) {
      for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt += 1) {
        // Consistent: a key that was revoked a moment ago must not come back through a lagging replica.
        const outcome = await store.read(apiKeyItem(keyId), { consistent: true });
        if (outcome.kind === 'unavailable') continue;
        return outcome.item === undefined ? undefined : parseStoredApiKey(outcome.item);
      }
      throw new DomainError('STORE_UNAVAILABLE', 'the access table did not answer');
    },
    async noteUse(keyId, atEpochSeconds) {
      // Instances that saw the same old note write once between them.
      const since = atEpochSeconds - USE_NOTED_EVERY_SECONDS + 1;
      await store.update({
        purpose: 'key',
        key: apiKeyItem(keyId),
        when: [
          { attribute: 'ver', is: 'present' },
          { attribute: 'usedAt', is: 'absent-or-below', value: since },
        ],
        change: { kind: 'update', set: { usedAt: atEpochSeconds } },
      });
    },
  };
}
