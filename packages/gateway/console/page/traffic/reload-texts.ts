/** Describes reloads and their positions among requests. */
import { isOfEarlierStart } from './row-list.ts';
import type { Change, ShownReload } from '../../records/reload-model.ts';
import type { RequestRow } from '../../records/model.ts';

type ListItem = RequestRow | ShownReload;

export function isReload(item: ListItem): item is ShownReload {
  return 'number' in item;
}

/** Inserts reloads among rows. Both lists are newest first, and the reloads belong to the current run. */
export function withReloads<Row extends Pick<RequestRow, 'sequence' | 'atEpochMs'>>(
  rows: readonly Row[],
  reloads: readonly ShownReload[],
): readonly (Row | ShownReload)[] {
  const items: (Row | ShownReload)[] = [];
  let next = 0;
  for (const row of rows) {
    for (
      let reload = reloads[next];
      reload !== undefined && (isOfEarlierStart(row) || reload.atEpochMs > row.atEpochMs);
      reload = reloads[next]
    ) {
      items.push(reload);
      next += 1;
    }
    items.push(row);
  }
  return [...items, ...reloads.slice(next)];
}

const MOST_NAMES = 3;

/** Returns the names of what was reloaded, such as `hello` or `hello, list and 4 more`. */
export function nameWhat({ what }: Pick<ShownReload, 'what'>): string {
  const more = what.length - MOST_NAMES;
  return more <= 0 ? what.join(', ') : `${what.slice(0, MOST_NAMES - 1).join(', ')} and ${more + 1} more`;
}

/** Returns a summary of the changes, such as `1 route added, 2 functions changed`. */
function summarise(changes: readonly Pick<Change, 'part' | 'how'>[]): string {
  const counts = Map.groupBy(changes, ({ part, how }) => `${part} ${how}`);
  return [...counts]
    .map(([key, { length }]) => {
      const [part = '', how = ''] = key.split(' ');
      return `${length} ${part}${length === 1 ? '' : 's'} ${how}`;
    })
    .join(', ');
}

export function describeReload(reload: ShownReload): string {
  if (reload.kind === 'kept') return `${nameWhat(reload)}: ${firstLine(reload.message ?? '')}`;
  if (reload.changed === 0) return `${nameWhat(reload)}: nothing that affects requests has changed`;
  if (reload.changed > reload.changes.length) return `${nameWhat(reload)}: ${reload.changed} changes`;
  return isCodeAlone(reload)
    ? `${nameWhat(reload)}: new code`
    : `${nameWhat(reload)}: ${summarise(reload.changes)}`;
}

function isCodeAlone({ changes }: ShownReload): boolean {
  return changes.every(
    ({ members }) => members.length === 1 && members[0]?.name === 'code' && members[0].to === undefined,
  );
}

/** Returns a sentence such as `hello still runs the code of version 2`. */
export function describeStale(reload: ShownReload): string {
  if (reload.what[0] === 'the stacks') return `The stacks of version ${reload.version} are still in use`;
  const verb = reload.what.length === 1 ? 'runs' : 'run';
  return `${nameWhat(reload)} still ${verb} the code of version ${reload.version}`;
}

export function placeOf({ file, line }: Pick<ShownReload, 'file' | 'line'>): string | undefined {
  return file === undefined ? undefined : `${file}${line === undefined ? '' : `:${line}`}`;
}

const LONGEST = 300;

export function firstLine(message: string): string {
  const [line = ''] = message.split('\n');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Returns the changed members as text, such as `timeout in s 3 → 5, variable STAGE`. */
export function describeMembers({ members }: Pick<Change, 'members'>): string {
  return members
    .map(({ name, from, to }) => (from === undefined || to === undefined ? name : `${name} ${from} → ${to}`))
    .join(', ');
}
