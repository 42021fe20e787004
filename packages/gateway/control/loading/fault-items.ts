import { judgeFault } from '../../core/deployability/judge-faults.ts';
import { ruleOf } from '../../core/deployability/rules.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import type { Fault } from '../../core/errors.ts';

/** The maximum number of consequences that are shown. A longer list would hide the first consequence. */
const MAX_CONSEQUENCES = 4;

/**
 * Returns the faults, followed by the findings. A finding about a property with a fault is omitted, unless the finding
 * has a message.
 */
export function withFaults(
  faults: readonly Fault[],
  stacks: readonly ResolvedStack[],
  unsupported: readonly UnsupportedItem[],
): readonly UnsupportedItem[] {
  const items = faults.map((fault) => toItem(fault, stacks));
  const messages = new Set(items.flatMap(placeInStack));
  const hasEntry = (item: UnsupportedItem): boolean =>
    item.message === undefined && placeInStack(item).some((place) => messages.has(place));
  return [...items, ...unsupported.filter((item) => !hasEntry(item))];
}

/**
 * Returns a list with one key that identifies the property; an empty list for a whole resource, because a resource may
 * have several findings.
 */
function placeInStack({ stackName, logicalId, property = '' }: UnsupportedItem): readonly string[] {
  return property === '' ? [] : [JSON.stringify([stackName, logicalId, property])];
}

function toItem({ error, consequences }: Fault, stacks: readonly ResolvedStack[]): UnsupportedItem {
  const { file, line, logicalId = '', property } = error.place;
  const stack = stacks.find((one) => one.file === file || one.includes.includes(file));
  const shown = consequences.slice(0, MAX_CONSEQUENCES).join('; ');
  const more = consequences.length - MAX_CONSEQUENCES;
  return {
    stackName: stack?.stackName ?? '',
    logicalId,
    type: stack?.resources.get(logicalId)?.type ?? '',
    property,
    message: error.message,
    ...(error.rule !== undefined && { rule: error.rule }),
    ...(error.remedy !== undefined && { remedy: error.remedy }),
    severity: ruleOf(judgeFault(error, stack)).severity,
    consequence: more > 0 ? `${shown}; and ${more} more` : shown,
    ...(line === undefined ? { file } : { file, line }),
  };
}
