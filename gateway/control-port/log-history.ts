/** What the gateway and its functions have printed lately, for those who ask later or listen from now on. */
import type { ByteStream, Clock, LogSink } from '../ports.ts';

/** A line as it is told: functions' own, or a line of the gateway such as that of a request. */
export type HistoryLine = {
  readonly epochMs: number;
  /** Undefined: the gateway itself. */
  readonly functionName?: string;
  readonly requestId?: string | undefined;
  readonly level?: string | undefined;
  readonly message: string;
};

type HistoryQuestion = {
  /** Undefined: those of all functions and of the gateway. */
  readonly functionName?: string | undefined;
  readonly sinceEpochMs?: number | undefined;
};

const MAX_LINES = 10_000;
const MAX_CHARS = 8 * 1024 * 1024;
/** What a listener may leave unread. */
const MAX_UNREAD_CHARS = 4 * 1024 * 1024;

export class LogHistory {
  readonly #clock: Clock;
  #lines: HistoryLine[] = [];
  #first = 0;
  #chars = 0;
  readonly #listeners = new Set<(line: HistoryLine) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is written to the sink is remembered. */
  listenIn(sink: LogSink): LogSink {
    return {
      write: (message) => {
        sink.write(message);
        this.#add({ epochMs: this.#clock.nowEpochMs(), message });
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
    this.#add({ epochMs, functionName, requestId, level, message });
  }

  clear(): void {
    this.#lines = [];
    this.#first = 0;
    this.#chars = 0;
  }

  read(question: HistoryQuestion): HistoryLine[] {
    return this.#lines.slice(this.#first).filter((line) => answers(question, line));
  }

  /** What is there, then what comes, as JSON lines, until the reader cancels. */
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

  #add(line: HistoryLine): void {
    this.#lines.push(line);
    this.#chars += line.message.length;
    while (this.#lines.length - this.#first > MAX_LINES || this.#chars > MAX_CHARS) {
      this.#chars -= this.#lines[this.#first]?.message.length ?? 0;
      this.#first += 1;
    }
    // Amortised: what is forgotten is cut off once it is the larger part.
    if (this.#first > MAX_LINES) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
    for (const listener of this.#listeners) listener(line);
  }
}

function answers({ functionName, sinceEpochMs }: HistoryQuestion, line: HistoryLine): boolean {
  return (
    (functionName === undefined || line.functionName === functionName) &&
    (sinceEpochMs === undefined || line.epochMs >= sinceEpochMs)
  );
}

/** One line of the answer; times in ISO 8601. */
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
      const message = `${this.#leftOut} lines are left out: they came faster than they were read`;
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
