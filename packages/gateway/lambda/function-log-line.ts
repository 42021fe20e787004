export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

export type FunctionLogLine = {
  readonly functionName: string;
  /** The request id; absent if the line was printed while the module loaded, or by the runtime itself. */
  readonly requestId: string | undefined;
  /**
   * The log level; absent if the function wrote the line directly to stdout or stderr, so that the line has the
   * function's own format.
   */
  readonly level: LogLevel | undefined;
  readonly stream: 'stdout' | 'stderr';
  /** The log stream of the instance, `2026/11/23/[$LATEST]…`; absent if the line belongs to no instance. */
  readonly logStream?: string | undefined;
  readonly epochMs: number;
  /** The text without the final line break. It may contain several lines. */
  readonly message: string;
};

/** The maximum length of the stored text of a line. Lambda also cuts lines at 256 KB. */
export const LINE_LIMIT = 256 * 1024;

/**
 * Formats a line in Lambda's text format, `ISO-time⇥requestId⇥LEVEL⇥message`. Lines that the function wrote directly
 * are not changed.
 */
export function printLogLine(line: FunctionLogLine): string {
  return `${printPrefix(line)}${line.message}`;
}

/** Returns the text before the message. It is empty for lines that the function wrote directly. */
export function printPrefix({ level, epochMs, requestId }: Omit<FunctionLogLine, 'message'>): string {
  if (level === undefined) return '';
  const time = new Date(epochMs).toISOString();
  // Before the first event there is no request id, and the line has one column fewer.
  const request = requestId === undefined ? '' : `${requestId}\t`;
  return `${time}\t${request}${level}\t`;
}

/** Whether the line contains embedded metrics. Such lines are for CloudWatch and would clutter the log. */
export function isMetricLine({ message }: Pick<FunctionLogLine, 'message'>): boolean {
  return message.startsWith('{"_aws":');
}

const PRINTED =
  /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t(?:([0-9a-f-]{36})\t)?(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t([^]*)$/;

/** Parses a line that `printLogLine` printed in a process. Returns undefined for the function's own output. */
export function readLogLine(
  text: string,
): Pick<FunctionLogLine, 'epochMs' | 'requestId' | 'level' | 'message'> | undefined {
  const [, time, requestId, level, message] = PRINTED.exec(text) ?? [];
  if (time === undefined || message === undefined) return undefined;
  return { epochMs: Date.parse(time), requestId, level: level as LogLevel, message };
}
