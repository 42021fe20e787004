/** What could not be taken of a definition, in the list of all that a start has to tell. */
import type { ResolvedStack, UnsupportedItem } from '../definition/model.ts';
import type { Fault } from '../errors.ts';

/** More would hide the first ones. */
const MAX_CONSEQUENCES = 4;

/** Faults first; what the classes say of the same place is left out. */
export function withFaults(
  faults: readonly Fault[],
  stacks: readonly ResolvedStack[],
  unsupported: readonly UnsupportedItem[],
): readonly UnsupportedItem[] {
  const items = faults.map((fault) => toItem(fault, stacks));
  const told = new Set(items.map(({ logicalId, property }) => `${logicalId}.${property ?? ''}`));
  return [
    ...items,
    ...unsupported.filter(({ logicalId, property }) => !told.has(`${logicalId}.${property ?? ''}`)),
  ];
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
    consequence: more > 0 ? `${shown}; and ${more} more` : shown,
    ...(line === undefined ? { file } : { file, line }),
  };
}
