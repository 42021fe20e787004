/** Finds filters of log groups that CloudWatch Logs would refuse. */
import { asOneOrMore, membersOf } from '@gatewright/aws/json-object';
import { KnownValues } from '../../core/deployability/known-values.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { InvalidPattern } from './pattern/pattern-text.ts';
import { readLinePattern } from './pattern/read-pattern.ts';

type RefusedFilter = { readonly property: string; readonly message: string };

/**
 * Returns the properties of a filter that PutMetricFilter or PutSubscriptionFilter would refuse; empty if the pattern
 * is not known before deployment.
 */
export function judgeLogFilter(
  { type, logicalId, properties }: ResolvedResource,
  { source }: ResolvedStack,
): readonly RefusedFilter[] {
  const known = source && new KnownValues(source.template, source.placeholderParameters);
  if (known?.isKnownAt(logicalId, ['FilterPattern']) !== true) return [];
  const { FilterPattern: pattern, MetricTransformations } = properties;
  if (typeof pattern !== 'string') return [];
  const reason = refusalOfPattern(pattern);
  if (reason !== undefined) {
    // See aws/aws-cdk#15047
    const message = `Invalid ${type === 'AWS::Logs::MetricFilter' ? 'metric ' : ''}filter pattern: ${reason}`;
    return [{ property: 'FilterPattern', message }];
  }
  return asOneOrMore(MetricTransformations).flatMap((transformation, index) => {
    const { Dimensions: dimensions, DefaultValue: usual } = membersOf(transformation);
    const property = `MetricTransformations.${index}`;
    if (asOneOrMore(dimensions).length === 0) return [];
    // See aws-cloudformation/cloudformation-coverage-roadmap#1839, hashicorp/terraform-provider-aws#28881
    if (!/^\s*[[{]/.test(pattern))
      return [
        {
          property: `${property}.Dimensions`,
          message: 'The specified filter pattern does not support dimensions',
        },
      ];
    // CloudWatch Logs user guide: "If you assign dimensions to a metric created by a metric filter, you can't assign a
    // default value for that metric."
    return usual === undefined
      ? []
      : [
          {
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
