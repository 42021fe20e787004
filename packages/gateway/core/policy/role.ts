/** A role as its stack declares it, with the permissions that it grants. */
import type { DefinitionPlace } from '../errors.ts';
import type { CompiledPolicy, PolicyDecision, PolicyQuestion } from './model.ts';
import { parseArn, partitionOf, printArn } from '@gatewright/aws/arn';
import { compilePolicy } from './evaluate.ts';
import { asOneOrMore, membersOf } from '@gatewright/aws/json-object';

/** A call that was refused. */
export type RefusedCall = {
  /** The function that made the call, or the session of the role. */
  readonly caller: string;
  /** The action in the spelling of policies. */
  readonly action: string;
  /** The ARN of the resource, or `*`. */
  readonly resource: string;
};

export type Role = {
  /** For example `arn:aws:iam::123456789012:role/dev-orders`. */
  readonly arn: string;
  readonly name: string;
  /** The unique id of the role: `AROA` and 17 characters, which are the same for each session of the role. */
  readonly id: string;
  /**
   * The role's policies. If the gateway does not know a part of the role, they include a policy that allows everything.
   */
  readonly policies: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
  /** The trust policy, which defines who may assume the role. If it is not known, STS refuses to assume the role. */
  readonly trust?: CompiledPolicy | undefined;
  /** The services that the trust policy names; absent if the trust policy is not known. */
  readonly trustedServices?: ReadonlySet<string> | undefined;
  /** Whether every statement that lets API Gateway assume the role has a condition that only `aws:SourceAccount` meets. */
  readonly asksForSourceAccount?: boolean | undefined;
  /** The maximum session duration in seconds; absent means one hour. */
  readonly maxSessionSeconds?: number | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly place: DefinitionPlace;
  /**
   * Returns the remedy for a refused call, written in the format of the role's stack; absent if no stack has the role.
   */
  readonly advise?: (refused: RefusedCall) => string | undefined;
  /** The region of the role's stack; absent if no stack has the role. */
  readonly region?: string | undefined;
};

/** The principal of API Gateway in trust policies (API model, `Integration.credentials`). */
export const API_GATEWAY = 'apigateway.amazonaws.com';

/** Returns the name at the end of the ARN of a role, which may have a path. */
export function nameOfRole(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}

/**
 * Whether the trust policy lets the service assume the role. The policy may name the service's principal for all regions
 * or, for services that have one, the principal for one region or partition (lumigo-io/lumigo-CLI#83).
 */
export function trustsAnyPrincipal(
  { trustedServices = new Set(['*']) }: Pick<Role, 'trustedServices'>,
  service: string,
): boolean {
  return [...trustedServices].some((name) => name === '*' || globalName(name) === service);
}

function globalName(service: string): string {
  return service.replace(/^(\w+)\.[a-z]{2,4}(?:-[a-z]+)+-\d\./, '$1.').replace(/\.cn$/, '');
}

/**
 * Whether the trust policy lets API Gateway assume the role for an integration or an authorizer. If the trust policy is
 * not known, returns true.
 */
export function trustsGateway({
  trustedServices,
  asksForSourceAccount = false,
}: Pick<Role, 'trustedServices' | 'asksForSourceAccount'>): boolean {
  if (trustedServices === undefined) return true;
  return !asksForSourceAccount && (trustedServices.has(API_GATEWAY) || trustedServices.has('*'));
}

/** Returns the JSON of a policy statement that would allow the call. */
function missingStatement({ action, resource }: Pick<PolicyQuestion, 'action' | 'resource'>): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
}

export function describeMissing(
  who: string,
  {
    name,
    place,
    arn,
    policies,
    advise,
    region,
  }: Pick<Role, 'name' | 'place' | 'arn' | 'policies' | 'advise' | 'region'>,
  question: PolicyQuestion,
  decision: PolicyDecision,
): string {
  const where = place.line === undefined ? place.file : `${place.file}:${place.line}`;
  const begin = `${who} is not allowed to perform ${question.action} on ${question.resource}: role ${name} (${where})`;
  if (decision === 'explicit-deny') return `${begin} has a statement that denies the call`;
  const elsewhere = describeElsewhere({ arn, policies, region }, question);
  if (elsewhere !== undefined) return `${begin} ${elsewhere}`;
  const { action, resource } = question;
  const advice =
    advise?.({ caller: who, action, resource }) ?? `Add this statement: ${missingStatement(question)}`;
  return `${begin} has no statement whose action, resource and conditions allow the call. ${advice}`;
}

/**
 * The parts of an ARN. They are compared to find out whether the role allows the denied call in another account, region
 * or partition.
 */
type Arn = NonNullable<ReturnType<typeof parseArn>>;

/**
 * Describes the account, region or partition in which the role does allow the call. Returns undefined if the role does
 * not allow the call anywhere else.
 */
function describeElsewhere(
  { arn: own, policies, region }: Pick<Role, 'arn' | 'policies' | 'region'>,
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
    return `allows the call, but account ${accountId} differs from the gateway's account ${home}: start the gateway with --account ${accountId}`;
  const [named] = policies.flatMap((policy) => namedBy(policy, asked, question));
  const place = named && describePlace(named, asked, region);
  return place && `allows the call only ${place}`;
}

/**
 * Returns the ARNs in statements that would allow the call if those ARNs had the partition, region and account of the
 * call.
 */
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

/**
 * @param home the region of the role's stack. The gateway already serves this region, so advice to change `--region` to
 * it would not help
 */
function describePlace(named: Arn, asked: Arn, home: string | undefined): string | undefined {
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
    ...(differs('region') && region !== home ? [[`region ${region}`, `--region ${region}`]] : []),
    ...(differs('accountId') ? [[`account ${accountId}`, `--account ${accountId}`]] : []),
  ];
  if (places.length === 0) return undefined;
  return `in ${places.map(([place]) => place).join(' and ')}: start the gateway with ${places.map(([, option]) => option).join(' ')}`;
}

/** The default region of each partition, which is the partition's first region. */
const REGIONS: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};
