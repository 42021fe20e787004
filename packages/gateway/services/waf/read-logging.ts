/** Reads the logging configurations of web ACLs, which consist of a destination, redacted fields and a filter. */
import { parseArn } from '@gatewright/aws/arn';
import type { MemberReader } from '@gatewright/aws/member-reader';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { Outcome } from './evaluate/judge-web-acl.ts';

export type Logging = {
  readonly aclArn: string;
  /**
   * The log groups, delivery streams or buckets that get the records. In the gateway, each of them is a file with one
   * record per line.
   */
  readonly groups: readonly string[];
  readonly redacts: {
    readonly headers: ReadonlySet<string>;
    readonly path: boolean;
    readonly query: boolean;
    readonly method: boolean;
  };
  readonly isKept: (actions: readonly string[], labels: readonly string[]) => boolean;
  /** The properties as the template writes them. */
  readonly properties: Readonly<Record<string, unknown>>;
};

/**
 * Reads a logging configuration.
 * @throws InvalidMember if a member is invalid
 */
export function readLogging({ resource, members: at }: ResourceReader): Logging {
  const groups = at.texts('LogDestinationConfigs', 100).map((arn) => readDestination(arn, at));
  if (groups.length === 0) at.refuse('LogDestinationConfigs', 'must have at least one destination');
  const redacted = at.objects('RedactedFields', 100);
  const has = (member: string): boolean => redacted.some((one) => one.has(member));
  const headers = redacted.flatMap((one) => {
    const header = one.optional('SingleHeader');
    return header === undefined ? [] : [header.text('Name').toLowerCase()];
  });
  return {
    aclArn: at.text('ResourceArn'),
    groups,
    redacts: {
      headers: new Set(headers),
      path: has('UriPath'),
      query: has('QueryString'),
      method: has('Method'),
    },
    isKept: readFilter(at.optional('LoggingFilter')),
    properties: resource.properties,
  };
}

/**
 * The services that take the records of web ACLs, with the kind of resource and the place of its name in the ARN.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html
 */
const DESTINATIONS: Readonly<Record<string, { readonly kind: string; readonly name: RegExp }>> = {
  logs: { kind: 'log group', name: /^log-group:([^:]+)/ },
  s3: { kind: 'bucket', name: /^([^/]+)/ },
  firehose: { kind: 'delivery stream', name: /^deliverystream\/(.+)$/ },
};

/**
 * Returns the name in the ARN of a destination:
 * `arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-a:*` → `aws-waf-logs-a`
 */
function readDestination(text: string, at: MemberReader): string {
  const arn = parseArn(text);
  const { kind, name: place } = DESTINATIONS[arn?.service ?? ''] ?? {};
  const name = place?.exec(arn?.resource ?? '')?.[1];
  if (kind === undefined || name === undefined)
    // See awsdocs/aws-cloudformation-user-guide#1271
    at.refuse(
      'LogDestinationConfigs',
      `The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: LOG_DESTINATION, parameter: ${text}`,
    );
  if (!name.startsWith('aws-waf-logs-'))
    at.refuse('LogDestinationConfigs', `the name of the ${kind} ${name} must begin with aws-waf-logs-`);
  return name;
}

function readFilter(at: MemberReader | undefined): Logging['isKept'] {
  if (at === undefined) return () => true;
  const defaultBehavior = at.oneOf('DefaultBehavior', ['KEEP', 'DROP']);
  const filters = at.objects('Filters', 100).map((one) => ({
    behavior: one.oneOf('Behavior', ['KEEP', 'DROP']),
    isAll: one.oneOf('Requirement', ['MEETS_ALL', 'MEETS_ANY']) === 'MEETS_ALL',
    conditions: one.objects('Conditions', 100).map(readCondition),
  }));
  return (actions, labels) => {
    // The first filter that matches decides.
    const found = filters.find(({ isAll, conditions }) =>
      isAll
        ? conditions.every((isMet) => isMet(actions, labels))
        : conditions.some((isMet) => isMet(actions, labels)),
    );
    return (found?.behavior ?? defaultBehavior) === 'KEEP';
  };
}

function readCondition(at: MemberReader): Logging['isKept'] {
  const action = at.optional('ActionCondition')?.text('Action');
  if (action !== undefined) return (actions) => actions.includes(action);
  const label = at.object('LabelNameCondition').text('LabelName');
  return (_, labels) => labels.includes(label);
}

/**
 * Returns the actions of a request that a filter tests. They are the action that applied, the count actions, and
 * EXCLUDED_AS_COUNT for each count action that is an override.
 */
export function actionsOf({ action, matches }: Outcome): readonly string[] {
  const counted = matches.flatMap(({ action: { kind }, overridden, isTerminating }) =>
    isTerminating ? [] : overridden === undefined ? [kind] : ['EXCLUDED_AS_COUNT', kind],
  );
  return [action.kind, ...counted];
}
