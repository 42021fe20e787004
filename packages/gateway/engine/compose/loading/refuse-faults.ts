import { withFaults } from '../../../control/loading/fault-items.ts';
import { DefinitionFaults, StartError } from '../../../core/errors.ts';
import type { DefinitionError, Fault } from '../../../core/errors.ts';
import type { UnsupportedItem } from '../../../core/stack/model.ts';
import type { Reading } from './reading.ts';

/**
 * Refuses faults that would prevent AWS from deploying the stack: all of them if `refusesAll` is true, otherwise the
 * faults that a reload adds.
 * @param known the faults before the reload, by `identifyFault`; undefined if this is not a reload
 */
export function refuseFaults(
  faults: readonly Fault[],
  refusesAll: boolean,
  known: ReadonlySet<string> | undefined,
): void {
  const isNew = ({ error }: Fault): boolean => known !== undefined && !known.has(identifyFault(error));
  const [first, ...others] = faults.filter((fault) => refusesAll || isNew(fault));
  if (first !== undefined)
    throw new DefinitionFaults(
      first.error,
      others.map(({ error }) => error),
    );
}

/**
 * Returns a string that identifies a fault across reloads. It contains no line number, because line numbers change with
 * every edit.
 */
export function identifyFault({ place: { file, logicalId, property }, message }: DefinitionError): string {
  return JSON.stringify([file, logicalId, property, message]);
}

/** Refuses parts that are not enforced under `--strict`. Without this option, they are only reported. */
export function refuseNotEnforced({ faults, stacks, notEnforced }: Reading): void {
  const items = withFaults(faults.all, stacks, notEnforced);
  if (items.length === 0) return;
  const lines = items.map((item) => `  ${describeItem(item)}`);
  throw new StartError(
    'UNSUPPORTED',
    `--strict: these parts of the stacks cannot be enforced (${items.length})\n${lines.join('\n')}`,
  );
}

function describeItem({
  stackName,
  logicalId,
  type,
  property,
  consequence,
  message,
  file,
  line,
}: UnsupportedItem): string {
  const what = [logicalId, property].filter((part) => part !== undefined && part !== '').join('.');
  const where = `${file ?? stackName}${line === undefined ? '' : `:${line}`}`;
  if (message !== undefined) return `${where}: ${what === '' ? '' : `${what}: `}${message} (${consequence})`;
  return `${where}: ${what} (${type}): ${consequence}`;
}
