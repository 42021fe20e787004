/** Stores recent output of the gateway and its functions, for later readers and for followers. */
import { runAtTurnEnd } from '../../core/turn-end.ts';
import type { ByteStream, Clock, LogSink } from '../../core/ports.ts';

/** A line that a function or the gateway has written, such as the log line of a request. */
export type HistoryLine = {
  readonly epochMs: number;
  /** The function that wrote the line; undefined for a line of the gateway. */
  readonly functionName?: string;
  readonly requestId?: string | undefined;
  readonly level?: string | undefined;
  readonly message: string;
};

type HistoryQuestion = {
  /** The function whose lines are requested; undefined for all functions and the gateway. */
  readonly functionName?: string | undefined;
  readonly sinceEpochMs?: number | undefined;
};

const MAX_LINES = 10_000;
const MAX_CHARS = 8 * 1024 * 1024;
/** The maximum number of characters that wait for one follower to read them. */
const MAX_UNREAD_CHARS = 4 * 1024 * 1024;
/**
 * The maximum number of the gateway's own lines that are joined into one piece. Old lines are dropped one piece at a
 * time.
 */
const MAX_TOGETHER = 500;
/** A separator that no printable line contains. */
const BETWEEN_LINES = '\0';

/**
 * A part of the history. It is either one line of a function, or the gateway's own lines of one turn of the event loop
 * with the time of the first line.
 */
type Piece = {
  readonly line: HistoryLine;
  readonly count: number;
};

export class LogHistory {
  readonly #clock: Clock;
  #pieces: Piece[] = [];
  #first = 0;
  #lines = 0;
  #chars = 0;
  /** The gateway's own lines of the current turn of the event loop. */
  #together: string[] = [];
  #togetherMs = 0;
  readonly #listeners = new Set<(line: HistoryLine) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Stores all lines that are written to the sink. The lines of one turn of the event loop are joined into one string.
   * Otherwise, V8 would copy ten thousand strings per second from its young generation to the old generation.
   */
  listenIn(sink: LogSink): LogSink {
    return {
      write: (message, isSuccess) => {
        sink.write(message, isSuccess);
        const count = this.#together.push(message);
        if (count === 1) {
          this.#togetherMs = this.#clock.nowEpochMs();
          runAtTurnEnd(this.#endTurn);
        } else if (count === MAX_TOGETHER) this.#endTurn();
      },
    };
  }

  addFunctionLine({
    functionName,
    requestId,
    level,
    epochMs,
    message,
  }: HistoryLine & { readonly functionName: string }): void {
    this.#endTurn();
    this.#add({ line: { epochMs, functionName, requestId, level, message }, count: 1 });
  }

  clear(): void {
    this.#pieces = [];
    this.#together = [];
    this.#first = 0;
    this.#lines = 0;
    this.#chars = 0;
  }

  read(question: HistoryQuestion): HistoryLine[] {
    this.#endTurn();
    const lines = this.#pieces.slice(this.#first).flatMap((piece) => linesOf(piece));
    return lines.slice(-MAX_LINES).filter((line) => answers(question, line));
  }

  /** Returns a stream of the stored lines and then of new lines, as JSON lines, until the reader cancels it. */
  follow(question: HistoryQuestion): ByteStream {
    const stream = new LineStream();
    for (const line of this.read(question)) stream.push(line);
    const listener = (line: HistoryLine): void => {
      if (answers(question, line)) stream.push(line);
    };
    this.#listeners.add(listener);
    stream.onCancel = () => this.#listeners.delete(listener);
    return stream;
  }

  readonly #endTurn = (): void => {
    if (this.#together.length === 0) return;
    const message = this.#together.join(BETWEEN_LINES);
    const count = this.#together.length;
    this.#together = [];
    this.#add({ line: { epochMs: this.#togetherMs, message }, count });
  };

  #add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#lines += piece.count;
    this.#chars += piece.line.message.length;
    for (let oldest = this.#pieces[this.#first]; oldest !== undefined; oldest = this.#pieces[this.#first]) {
      if (this.#lines - oldest.count < MAX_LINES && this.#chars <= MAX_CHARS) break;
      this.#lines -= oldest.count;
      this.#chars -= oldest.line.message.length;
      this.#first += 1;
    }
    // Dropped pieces are only removed once they are more than half of the list, so the cost per piece is constant on
    // average.
    if (this.#first > 100 && this.#first * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#first);
      this.#first = 0;
    }
    if (this.#listeners.size === 0) return;
    for (const line of linesOf(piece)) for (const listener of this.#listeners) listener(line);
  }
}

function linesOf({ line, count }: Piece): readonly HistoryLine[] {
  if (count === 1) return [line];
  const { epochMs } = line;
  return line.message.split(BETWEEN_LINES).map((message) => ({ epochMs, message }));
}

function answers({ functionName, sinceEpochMs }: HistoryQuestion, line: HistoryLine): boolean {
  return (
    (functionName === undefined || line.functionName === functionName) &&
    (sinceEpochMs === undefined || line.epochMs >= sinceEpochMs)
  );
}

/** Formats one line of the reply, with times in ISO 8601. */
export function printHistoryLine({ epochMs, functionName, requestId, level, message }: HistoryLine): string {
  const time = new Date(epochMs).toISOString();
  return `${JSON.stringify({ time, function: functionName, requestId, level, message })}\n`;
}

class LineStream implements ByteStream {
  onCancel: () => void = () => undefined;
  #unread: string[] = [];
  #unreadChars = 0;
  #leftOut = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  push(line: HistoryLine): void {
    const text = printHistoryLine(line);
    if (this.#unreadChars + text.length > MAX_UNREAD_CHARS) {
      this.#leftOut += 1;
      return;
    }
    if (this.#leftOut > 0) {
      const message = `${this.#leftOut} lines dropped, because they arrived faster than they were read`;
      this.#leftOut = 0;
      this.#unread.push(printHistoryLine({ epochMs: line.epochMs, message }));
    }
    this.#unread.push(text);
    this.#unreadChars += text.length;
    this.#wake?.();
  }

  cancel(): void {
    this.#isOver = true;
    this.onCancel();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, undefined> {
    for (;;) {
      if (this.#isOver) return;
      if (this.#unread.length > 0) {
        const text = this.#unread.join('');
        this.#unread = [];
        this.#unreadChars = 0;
        yield Buffer.from(text);
      } else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
