/** Writes request lines to a stream in few writes, so that logging costs little. */
import { runAtTurnEnd } from '../../core/turn-end.ts';
import type { Writable } from 'node:stream';
import type { LogSink } from '../../core/ports.ts';

/** Maximum size of the unread text of a stalled reader. Further lines are dropped. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/**
 * Lines that follow other lines within this time are gathered. Under load, one write per turn would cost 3 % of
 * throughput.
 */
const GATHERED_MS = 5;

interface StreamSink extends LogSink {
  flush(): void;
  /**
   * Flushes, and resolves when the stream has accepted everything. The stream stays open because it belongs to the
   * caller.
   */
  close(): Promise<void>;
}

/**
 * Writes lines at the end of the loop turn in which they were logged, or 5 ms later if other lines came just before. A
 * crash loses these lines. For a stalled reader at most 16 MB are stored. Later lines are dropped, and one line reports
 * their number once the reader continues. If the reader has disconnected (EPIPE), logging ends but the gateway
 * continues.
 */
export function createStreamSink(stream: Writable): StreamSink {
  let pending = '';
  let scheduled = false;
  let dropped = 0;
  let gone = false;
  let flushedAtMs = -Infinity;

  const stopWriting = (): void => {
    gone = true;
    pending = '';
  };
  stream.on('error', stopWriting);

  function flush(): void {
    if (gone || pending === '') return;
    const text = dropped === 0 ? pending : `${dropped} log lines dropped: output was blocked\n${pending}`;
    pending = '';
    dropped = 0;
    stream.write(text);
  }

  function flushGathered(): void {
    scheduled = false;
    flushedAtMs = performance.now();
    flush();
  }

  return {
    flush,
    write(line) {
      if (gone) return;
      if (stream.writableLength > MAX_UNREAD_BYTES) {
        dropped += 1;
        return;
      }
      pending += `${line}\n`;
      if (scheduled) return;
      scheduled = true;
      if (performance.now() - flushedAtMs < GATHERED_MS) setTimeout(flushGathered, GATHERED_MS);
      else runAtTurnEnd(flushGathered);
    },
    async close() {
      flush();
      if (!gone && stream.writableLength > 0) await whenTaken(stream);
      stopWriting();
    },
  };
}

function whenTaken(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    // The callback of an empty write is called after all earlier writes. On a failed stream it is called with an error,
    // which also ends the wait.
    stream.write('', () => {
      resolve();
    });
  });
}
