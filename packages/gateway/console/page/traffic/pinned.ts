/** The requests that are pinned to the top of Traffic. The pins are stored for this tab. */
import { useMemo } from 'preact/hooks';
import { useKept } from '../kept-state.ts';
import type { RequestRow } from '../../records/model.ts';

const MAX_PINNED = 50;

export type Pinned = { readonly ids: readonly string[]; readonly toggle: (id: string) => void };

export function usePinned(): Pinned {
  const [kept, setKept] = useKept(sessionStorage, 'pinned');
  const ids = useMemo(() => kept.split('\n').filter((id) => id !== ''), [kept]);
  const toggle = (id: string): void => {
    const others = ids.filter((one) => one !== id);
    setKept((others.length < ids.length ? others : [id, ...ids].slice(0, MAX_PINNED)).join('\n'));
  };
  return { ids, toggle };
}

/** Returns the rows with the pinned rows first. Pinned rows are shown regardless of the search. */
export function pinnedFirst(
  found: readonly RequestRow[],
  all: readonly RequestRow[],
  pinned: readonly string[],
): readonly RequestRow[] {
  if (pinned.length === 0) return found;
  const ids = new Set(pinned);
  return [...all.filter(({ id }) => ids.has(id)), ...found.filter(({ id }) => !ids.has(id))];
}
