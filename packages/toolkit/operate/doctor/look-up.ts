/** Which names of a template already exist: one call each, to the owning service. */
import { schemaOf } from '@gatewright/authoring/files/table-schema';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import { NAMED_TYPES } from './named-types.ts';
import type { Caller, Reader } from './reader.ts';
import type { AccountView, NamedResource } from './views.ts';

/** Avoids throttling. */
const AT_ONCE = 4;

export async function lookUp(
  reader: Reader,
  region: string,
  { accountId }: Caller,
  names: readonly NamedResource[],
): Promise<Pick<AccountView, 'taken' | 'tables'>> {
  const taken: NamedResource[] = [];
  const tables: AccountView['tables'][number][] = [];
  const rest = [...names];
  const ask = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      const { type, name } = one;
      const named = NAMED_TYPES[type];
      if (named === undefined) continue;
      const request = named.request({ name, region, accountId });
      const answer = await reader.read(`whether ${name} exists`, named.permission, request, named.absent);
      if (answer === undefined || answer === 'absent') continue;
      if (type === 'AWS::Logs::LogGroup' && !hasGroup(answer.body, name)) continue;
      taken.push(one);
      if (type === 'AWS::DynamoDB::Table') tables.push(await readTable(reader, region, one, answer.body));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const order = (list: readonly { readonly logicalId: string }[]) =>
    names.flatMap(({ logicalId }) => list.filter((one) => one.logicalId === logicalId));
  return {
    taken: order(taken) as NamedResource[],
    tables: order(tables) as AccountView['tables'][number][],
  };
}

async function readTable(
  reader: Reader,
  region: string,
  { logicalId, name }: NamedResource,
  described: unknown,
): Promise<AccountView['tables'][number]> {
  const replicas = replicasIn(described, region);
  const arn = textAt(described, 'Table', 'TableArn');
  const tags = await reader.read(`tags of table ${name}`, 'dynamodb:ListTagsOfResource', {
    service: 'dynamodb',
    protocol: 'json',
    target: 'DynamoDB_20120810.ListTagsOfResource',
    input: { ResourceArn: arn },
  });
  const schema = tags === undefined || tags === 'absent' ? undefined : schemaOf(tags.body);
  return { logicalId, name, replicas, schema };
}

/** The call searches by prefix. */
function hasGroup(body: unknown, name: string): boolean {
  return listAt(body, 'logGroups').some((group) => textAt(group, 'logGroupName') === name);
}

/** DynamoDB also lists the region of the call, once there is another. */
function replicasIn(body: unknown, region: string): readonly string[] {
  return listAt(memberAt(body, 'Table'), 'Replicas')
    .map((replica) => textAt(replica, 'RegionName') ?? '')
    .filter((name) => name !== region && name !== '');
}
