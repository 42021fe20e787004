/** API keys of a table, as authorizers use them: one read, now and then a note. */
import type { ApiKeyReader, ItemStore } from '../../ports.ts';
import { readAccessItem } from '../access-item.ts';
import { apiKeyItem, parseStoredApiKey } from './api-key-record.ts';

/** Less often than this nobody writes down that a key is used. */
export const USE_NOTED_EVERY_SECONDS = 600;

export function createApiKeyReader(store: ItemStore): ApiKeyReader {
  return {
    async find(keyId) {
      const item = await readAccessItem(store, apiKeyItem(keyId));
      return item === undefined ? undefined : parseStoredApiKey(item);
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
