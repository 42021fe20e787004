/** Writes request lines to a stream in few writes, so that logging costs little. */
import { runAtTurnEnd } from '../../core/turn-end.ts';
import type { Writable } from 'node:stream';
import type { LogSink } from '../../core/ports.ts';

/** The maximum size of text that a stalled reader has not read, in bytes. If there is more, lines are dropped. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/**
 * The time in milliseconds during which lines are collected for one write. Under load, one write per turn of the event
 * loop would cost 3 % of throughput.
 */
const GATHERED_MS = 5;

interface StreamSink extends LogSink {
  flush(): void;
  /**
   * Writes all lines, and resolves when the stream has accepted them. The stream is not closed, because it belongs to
   * the caller.
   */
  close(): Promise<void>;
}

/**
 * Creates a sink that writes lines at the end of the turn of the event loop in which they were logged. If the sink has
 * just written other lines, it writes the new lines 5 ms later. A crash loses lines that are not yet written. If the
 * reader stalls, at most 16 MB are stored. Later lines are dropped, and when the reader continues, one line reports how
 * many lines were dropped. If the reader has disconnected (EPIPE), logging ends but the gateway continues.
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
    // An empty write is used, because its callback is called after all earlier writes. If the stream has failed, the
    // callback is called with an error, which also ends the wait.
    stream.write('', () => {
      resolve();
    });
  });
}
