/** Finds changes that a service does not allow on an existing resource, although its schema permits the new value. */
import { isDeepStrictEqual } from 'node:util';
import { listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Change } from './stack-changes.ts';

type ForbiddenChange = {
  readonly property: string;
  /** AWS's message, if it is known. */
  readonly message: string;
};

const JUDGES: Readonly<Record<string, (change: Change) => readonly ForbiddenChange[]>> = {
  'AWS::Cognito::UserPool': judgeUserPool,
  'AWS::DynamoDB::Table': judgeIndexes,
};

export function findForbiddenChanges(change: Change): readonly ForbiddenChange[] {
  return change.replacedBy === undefined ? (JUDGES[change.now.type]?.(change) ?? []) : [];
}

/** See aws-samples/sample-voice-of-customer-datalake#184, aws-amplify/amplify-cli#4227 */
const OF_POOL = ['UsernameConfiguration', 'UsernameAttributes', 'AliasAttributes'];

function judgeUserPool({ before, now, changed }: Change): readonly ForbiddenChange[] {
  const attributes = namedIn(now.properties, 'Schema', 'Name');
  const isReduced = [...namedIn(before.properties, 'Schema', 'Name')].some(
    ([name, old]) => !isDeepStrictEqual(old, attributes.get(name)),
  );
  return [
    ...OF_POOL.filter((name) => changed.includes(name)).map((property) => ({
      property,
      message: `Updates are not allowed for property - ${property}.`,
    })),
    ...(isReduced
      ? [{ property: 'Schema', message: 'Existing schema attributes cannot be modified or deleted.' }]
      : []),
  ];
}

/**
 * An update can create or delete only one index (aws/aws-cdk#14920). CloudFormation's page about LocalSecondaryIndex
 * has the words "Updates are not supported." at each of its properties.
 */
function judgeIndexes({ before, now, changed }: Change): readonly ForbiddenChange[] {
  const [old, current] = [before, now].map(({ properties }) =>
    namedIn(properties, 'GlobalSecondaryIndexes', 'IndexName'),
  ) as [ReadonlyMap<string, JsonObject>, ReadonlyMap<string, JsonObject>];
  const created = [...current.keys()].filter((name) => !old.has(name));
  const deleted = [...old.keys()].filter((name) => !current.has(name));
  const reshaped = [...current].filter(([name, index]) => {
    const one = old.get(name);
    return (
      one !== undefined &&
      !['KeySchema', 'Projection'].every((part) => isDeepStrictEqual(one[part], index[part]))
    );
  });
  const property = 'GlobalSecondaryIndexes';
  return [
    ...(created.length + deleted.length > 1
      ? [
          {
            property,
            message: `Cannot perform more than one GSI creation or deletion in a single update (${[...created, ...deleted].join(', ')})`,
          },
        ]
      : []),
    ...reshaped.map(([name]) => ({
      property,
      message: `Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights Specification. You can create a new GSI with a different name. (${name})`,
    })),
    ...(changed.includes('LocalSecondaryIndexes')
      ? [
          {
            property: 'LocalSecondaryIndexes',
            message:
              'local secondary indexes can only be created together with the table: updates are not supported',
          },
        ]
      : []),
  ];
}

function namedIn(properties: JsonObject, list: string, name: string): ReadonlyMap<string, JsonObject> {
  return new Map(listOf(properties, list).map((one) => [textOf(membersOf(one), name), membersOf(one)]));
}
