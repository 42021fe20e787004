/** Finds rules and filters that AWS deploys, but that no event reaches or matches. */
import { findWaitingRules, isSilent } from '../../../kernel/delivery/waiting-rules.ts';
import { findDeadFilters } from '../../../console/records/filter-notes.ts';
import { shortPlace } from '../../../core/stack/source-format.ts';
import { adviseBridge } from '../../../console/records/bridge-notes.ts';
import type { ResolvedResource, ResolvedStack } from '../../../core/stack/model.ts';

type Silent = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

export function findSilent(stack: ResolvedStack): readonly Silent[] {
  const all = [...stack.resources.values()];
  return [...findSilentBuckets(stack, all), ...all.flatMap((resource) => findDeadFilters(resource))];
}

function findSilentBuckets(stack: ResolvedStack, all: readonly ResolvedResource[]): readonly Silent[] {
  return all
    .filter((bucket) => bucket.type === 'AWS::S3::Bucket' && isSilent(bucket, all))
    .flatMap((bucket) => {
      // A pattern without the name of a bucket may be for a bucket of another stack.
      const rules = findWaitingRules(bucket, all).filter(({ isNamed }) => isNamed);
      if (rules.length === 0) return [];
      const names = rules.map(({ rule }) => `${rule.logicalId} (${shortPlace(rule, 'EventPattern')})`);
      return [
        {
          resource: bucket,
          property: 'NotificationConfiguration',
          message: `the ${names.length === 1 ? 'rule' : 'rules'} ${names.join(', ')} never ${names.length === 1 ? 'runs' : 'run'}: the bucket sends no events to EventBridge`,
          remedy: adviseBridge(bucket, stack),
        },
      ];
    });
}
