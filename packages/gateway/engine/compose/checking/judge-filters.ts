/**
 * Checks filters of subscriptions and of event source mappings, including those whose source this gateway does not run.
 */
import { asOneOrMore, isJsonObject, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../../core/stack/model.ts';
import { checkFilterCriteria } from '../../../kernel/delivery/event-pattern.ts';
import { compileFilterPolicy } from '../../../kernel/delivery/filter-policy.ts';
import { refusedBy } from '../../../kernel/delivery/pattern-error.ts';

type RefusedFilter = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  /** Absent if the message says what the filter language permits. */
  readonly remedy?: string | undefined;
};

export function findRefusedFilters(resource: ResolvedResource): readonly RefusedFilter[] {
  const { type, properties } = resource;
  const { FilterPolicy: written, FilterPolicyScope, FilterCriteria } = properties;
  if (type === 'AWS::Lambda::EventSourceMapping' && FilterCriteria !== undefined) {
    const message = checkFilterCriteria(FilterCriteria);
    if (message === undefined) return [];
    const filters = asOneOrMore(membersOf(FilterCriteria)['Filters']);
    const index = filters.findIndex((one) => checkFilterCriteria({ Filters: [one] }) !== undefined);
    return [{ resource, property: `FilterCriteria${index < 0 ? '' : `.Filters.${index}.Pattern`}`, message }];
  }
  const policy = typeof written === 'string' ? parseJson(written) : written;
  if (type !== 'AWS::SNS::Subscription' || !isJsonObject(policy)) return [];
  const scope = FilterPolicyScope === 'MessageBody' ? FilterPolicyScope : 'MessageAttributes';
  const refused = refusedBy(() => compileFilterPolicy(policy, scope));
  return refused === undefined
    ? []
    : [{ resource, property: ['FilterPolicy', ...refused.at].join('.'), message: refused.message }];
}
