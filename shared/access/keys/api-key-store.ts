import type { ApiKeyReader, ItemStore } from '../../ports.ts';
import { readAccessItem } from '../access-item.ts';
import { LAST_USE_EVERY_SECONDS } from './last-use.ts';
import { apiKeyItem, parseStoredApiKey } from './api-key-record.ts';

export function createApiKeyReader(store: ItemStore): ApiKeyReader {
  return {
    async find(keyId) {
      const item = await readAccessItem(store, apiKeyItem(keyId));
      return item === undefined ? undefined : parseStoredApiKey(item);
    },
    async noteUse(keyId, atEpochSeconds) {
      // The write is conditional. If several instances read the same old time, only one of them writes the new time.
      const since = atEpochSeconds - LAST_USE_EVERY_SECONDS + 1;
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
