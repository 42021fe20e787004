/** Finds rules and filters that AWS deploys, but that no event reaches or matches. */
import { findWaitingRules, isSilent } from '../../../kernel/delivery/waiting-rules.ts';
import { findDeadFilters } from '../../../console/records/filter-notes.ts';
import { findBusOfIntegration, findMissingBus } from '../../../console/records/missing-bus.ts';
import { shortPlace } from '../../../core/stack/source-format.ts';
import { adviseBridge } from '../../../console/records/bridge-notes.ts';
import type { ResolvedResource, ResolvedStack } from '../../../core/stack/model.ts';

type Silent = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

/** @param loaded all loaded stacks, including the judged stack */
export function findSilent(stack: ResolvedStack, loaded: readonly ResolvedStack[]): readonly Silent[] {
  const all = [...stack.resources.values()];
  return [
    ...findSilentBuckets(stack, all),
    ...all.flatMap((resource) => [...findDeadFilters(resource), ...findMisspeltBus(resource, loaded)]),
  ];
}

/** Finds an integration that names a bus which no loaded stack has, if one has a bus with almost the same name. */
function findMisspeltBus(resource: ResolvedResource, loaded: readonly ResolvedStack[]): readonly Silent[] {
  const written = findBusOfIntegration(resource);
  const missing = written && findMissingBus(written.name, loaded);
  if (written === undefined || missing?.nearest === undefined) return [];
  const { what, place } = missing.nearest;
  return [
    {
      resource,
      property: written.property,
      message: `no rule gets these events: no loaded stack has the bus ${written.name}, and EventBridge accepts events for a bus that does not exist; the most similar name is ${what} (${place})`,
      remedy: `write ${what} in place of ${written.name}`,
    },
  ];
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
