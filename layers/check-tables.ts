/** Finds tables of keys and charges in the compiled template that several regions would share. */
import { membersOf } from '@gatewright/aws/json-object';
import type { Template } from './edit-template.ts';

const TABLE_VARIABLES = ['GATEWRIGHT_USAGE_TABLE', 'GATEWRIGHT_ACCESS_TABLE'];
const TABLE_TYPES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'];

/**
 * Returns one sentence for each of our tables that is replicated to other regions, because its units would count
 * separately in each region.
 */
export function globalTables({ Resources }: Template): readonly string[] {
  return ownTables({ Resources }).flatMap((logicalId) => {
    const { Type: type, Properties = {} } = Resources[logicalId] ?? { Type: '' };
    const regions = [Properties['Replicas'] ?? []].flat().map(regionOf);
    if (type !== 'AWS::DynamoDB::GlobalTable' && regions.length === 0) return [];
    const where = regions.length === 0 ? '' : ` in ${regions.join(', ')}`;
    return [
      `${logicalId} is a global table${where}. Its regions synchronize with a delay, so each would admit the whole quota and accept a one-time ` +
        'ticket once. Use an AWS::DynamoDB::Table without replicas. For alternatives, see "Several regions" in node_modules/gatewright/docs/guides/operate/operating.md',
    ];
  });
}

/** Returns the tables that the functions use, even if another resource replaces ours. */
function ownTables({ Resources }: Pick<Template, 'Resources'>): readonly string[] {
  const ids = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties }) => {
      const { Variables: variables = {} } = (Properties?.['Environment'] ?? {}) as {
        readonly Variables?: Readonly<Record<string, unknown>>;
      };
      return TABLE_VARIABLES.map((name) => membersOf(variables[name])['Ref']);
    });
  return [...new Set(ids)].filter(
    (id): id is string => typeof id === 'string' && TABLE_TYPES.includes(Resources[id]?.Type ?? ''),
  );
}

function regionOf(replica: unknown): string {
  const { Region: region } = membersOf(replica);
  return typeof region === 'string' ? region : JSON.stringify(region ?? replica);
}
