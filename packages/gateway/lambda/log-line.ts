export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

export type FunctionLogLine = {
  readonly functionName: string;
  /** Absent: printed while the module loaded, or by the runtime itself. */
  readonly requestId: string | undefined;
  /** Absent: written to the stream directly, so the text has the function's own format. */
  readonly level: LogLevel | undefined;
  readonly stream: 'stdout' | 'stderr';
  /** `2026/11/23/[$LATEST]…` of the instance; absent: of no instance. */
  readonly logStream?: string | undefined;
  readonly epochMs: number;
  /** Without the final line break; may contain several lines. */
  readonly message: string;
};

/** Longest text kept of one line; Lambda cuts at 256 KB too. */
export const LINE_LIMIT = 256 * 1024;

/** Prints a line in Lambda's text format, `ISO-time⇥requestId⇥LEVEL⇥message`; direct writes stay as they are. */
export function printLogLine(line: FunctionLogLine): string {
  return `${printPrefix(line)}${line.message}`;
}

/** The text before the message; empty for direct writes. */
export function printPrefix({ level, epochMs, requestId }: Omit<FunctionLogLine, 'message'>): string {
  if (level === undefined) return '';
  const time = new Date(epochMs).toISOString();
  // Before the first event there is no request id, and the line has one column less.
  const request = requestId === undefined ? '' : `${requestId}\t`;
  return `${time}\t${request}${level}\t`;
}

/** Embedded metrics are for CloudWatch and would clutter the log. */
export function isMetricLine({ message }: Pick<FunctionLogLine, 'message'>): boolean {
  return message.startsWith('{"_aws":');
}

const PRINTED =
  /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t(?:([0-9a-f-]{36})\t)?(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t([^]*)$/;

/** Parses a line of a process printed by `printLogLine`; undefined = the function's own output. */
export function readLogLine(
  text: string,
): Pick<FunctionLogLine, 'epochMs' | 'requestId' | 'level' | 'message'> | undefined {
  const [, time, requestId, level, message] = PRINTED.exec(text) ?? [];
  if (time === undefined || message === undefined) return undefined;
  return { epochMs: Date.parse(time), requestId, level: level as LogLevel, message };
}
