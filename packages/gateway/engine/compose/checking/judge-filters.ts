/** Judges filters of subscriptions, event source mappings and log groups, including those that deliver nothing here. */
import { asOneOrMore, isJsonObject, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { KnownValues } from '../../../core/deployability/known-values.ts';
import type { ResolvedResource } from '../../../core/stack/model.ts';
import { checkFilterCriteria } from '../../../kernel/delivery/event-pattern.ts';
import { compileFilterPolicy } from '../../../kernel/delivery/filter-policy.ts';
import { refusalOf } from '../../../kernel/delivery/pattern-error.ts';
import { InvalidPattern } from '../../../services/cloudwatch-logs/pattern/pattern-text.ts';
import { readLinePattern } from '../../../services/cloudwatch-logs/pattern/read-pattern.ts';

type RefusedFilter = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
};

export function findRefusedFilters(
  resource: ResolvedResource,
  known: KnownValues | undefined,
): readonly RefusedFilter[] {
  const { type, properties } = resource;
  if (type === 'AWS::Logs::MetricFilter' || type === 'AWS::Logs::SubscriptionFilter')
    return known?.isKnownAt(resource.logicalId, ['FilterPattern']) === true ? judgeLogFilter(resource) : [];
  const { FilterPolicy: written, FilterPolicyScope, FilterCriteria } = properties;
  if (type === 'AWS::Lambda::EventSourceMapping' && FilterCriteria !== undefined) {
    const message = checkFilterCriteria(FilterCriteria);
    return message === undefined ? [] : [{ resource, property: 'FilterCriteria', message }];
  }
  const policy = typeof written === 'string' ? parseJson(written) : written;
  if (type !== 'AWS::SNS::Subscription' || !isJsonObject(policy)) return [];
  const scope = FilterPolicyScope === 'MessageBody' ? FilterPolicyScope : 'MessageAttributes';
  const message = refusalOf(() => compileFilterPolicy(policy, scope));
  return message === undefined ? [] : [{ resource, property: 'FilterPolicy', message }];
}

/** PutMetricFilter and PutSubscriptionFilter. */
function judgeLogFilter(resource: ResolvedResource): readonly RefusedFilter[] {
  const { FilterPattern: pattern, MetricTransformations } = resource.properties;
  if (typeof pattern !== 'string') return [];
  const reason = refusalOfPattern(pattern);
  if (reason !== undefined) {
    // aws/aws-cdk#15047
    const message = `Invalid ${resource.type === 'AWS::Logs::MetricFilter' ? 'metric ' : ''}filter pattern: ${reason}`;
    return [{ resource, property: 'FilterPattern', message }];
  }
  return asOneOrMore(MetricTransformations).flatMap((transformation, index) => {
    const { Dimensions: dimensions, DefaultValue: usual } = membersOf(transformation);
    const property = `MetricTransformations.${index}`;
    if (asOneOrMore(dimensions).length === 0) return [];
    // aws-cloudformation/cloudformation-coverage-roadmap#1839, hashicorp/terraform-provider-aws#28881
    if (!/^\s*[[{]/.test(pattern))
      return [
        {
          resource,
          property: `${property}.Dimensions`,
          message: 'The specified filter pattern does not support dimensions',
        },
      ];
    // CloudWatch Logs user guide: "If you assign dimensions to a metric created by a metric filter, you can't assign a default value for that metric."
    return usual === undefined
      ? []
      : [
          {
            resource,
            property: `${property}.DefaultValue`,
            message:
              'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
          },
        ];
  });
}

function refusalOfPattern(pattern: string): string | undefined {
  try {
    readLinePattern(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidPattern) return error.message;
    throw error;
  }
}
