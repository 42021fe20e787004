/** Server-sent events of records, in batches: a browser that watches heavy traffic must not slow it down. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ControlReply } from '../../core/api-call.ts';
import type { RequestRecords } from '../records/request-records.ts';

const BATCH_MS = 100;
const BATCH_ROWS = 500;
/** Proxies and browsers drop silent streams; so does the control port after `IDLE_MS`. */
const HEARTBEAT_MS = 15_000;
const IDLE_MS = 60_000;
const HEADERS = ['Content-Type', 'text/event-stream; charset=utf-8', 'Cache-Control', 'no-store'];

/** Rows from sequence `since` on, oldest first, as they arrive. */
export function streamRows(records: RequestRecords, since: number): ControlReply {
  const ended = new AbortController();
  const bytes = {
    [Symbol.asyncIterator]: () => printRows(records, since, ended.signal),
    cancel: () => ended.abort(),
  };
  return {
    status: 200,
    headers: HEADERS,
    body: '',
    stream: { bytes, idleMs: IDLE_MS, onOver: () => undefined },
  };
}

async function* printRows(
  records: RequestRecords,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let next = since;
  yield Buffer.from('retry: 1000\n\n');
  while (!signal.aborted) {
    const { taken } = records.state;
    // Cleared or restarted: the reader's rows are outdated.
    if (next > taken) next = 0;
    if (next < taken) {
      const rows = records
        .rows({ since: Math.max(next, taken - BATCH_ROWS), limit: BATCH_ROWS })
        .toReversed();
      next = taken;
      yield Buffer.from(
        `event: rows\nid: ${next}\ndata: ${JSON.stringify({ rows, state: records.state })}\n\n`,
      );
      await wait(BATCH_MS, undefined, { signal }).catch(() => undefined);
      continue;
    }
    if (!(await waitForRecord(records, signal))) yield Buffer.from(': still here\n\n');
  }
}

/** False when nothing arrived within a heartbeat. */
async function waitForRecord(records: RequestRecords, signal: AbortSignal): Promise<boolean> {
  const done = new AbortController();
  const silence = wait(HEARTBEAT_MS, false, {
    signal: AbortSignal.any([signal, done.signal]),
    ref: false,
  }).catch(() => false);
  const taken = records.next(AbortSignal.any([signal, done.signal])).then(() => true);
  const has = await Promise.race([taken, silence]);
  done.abort();
  return has;
}
