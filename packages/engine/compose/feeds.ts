import type { Clock, LogGroups, LogSink, TraceSink } from '../../core/ports.ts';
import { printPrefix } from '../../lambda/log-line.ts';
import type { FunctionLogLine } from '../../lambda/log-line.ts';
import type { ServiceHost } from '../service-host.ts';

export function publishingGroups(groups: LogGroups, { lines }: ServiceHost, clock: Clock): LogGroups {
  return {
    write(group, text) {
      groups.write(group, text);
      lines.publish({ group, text, epochMs: clock.nowEpochMs() });
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

/** @param daemon of X-Ray; undefined = segments are only kept */
export function publishingTraces(daemon: TraceSink | undefined, { segments }: ServiceHost): TraceSink {
  return {
    send(segment) {
      daemon?.send(segment);
      segments.publish(segment);
    },
  };
}

export function publishFunctionLine(line: FunctionLogLine, { lines }: ServiceHost): void {
  const { functionName, message: text, epochMs, logStream: stream } = line;
  lines.publish({ group: `/aws/lambda/${functionName}`, text, epochMs, prefix: printPrefix(line), stream });
}
