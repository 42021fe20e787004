import type { DynamoDbTarget } from './create-tables.ts';
import type { Seed } from './seed-files.ts';
import { putItems, readItems } from './table-items.ts';

export type SeedableTable = { readonly name: string; readonly logicalId: string; readonly region: string };

/**
 * Writes the seeds into their tables, and returns the outcome of each seed as a sentence.
 * @throws StartError if DynamoDB refuses an item
 */
export async function seedTables(
  target: DynamoDbTarget,
  seeds: readonly Seed[],
  tables: readonly SeedableTable[],
): Promise<readonly string[]> {
  const messages: string[] = [];
  for (const { file, table, items } of seeds) {
    const found = tables.find(({ name, logicalId }) => name === table || logicalId === table);
    if (found === undefined) {
      const names = tables.map(({ name }) => name).join(', ');
      messages.push(
        `--seed: ${file}: unknown table ${table}${names === '' ? '' : `; expected one of ${names}`}`,
      );
      continue;
    }
    const own = { ...target, region: found.region };
    if ((await readItems(own, found.name, 1)).length > 0)
      messages.push(`--seed: ${found.name} already has items, so no items were added`);
    else {
      await putItems(own, found.name, items);
      messages.push(`--seed: items added to ${found.name}: ${items.length}`);
    }
  }
  return messages;
}
