/**
 * Decides which lines `start` prints while it runs. By default these are all lines except lines for programs. With
 * `quiet` there are fewer lines. `toggle` switches to all lines.
 */
import {
  createStreamSink,
  describeReload,
  isMetricLine,
  printLogLine,
} from '../../../gateway/engine/index.ts';
import { printNotes } from '../../../base/terminal/output.ts';
import type { GatewayOptions } from '../../../gateway/engine/index.ts';

type Sinks = Pick<GatewayOptions, 'log' | 'functionLog' | 'onProgress' | 'onReload'>;

export type StartLines = Sinks & {
  /** Switches between printing every line and the initial choice; returns whether it now prints every line. */
  toggle(): boolean;
  close(): Promise<void>;
};

type Wanted = { readonly quiet: boolean; readonly json: boolean };

const OF_ERRORS: ReadonlySet<string | undefined> = new Set(['ERROR', 'FATAL']);

/** @param wanted `quiet`: only errors and refusals; `json`: also metric lines of functions */
export function startLines(stream: NodeJS.WriteStream, { quiet, json }: Wanted): StartLines {
  const sink = createStreamSink(stream);
  let isAll = false;
  const isQuiet = (): boolean => quiet && !isAll;
  return {
    log: {
      write(line, isSuccess) {
        if (!isQuiet() || isSuccess !== true) sink.write(line);
      },
    },
    functionLog(line) {
      if (isQuiet() && !OF_ERRORS.has(line.level)) return;
      // Embedded metrics are for CloudWatch and would hide all other lines.
      if (json || isAll || !isMetricLine(line)) printNotes(`[${line.functionName}] ${printLogLine(line)}`);
    },
    onProgress(message) {
      if (!isQuiet()) printNotes(message);
    },
    onReload(notice) {
      if (!isQuiet() || notice.kind === 'kept') sink.write(describeReload(notice));
    },
    toggle() {
      isAll = !isAll;
      return isAll;
    },
    close: () => sink.close(),
  };
}
