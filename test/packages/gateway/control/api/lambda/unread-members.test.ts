/** Every member of Lambda's calls is read, except for a few that have no effect here (docs/aws §22.4). */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MAPPING_SETTINGS } from '../../../../../../packages/gateway/core/stack/event-sources.ts';
import { LAMBDA_MODEL } from '../../../../../../packages/gateway/kernel/calls/models/lambda.ts';

type Line = { readonly operation?: string; readonly members?: Readonly<Record<string, string>> };

const READERS = ['control/api/lambda', 'services/lambda-events'].map(
  (folder) => new URL(`../../../../../../packages/gateway/${folder}/`, import.meta.url),
);
/** Members that are checked, and then have no effect. */
const UNREAD = [
  'Invoke DurableExecutionName',
  'Invoke TenantId',
  'InvokeWithResponseStream TenantId',
  'UpdateFunctionCode S3ObjectStorageMode',
];

describe('the members of Lambda’s calls', () => {
  const words = new Set(
    READERS.flatMap((folder) =>
      readdirSync(folder).flatMap((file) =>
        readFileSync(new URL(file, folder), 'utf8')
          .toLowerCase()
          .split(/[^\w-]+/),
      ),
    ),
  );
  for (const name of [...MAPPING_SETTINGS.every, ...MAPPING_SETTINGS.stream]) words.add(name.toLowerCase());

  it('are read, or known to have no effect', () => {
    const unread = LAMBDA_MODEL.split('\n').flatMap((text) => {
      if (!text.startsWith('{"operation"')) return [];
      const { operation, members = {} } = JSON.parse(text) as Line;
      return Object.entries(members).flatMap(([member, type]) => {
        const header = / header (\S+)$/.exec(type)?.[1];
        return words.has((header ?? member).toLowerCase()) ? [] : [`${operation} ${member}`];
      });
    });

    assert.deepEqual(unread.toSorted(), UNREAD);
  });
});
