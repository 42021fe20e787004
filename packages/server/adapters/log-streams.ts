/** Request lines on a stream: the text of one loop turn in one write, which is what keeps logging cheap. */
import { atTurnEnd } from '../../core/turn-end.ts';
import type { Writable } from 'node:stream';
import type { LogSink } from '../../core/ports.ts';

/** Text a reader who has stopped reading may leave unread before lines are dropped. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

interface StreamSink extends LogSink {
  /** Hands what has been gathered to the stream now. */
  flush(): void;
  /** Flushes and resolves when the stream has taken all of it. The stream stays open: it is not ours. */
  close(): Promise<void>;
}

/**
 * Lines appear at the end of the loop turn that wrote them; a crash loses one turn.
 * A reader that stops reading costs at most 16 MB, then lines are dropped and their number is said once it reads
 * again. A reader that is gone (EPIPE) ends the log, not the gateway.
 */
export function createStreamSink(stream: Writable): StreamSink {
  let pending = '';
  let scheduled = false;
  let dropped = 0;
  let gone = false;

  const stopWriting = (): void => {
    gone = true;
    pending = '';
  };
  stream.on('error', stopWriting);

  function flush(): void {
    if (gone || pending === '') return;
    const text = dropped === 0 ? pending : `${dropped} log lines dropped: nobody read them\n${pending}`;
    pending = '';
    dropped = 0;
    stream.write(text);
  }

  function flushTurn(): void {
    scheduled = false;
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
      atTurnEnd(flushTurn);
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
    // An empty write is called back after all before it; on a failed stream with an error, which ends the wait too.
    stream.write('', () => {
      resolve();
    });
  });
}
