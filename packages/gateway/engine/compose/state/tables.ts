import { describeNames } from '../../../core/stack/function.ts';
import { isTable } from '../../../core/stack/table-types.ts';
import { DefinitionError, StartError } from '../../../core/errors.ts';
import type { Faults, Tolerance } from '../../../core/errors.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import type { Seed } from '../../../services/tables/seed-files.ts';
import type { SeedableTable } from '../../../services/tables/seed-tables.ts';
import type { TableDefinition } from '../../../services/tables/table-definition.ts';
import type { GatewayOptions } from '../../gateway.ts';
import { backendOf } from '../parts.ts';
import type { Parts } from '../parts.ts';

type TablesOfRegion = { readonly region: string; readonly definitions: readonly TableDefinition[] };

export async function readTables(
  stacks: readonly ResolvedStack[],
  tolerance: Tolerance,
): Promise<readonly TablesOfRegion[]> {
  if (!stacks.some(({ resources }) => [...resources.values()].some(isTable))) return [];
  const { readTableDefinition } = await import('../../../services/tables/table-definition.ts');
  return stacks.map(({ region, resources }) => ({
    region,
    definitions: [...resources.values()].filter(isTable).flatMap((resource) =>
      tolerance.attempt(
        'the table is not created',
        () => {
          if (resource.fault !== undefined) throw resource.fault;
          return [readTableDefinition(resource)];
        },
        () => [],
      ),
    ),
  }));
}

export async function openSeeds({ seed: folder, tables = {} }: GatewayOptions): Promise<readonly Seed[]> {
  if (folder === undefined && Object.keys(tables).length === 0) return [];
  const { readSeeds, toSeeds } = await import('../../../services/tables/seed-files.ts');
  return [...(folder === undefined ? [] : await readSeeds(folder)), ...toSeeds(tables)];
}

/**
 * Refuses initial items for unknown tables. A table that a program names must exist, but a `--seed` folder may contain
 * files for tables that do not exist.
 */
function refuseUnknown(given: GatewayOptions['tables'] = {}, all: readonly SeedableTable[]): void {
  const unknown = Object.keys(given).find(
    (wanted) => !all.some(({ name, logicalId }) => name === wanted || logicalId === wanted),
  );
  if (unknown === undefined) return;
  const names = all.map(describeNames).join(', ');
  throw new StartError(
    'SEED',
    `unknown table ${unknown}; ${names === '' ? 'this gateway has none' : `expected one of ${names}`}`,
  );
}

export async function seed(
  seeds: readonly Seed[],
  tables: readonly TablesOfRegion[],
  { options, store }: Parts,
): Promise<void> {
  const backend = backendOf(options, store);
  if (backend === undefined) return;
  const all = tables.flatMap(({ region, definitions }) =>
    definitions.map(({ name, place }) => ({ name, logicalId: place.logicalId ?? '', region })),
  );
  refuseUnknown(options.tables, all);
  const { seedTables } = await import('../../../services/tables/seed-tables.ts');
  const messages = await seedTables({ region: options.region, ...backend }, seeds, all);
  for (const sentence of messages) options.onProgress(sentence);
}

export async function createTables(
  { region, definitions }: TablesOfRegion,
  { store, options }: Parts,
  faults: Faults,
): Promise<void> {
  try {
    await store.createTables(definitions, region);
  } catch (error) {
    if (!(error instanceof DefinitionError) || options.strict || options.refusesFaults === true) throw error;
    faults.note(error, 'tables are unchanged');
  }
}
