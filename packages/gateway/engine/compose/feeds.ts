import { measureInvocation } from '../../core/events/measurement.ts';
import type { Clock, LogGroups, MetricSink, TraceSink } from '../../core/ports.ts';
import { printPrefix } from '../../lambda/function-log-line.ts';
import type { createFunctionRuntime } from '../../lambda/runtime.ts';
import type { FunctionLogLine } from '../../lambda/function-log-line.ts';
import type { ServiceHost } from '../service-host.ts';
import type { RefusedCall } from '@gatewright/dynamodb';
import { functionOf } from '../../kernel/calls/note-rejected.ts';
import { mayBeSentAgain } from '../../kernel/calls/sdk-retries.ts';
import { rootOf } from '../../kernel/event-journal.ts';
import type { Parts } from './parts.ts';

export function publishingGroups(groups: LogGroups, { lines }: ServiceHost, clock: Clock): LogGroups {
  return {
    write(group, text) {
      groups.write(group, text);
      lines.publish({ group, text, epochMs: clock.nowEpochMs() });
    },
  };
}

/** Sends metrics to the given sink, and to the services that read metrics, even if these services are loaded later. */
export function publishingMetrics(
  metrics: MetricSink | undefined,
  { metrics: feed }: ServiceHost,
): MetricSink {
  return {
    write(measurement) {
      metrics?.write(measurement);
      feed.publish(measurement);
    },
  };
}

/**
 * Returns the destination of trace segments.
 * @param daemon the X-Ray daemon; undefined means that segments are only stored
 */
export function publishingTraces(daemon: TraceSink | undefined, { segments }: ServiceHost): TraceSink {
  return {
    send(segment) {
      daemon?.send(segment);
      segments.publish(segment);
    },
  };
}

/** The paths of UpdateFunctionCode and UpdateFunctionConfiguration. */
const CHANGES = /\/functions\/(?:[^/]*:)?([^/:]+)\/(?:code|configuration)$/;

/**
 * Records events that no request caused, and the responses that services in front of APIs return without calling an
 * API.
 */
export function recordEvents({
  records,
  events,
  journal,
  functionIdentities,
}: Pick<Parts, 'records' | 'events' | 'journal'> & {
  readonly functionIdentities: Pick<Parts['functionIdentities'], 'onDenied'>;
}): void {
  if (records === undefined) return;
  records.isChanged = (name) =>
    journal.calls?.some(({ path }) => CHANGES.exec(decodeURIComponent(path))?.[1] === name) === true;
  records.journal = events.journal;
  functionIdentities.onDenied = (denied) => {
    const { cause } = events.journal;
    if (cause !== undefined) events.journal.note({ kind: 'forbidden', ...denied }, cause);
  };
  events.journal.begun.follow((record) => records.takeSide(record));
  events.edges.follow((record) => records.takeSide(record));
}

/** Records a call by a function that the embedded DynamoDB refused. */
export function noteRefusedByStore(
  { accessKeyId, operation, tables, status, code, message, traceHeader, sdkRequest }: RefusedCall,
  { events, functionIdentities }: Pick<Parts, 'events' | 'functionIdentities'>,
): void {
  const functionName = functionOf(functionIdentities.find(accessKeyId));
  const cause = rootOf(traceHeader) ?? events.journal.cause;
  if (functionName === undefined || cause === undefined) return;
  if (mayBeSentAgain({ status, code }, sdkRequest)) return;
  const target = tables.length === 0 ? undefined : tables.join(', ');
  events.journal.note(
    { kind: 'rejected', functionName, service: 'dynamodb', operation, target, code, message },
    cause,
  );
}

export function publishFunctionLine(line: FunctionLogLine, { lines }: ServiceHost): void {
  const { functionName, message: text, epochMs, logStream: stream } = line;
  lines.publish({ group: `/aws/lambda/${functionName}`, text, epochMs, prefix: printPrefix(line), stream });
}

/**
 * Publishes Lambda's own metrics.
 * @param host returns the service host, which is created after the functions
 */
export function publishingInvocations(
  host: () => ServiceHost,
  clock: Clock,
): NonNullable<Parameters<typeof createFunctionRuntime>[0]['watch']> {
  const running = new Map<string, number>();
  return ({ functionName, qualifier, traceHeader }) => {
    const isOver = host().journal.start(traceHeader);
    const startedAtEpochMs = clock.nowEpochMs();
    const startedMs = clock.monotonicMs();
    const concurrent = (running.get(functionName) ?? 0) + 1;
    running.set(functionName, concurrent);
    return (end) => {
      isOver();
      if (end.kind === 'returned' || end.kind === 'failed')
        host().journal.link(traceHeader, () => end.requestId?.());
      const left = (running.get(functionName) ?? 1) - 1;
      if (left > 0) running.set(functionName, left);
      else running.delete(functionName);
      const tookMs = clock.monotonicMs() - startedMs;
      const measurement = measureInvocation({
        functionName,
        qualifier,
        startedAtEpochMs,
        tookMs,
        concurrent,
        end,
      });
      if (measurement !== undefined) host().metrics.publish(measurement);
    };
  };
}
