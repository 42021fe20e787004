import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { awaitAnswer, call, onRefresh, Refused } from './connection.ts';
import type { RecordState, RequestRow } from '../../records/model.ts';

export async function fetchControl<Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await call(path, {
    method,
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Answer;
}

async function refusalOf(response: Response): Promise<Refused> {
  const { message } = (await response.json()) as { message?: string };
  return new Refused(response.status, message ?? `The gateway responded with ${response.status}.`);
}

type Fetched<Answer> = {
  readonly data: Answer | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
};

/**
 * Reads a path once. Reads it again on demand, after each interruption of the connection, and every `everyMs` if this
 * is given. The last result stays while the gateway does not respond.
 */
export function useFetched<Answer>(path: string | undefined, everyMs = 0): Fetched<Answer> {
  const [data, setData] = useState<Answer>();
  const [error, setError] = useState<string>();
  const [turn, setTurn] = useState(0);
  const hasData = useRef(false);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    if (path === undefined) return undefined;
    let isOver = false;
    const load = (): void => {
      fetchControl<Answer>('GET', path).then(
        (answer) => {
          if (isOver) return;
          hasData.current = true;
          setData(answer);
          setError(undefined);
        },
        (problem: unknown) => {
          if (isOver || (hasData.current && problem instanceof Refused && problem.isOfConnection)) return;
          setError(problem instanceof Error ? problem.message : String(problem));
        },
      );
    };
    load();
    const stopRefreshing = onRefresh(load);
    const timer = everyMs > 0 ? setInterval(load, everyMs) : undefined;
    return () => {
      isOver = true;
      clearInterval(timer);
      stopRefreshing();
    };
  }, [path, everyMs, turn]);
  return { data, error, reload };
}

type RowBatch = { readonly rows: readonly RequestRow[]; readonly state: RecordState };

/**
 * Streams rows as they arrive, until the stream ends. The function uses fetch, because an EventSource cannot send
 * headers.
 * @throws Refused if no gateway responds, or the gateway refuses the call
 */
export async function followRows(
  since: number,
  onBatch: (batch: RowBatch) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await awaitAnswer(() => call(`requests/events?since=${since}`, { signal }));
  if (!response.ok) throw await refusalOf(response);
  if (response.body !== null) await read(response.body, onBatch);
}

/** The gateway sends a heartbeat every 15 seconds. */
const HEARTBEAT_LATE_MS = 25_000;

async function read(body: ReadableStream<Uint8Array>, onBatch: (batch: RowBatch) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await awaitAnswer(() => reader.read(), HEARTBEAT_LATE_MS);
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) onBatch(JSON.parse(data) as RowBatch);
    }
  }
}
