/**
 * Decides which lines `start` prints while it runs. By default, it prints all lines except lines for programs. With
 * `quiet`, it prints fewer lines. `toggle` switches to all lines.
 */
import {
  createStreamSink,
  describeReload,
  isMetricLine,
  printLogLine,
} from '../../../gateway/engine/index.ts';
import { printLineOfCode, printNotes } from '../../../base/terminal/output.ts';
import { asTyped } from '../../../base/terminal/typed-commands.ts';
import type { GatewayOptions } from '../../../gateway/engine/index.ts';

type Sinks = Pick<GatewayOptions, 'log' | 'functionLog' | 'onProgress' | 'onReload'>;

export type StartLines = Sinks & {
  /**
   * Switches between printing every line and printing only the lines that the options select. Returns whether every
   * line is printed now.
   */
  toggle(): boolean;
  close(): Promise<void>;
};

type Wanted = { readonly quiet: boolean; readonly json: boolean };

const OF_ERRORS: ReadonlySet<string | undefined> = new Set(['ERROR', 'FATAL']);

/**
 * Creates the functions that print lines.
 * @param wanted with `quiet`, only errors and refusals are printed; with `json`, metric lines of functions are printed
 * as well
 */
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
      // Lines with embedded metrics are for CloudWatch, and would hide all other lines.
      if (json || isAll || !isMetricLine(line))
        printLineOfCode(`[${line.functionName}] ${printLogLine(line)}`);
    },
    onProgress(message) {
      if (!isQuiet()) printNotes(message);
    },
    onReload(notice) {
      if (!isQuiet() || notice.kind === 'kept') sink.write(asTyped(describeReload(notice)));
    },
    toggle() {
      isAll = !isAll;
      return isAll;
    },
    close: () => sink.close(),
  };
}
