/**
 * Finds what CloudFormation creates before a resource, and how a resource can be made to wait for another one. AWS
 * refuses a `DependsOn` or a reference that creates a circular dependency, so advice is checked with this code before
 * it is given.
 */
import { asOneOrMore, mapOf } from '@gatewright/aws/json-object';
import { namesIn } from '../deployability/names-in.ts';
import type { ResolvedStack } from './model.ts';

/**
 * A resource that waits for another. If it waits only because of an entry in its `DependsOn`, this entry can be
 * removed.
 */
type Wait = { readonly owner: string; readonly next: string; readonly isReference: boolean };

function waitsOf(owner: string, { source }: ResolvedStack): readonly Wait[] {
  const { DependsOn, ...others } = mapOf(mapOf(source?.template ?? {}, 'Resources'), owner);
  const referred = namesIn(others);
  return [
    ...[...referred].map((next) => ({ owner, next, isReference: true })),
    ...asOneOrMore(DependsOn ?? [])
      .filter((next): next is string => typeof next === 'string' && !referred.has(next))
      .map((next) => ({ owner, next, isReference: false })),
  ];
}

/**
 * Returns the names for which CloudFormation waits, directly or indirectly: the resources in DependsOn, and the names
 * to which values refer.
 */
export function awaitedBy(from: string, stack: ResolvedStack): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let owner = open.pop(); owner !== undefined; owner = open.pop())
    for (const { next } of waitsOf(owner, stack))
      if (!found.has(next)) {
        found.add(next);
        open.push(next);
      }
  return found;
}

/** Returns the chain of waits from a resource to another; empty if the first resource does not wait for the second. */
function pathOf(from: string, to: string, stack: ResolvedStack, left: readonly Wait[]): readonly Wait[] {
  const paths = new Map<string, readonly Wait[]>([[from, []]]);
  for (const [owner, path] of paths)
    for (const wait of waitsOf(owner, stack)) {
      if (left.some((one) => one.owner === owner && one.next === wait.next)) continue;
      if (wait.next === to) return [...path, wait];
      if (!paths.has(wait.next)) paths.set(wait.next, [...path, wait]);
    }
  return [];
}

/**
 * Returns the remedy for a resource that has to wait for others. If one of them waits for the resource itself,
 * DependsOn would create a circular dependency, so the remedy also says what to remove.
 * @param add the change that makes the resource wait
 */
export function adviseWait(
  waiting: string,
  firsts: readonly string[],
  stack: ResolvedStack,
  add: string,
): string {
  const removed: Wait[] = [];
  for (const first of firsts)
    for (;;) {
      const path = pathOf(first, waiting, stack, removed);
      const weakest =
        path.find(({ isReference }) => !isReference) ??
        path.find(({ next }) => hasOwnName(next, stack)) ??
        path[0];
      if (weakest === undefined) break;
      removed.push(weakest);
    }
  return [...removed.map(describeRemoval), add].join(', and ');
}

/** Whether the template gives the resource its name, so that the name can be written in place of a reference. */
function hasOwnName(logicalId: string, { resources }: ResolvedStack): boolean {
  const { physicalId, properties = {} } = resources.get(logicalId) ?? {};
  return Object.entries(properties).some(([key, value]) => key.endsWith('Name') && value === physicalId);
}

function describeRemoval({ owner, next, isReference }: Wait): string {
  return isReference
    ? `replace the reference to ${next} in ${owner} with the name of ${next} as plain text, because ${next} has to wait for ${owner}`
    : `remove ${next} from DependsOn of ${owner}`;
}
