/**
 * Checks the stack's tables. If a table could be written in several regions, each region could grant the same units of
 * a quota and accept the same ticket.
 */
import { schemaOf } from '@gatewright/authoring/files/table-schema';
import type { Finding } from './finding.ts';
import type { Views } from './views.ts';

/**
 * Reports tables that a newer version of the toolkit has created. This version would read items whose form it does not
 * know.
 */
export function checkNewerTables({ stack, account }: Views): readonly Finding[] {
  return account.tables.flatMap(({ logicalId, name, schema }): readonly Finding[] => {
    const wanted = schemaOf(stack.template.Resources[logicalId]?.Properties);
    if (wanted === undefined || schema === undefined || schema <= wanted) return [];
    return [
      {
        id: 'schema-newer',
        level: 'obstacle',
        where: `${logicalId} (AWS::DynamoDB::Table)`,
        what: `table ${name} has layout ${schema}, but this version supports ${wanted}`,
        why: 'a newer version of the stack was deployed, and this version cannot read all items of the table',
        fix: 'deploy a version of gatewright that supports the layout (see node_modules/gatewright/docs/guides/operate/operating.md, "Upgrading, and going back")',
      },
    ];
  });
}

export function checkGlobalTables({ account }: Views): readonly Finding[] {
  return account.tables
    .filter(({ replicas }) => replicas.length > 0)
    .map(({ logicalId, name, replicas }) => ({
      id: 'global-table',
      level: 'obstacle',
      where: `${logicalId} (AWS::DynamoDB::Table)`,
      what: `table ${name} is a global table, with replicas in ${replicas.join(', ')}`,
      why: 'regions synchronize with a delay, so each region admits the whole quota, and accepts a one-time ticket that another region has already accepted',
      fix: `remove the replicas: aws dynamodb update-table --table-name ${name} --replica-updates ${replicas
        .map((region) => `'{"Delete":{"RegionName":"${region}"}}'`)
        .join(' ')} (see node_modules/gatewright/docs/guides/operate/operating.md, "Several regions")`,
    }));
}
