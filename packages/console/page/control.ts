import { useCallback, useEffect, useState } from 'preact/hooks';
import type { RecordState, RequestRow } from '../records/model.ts';

let key = '';

export function useKey(given: string): void {
  key = given;
}

/** A refusal of the gateway, in its wording. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function fetchControl<Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/_gatewright/${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(0, 'The gateway does not answer. Is it still running?');
  }
  const answer = (await response.json()) as Answer & { message?: string };
  if (response.ok) return answer;
  throw new Refused(response.status, answer.message ?? `The gateway answered ${response.status}.`);
}

type Fetched<Answer> = {
  readonly data: Answer | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
};

/** Asks once, again on demand, and every `everyMs` where that is given. */
export function useFetched<Answer>(path: string | undefined, everyMs = 0): Fetched<Answer> {
  const [data, setData] = useState<Answer>();
  const [error, setError] = useState<string>();
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    if (path === undefined) return undefined;
    let isOver = false;
    const load = (): void => {
      fetchControl<Answer>('GET', path).then(
        (answer) => {
          if (isOver) return;
          setData(answer);
          setError(undefined);
        },
        (problem: unknown) => {
          if (!isOver) setError(problem instanceof Error ? problem.message : String(problem));
        },
      );
    };
    load();
    const timer = everyMs > 0 ? setInterval(load, everyMs) : undefined;
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [path, everyMs, turn]);
  return { data, error, reload };
}

type RowBatch = { readonly rows: readonly RequestRow[]; readonly state: RecordState };

/** Rows as they arrive, by fetch: an EventSource cannot send headers. Retries until stopped. */
export function followRows(
  since: number,
  onBatch: (batch: RowBatch) => void,
  onState: (isLive: boolean) => void,
): () => void {
  const ended = new AbortController();
  let next = since;
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      try {
        const response = await fetch(`/_gatewright/requests/events?since=${next}`, {
          headers: { Authorization: `Bearer ${key}` },
          signal: ended.signal,
        });
        if (!response.ok || response.body === null) throw new Refused(response.status, 'no events');
        onState(true);
        await read(response.body, (batch) => {
          next = batch.state.taken;
          onBatch(batch);
        });
      } catch {
        // Retried below.
      }
      onState(false);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  };
  void run();
  return () => ended.abort();
}

async function read(body: ReadableStream<Uint8Array>, onBatch: (batch: RowBatch) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
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
