/** Finds the key of an index that an error of DynamoDB names. The error does not name the table. */
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import { placeOf, resourcesOf } from './find-places.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

const INDEX = /IndexName: ([\w.-]+)(?:, IndexKey: ([^\s,.]+))?/;
const KEY = /Index Key:? ([^\s,]+)/i;

export function placesOfIndex(
  { outcome }: Pick<RecordedRequest, 'outcome'>,
  stacks: readonly ResolvedStack[],
): readonly NamedPlace[] {
  const message = outcome?.kind === 'failed' ? outcome.errorMessage : '';
  const [, index, named] = INDEX.exec(message) ?? [];
  const key = named ?? KEY.exec(message)?.[1];
  if (index === undefined || key === undefined) return [];
  const places = resourcesOf(stacks, 'AWS::DynamoDB::Table').flatMap((table) =>
    ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'].flatMap((list) =>
      asList(table.properties[list]).flatMap((one, at) => {
        const { IndexName: name, KeySchema: schema } = membersOf(one);
        const element = asList(schema).findIndex((part) => asText(membersOf(part)['AttributeName']) === key);
        const member = `${list}.${at}.KeySchema.${element}.AttributeName`;
        return name === index && element !== -1 ? (placeOf(table, member) ?? []) : [];
      }),
    ),
  );
  const [place, ...others] = places;
  return place === undefined || others.length > 0
    ? []
    : [{ what: `key ${key} of the index ${index}`, place }];
}
