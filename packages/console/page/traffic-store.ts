/** The rows of all sections: earlier ones, and new ones as they arrive. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchControl, followRows } from './control.ts';
import { drawSeldom } from './draw-seldom.ts';
import { keptZone, showTimesIn } from './texts.ts';
import type { RecordState, RequestRow } from '../records/model.ts';

/** Limit of the browser; the gateway's ring may be smaller. */
const MAX_ROWS = 10_000;
/** Rows per request: 10,000 at once would block gateway and page for a second. */
const PAGE_ROWS = 250;

export type Traffic = {
  /** Newest first. */
  readonly rows: readonly RequestRow[];
  readonly state: RecordState | undefined;
  readonly isLive: boolean;
  readonly error: string | undefined;
  readonly clear: () => Promise<void>;
  /** By the gateway's clock, which may be moved. */
  readonly nowEpochMs: () => number;
};

type List = { readonly rows: readonly RequestRow[]; readonly state: RecordState };

// As chosen in Traffic, for the times of all sections.
showTimesIn(keptZone(localStorage));

export function useTraffic(): Traffic {
  const [rows, setRows] = useState<readonly RequestRow[]>([]);
  const [state, setState] = useState<RecordState>();
  const [isLive, setLive] = useState(false);
  const [error, setError] = useState<string>();
  const offsetMs = useRef(0);
  const { later, stopDrawing } = useRef(
    drawSeldom<readonly RequestRow[], RecordState>((change, changed) => {
      setRows(change);
      if (changed !== undefined) setState(changed);
    }),
  ).current;
  useEffect(() => {
    let stop: (() => void) | undefined;
    let isOver = false;
    const readOlder = async (newer: List): Promise<void> => {
      let oldest = newer.rows.at(-1);
      let last = newer;
      while (oldest !== undefined && last.rows.length === PAGE_ROWS) {
        const { sequence } = oldest;
        last = await fetchControl<List>('GET', `requests?limit=${PAGE_ROWS}&before=${sequence}`);
        if (isOver) return;
        const { rows: older } = last;
        later((newest) => append(newest, older));
        oldest = older.at(-1);
      }
    };
    fetchControl<List & { readonly nowEpochMs: number }>('GET', `requests?limit=${PAGE_ROWS}`).then(
      (list) => {
        if (isOver) return;
        setRows(list.rows);
        setState(list.state);
        offsetMs.current = list.nowEpochMs - Date.now();
        const onBatch = (batch: List): void => {
          const newest = batch.rows.at(-1);
          if (newest !== undefined) offsetMs.current = newest.atEpochMs - Date.now();
          later((before) => merge(before, batch.rows), batch.state);
        };
        stop = followRows(list.state.taken, onBatch, setLive);
        // Missing older rows are not an error of the page.
        readOlder(list).catch(() => undefined);
      },
      (problem: unknown) => setError(problem instanceof Error ? problem.message : String(problem)),
    );
    return () => {
      isOver = true;
      stopDrawing();
      stop?.();
    };
  }, []);
  const clear = async (): Promise<void> => {
    const list = await fetchControl<List>('DELETE', 'requests');
    later(() => list.rows, list.state);
  };
  return { rows, state, isLive, error, clear, nowEpochMs: () => Date.now() + offsetMs.current };
}

/** No effect where the list was cleared or restarted meanwhile. */
function append(newest: readonly RequestRow[], older: readonly RequestRow[]): readonly RequestRow[] {
  const oldest = newest.at(-1)?.sequence ?? 0;
  const [first] = older;
  return first !== undefined && first.sequence < oldest ? [...newest, ...older].slice(0, MAX_ROWS) : newest;
}

/** A restarted gateway counts from the beginning: older rows are dropped. */
function merge(before: readonly RequestRow[], coming: readonly RequestRow[]): readonly RequestRow[] {
  const newest = before[0]?.sequence ?? -1;
  const isRestart = (coming.at(-1)?.sequence ?? newest) < newest - MAX_ROWS;
  const fresh = isRestart ? coming : coming.filter(({ sequence }) => sequence > newest);
  return [...fresh.toReversed(), ...(isRestart ? [] : before)].slice(0, MAX_ROWS);
}
