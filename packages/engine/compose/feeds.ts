import type { Clock, LogGroups, LogSink } from '../../core/ports.ts';
import type { FunctionLogLine } from '../../lambda/log-line.ts';
import type { ServiceHost } from '../service-host.ts';

export function publishingGroups(groups: LogGroups, { lines }: ServiceHost, clock: Clock): LogGroups {
  return {
    write(group, text) {
      groups.write(group, text);
      if (lines.isFollowed) lines.publish({ group, text, epochMs: clock.nowEpochMs() });
    },
  };
}

/** @returns the current sink: undefined where no metrics are written and no service follows them */
export function publishingMetrics(
  metrics: LogSink | undefined,
  { metrics: feed }: ServiceHost,
): () => LogSink | undefined {
  const both: LogSink = {
    write(line) {
      metrics?.write(line);
      feed.publish(line);
    },
  };
  return () => (feed.isFollowed ? both : metrics);
}

export function publishFunctionLine(
  { functionName, message, epochMs }: FunctionLogLine,
  { lines }: ServiceHost,
): void {
  if (lines.isFollowed) lines.publish({ group: `/aws/lambda/${functionName}`, text: message, epochMs });
}
