/** For a denied call that the role allows in another account, region or partition. */
import { parseArn, partitionOf, printArn } from '@gatewright/aws/arn';
import { compilePolicy } from './evaluate.ts';
import { asOneOrMore, membersOf } from '@gatewright/aws/json-object';
import type { CompiledPolicy, PolicyQuestion } from './model.ts';

type Arn = NonNullable<ReturnType<typeof parseArn>>;

/** Undefined: no statement differs in nothing else. @param own ARN of the role */
export function describeElsewhere(
  own: string,
  policies: readonly CompiledPolicy[],
  question: PolicyQuestion,
): string | undefined {
  const asked = parseArn(question.resource);
  if (asked === undefined) return undefined;
  const home = parseArn(own)?.accountId ?? '';
  const { accountId } = asked;
  if (
    accountId !== '' &&
    accountId !== home &&
    policies.some((policy) => policy.decide(question) === 'allow')
  )
    return `allows it, but account ${accountId} is not this start's ${home}: start with --account ${accountId}`;
  const [named] = policies.flatMap((policy) => namedBy(policy, asked, question));
  const place = named && describePlace(named, asked);
  return place && `allows it only ${place}`;
}

/** ARNs of statements that would allow the call if they were written for its place. */
function namedBy({ sources = [] }: CompiledPolicy, asked: Arn, question: PolicyQuestion): readonly Arn[] {
  return sources.flatMap(({ document, options }) =>
    asOneOrMore(membersOf(document)['Statement']).flatMap((statement) =>
      asOneOrMore(membersOf(statement)['Resource']).flatMap((text) => {
        const named = typeof text === 'string' ? parseArn(text) : undefined;
        if (named === undefined || membersOf(statement)['Effect'] !== 'Allow') return [];
        const { partition, region, accountId } = asked;
        const Resource = printArn({ ...named, partition, region, accountId });
        const moved = { Version: '2012-10-17', Statement: [{ ...membersOf(statement), Resource }] };
        const compiled = compilePolicy(moved, options);
        const isAllowed = compiled.kind === 'compiled' && compiled.policy.decide(question) === 'allow';
        return isAllowed ? [named] : [];
      }),
    ),
  );
}

function describePlace(named: Arn, asked: Arn): string | undefined {
  const differs = (part: 'partition' | 'region' | 'accountId'): boolean =>
    named[part] !== asked[part] && /^[a-z0-9-]+$/.test(named[part]);
  const { partition, region, accountId } = named;
  const ofPartition = partitionOf(region) === partition && differs('region');
  const places = [
    ...(differs('partition') && !ofPartition
      ? [
          [
            `partition ${partition}`,
            `--region ${REGIONS[partition] ?? 'REGION'}, or another region of ${partition}`,
          ],
        ]
      : []),
    ...(differs('region') ? [[`region ${region}`, `--region ${region}`]] : []),
    ...(differs('accountId') ? [[`account ${accountId}`, `--account ${accountId}`]] : []),
  ];
  if (places.length === 0) return undefined;
  return `in ${places.map(([place]) => place).join(' and ')}: start with ${places.map(([, option]) => option).join(' ')}`;
}

/** The first of each partition. */
const REGIONS: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};
