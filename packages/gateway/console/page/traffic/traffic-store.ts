/** Provides the rows for all sections: the earlier rows, and new rows as they arrive. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { followNewKeys, useConnection } from '../connection/connection.ts';
import { fetchControl } from '../connection/control.ts';
import { drawSeldom } from './draw-seldom.ts';
import { runFeed } from './row-feed.ts';
import { keptZone, showTimesIn } from '../texts.ts';
import type { RecordState, RequestRow } from '../../records/model.ts';

export type Traffic = {
  /** The rows, newest first; rows of earlier runs come last. */
  readonly rows: readonly RequestRow[];
  readonly state: RecordState | undefined;
  readonly isLive: boolean;
  readonly error: string | undefined;
  readonly clear: () => Promise<void>;
  /** The time of the gateway's clock, which the user may have moved. */
  readonly nowEpochMs: () => number;
};

type List = { readonly rows: readonly RequestRow[]; readonly state: RecordState };

// The time zone that was chosen in Traffic applies in all sections.
showTimesIn(keptZone(localStorage));

export function useTraffic(): Traffic {
  const [rows, setRows] = useState<readonly RequestRow[]>([]);
  const [state, setState] = useState<RecordState>();
  const [error, setError] = useState<string>();
  const offsetMs = useRef(0);
  const { later, stopDrawing } = useRef(
    drawSeldom<readonly RequestRow[], RecordState>((change, changed) => {
      setRows(change);
      if (changed !== undefined) setState(changed);
    }),
  ).current;
  useEffect(() => {
    const ended = new AbortController();
    const reader = {
      onStart(change: Parameters<typeof later>[0], first: RecordState, nowEpochMs: number) {
        setRows(change);
        setState(first);
        setError(undefined);
        offsetMs.current = nowEpochMs - Date.now();
      },
      onChange: later,
      onNewest({ atEpochMs }: RequestRow) {
        offsetMs.current = atEpochMs - Date.now();
      },
      onError: setError,
    };
    void runFeed(reader, ended.signal);
    const stopFollowing = followNewKeys();
    return () => {
      ended.abort();
      stopFollowing();
      stopDrawing();
    };
  }, []);
  const isLive = useConnection() === 'open';
  const clear = async (): Promise<void> => {
    const list = await fetchControl<List>('DELETE', 'requests');
    later(() => list.rows, list.state);
  };
  return { rows, state, isLive, error, clear, nowEpochMs: () => Date.now() + offsetMs.current };
}
