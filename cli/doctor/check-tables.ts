/** Tables that several regions write to at once would admit the same units, and take the same ticket, in each. */
import type { Finding } from './finding.ts';
import type { Views } from './views.ts';

export function checkTables({ account }: Views): readonly Finding[] {
  if (account === undefined) return [];
  return account.tables
    .filter(({ replicas }) => replicas.length > 0)
    .map(({ logicalId, name, replicas }) => ({
      ...{ id: 'global-table', level: 'obstacle', where: `${logicalId} (AWS::DynamoDB::Table)` },
      what: `table ${name} is a global table, with replicas in ${replicas.join(', ')}`,
      why: 'regions agree after the fact: each admits the whole quota, and each takes a one-time ticket once',
      fix: `aws dynamodb update-table --table-name ${name} --replica-updates ${replicas
        .map((region) => `'{"Delete":{"RegionName":"${region}"}}'`)
        .join(' ')}; docs/operating.md, "Several regions"`,
    }));
}
