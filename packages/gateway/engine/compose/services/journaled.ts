/** Records, in the journal of events, the request or event that caused a call to an AWS service. */
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlRequest } from '../../../core/api-call.ts';
import type { HttpOutcome, ServiceClient } from '../../../core/ports.ts';
import { lineageOf } from '../../../kernel/lineage.ts';
import { rootOf } from '../../../kernel/event-journal.ts';
import type { EventJournal } from '../../../kernel/event-journal.ts';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';
import { noteRejected } from '../../../kernel/calls/note-rejected.ts';

/**
 * The header with which SDKs continue the trace of a function.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const TRACE = 'x-amzn-trace-id';

/** Wraps the client of integrations. Calls by integrations contain the trace of the request for which they are made. */
export function journaledClient(services: ServiceClient, journal: () => EventJournal): ServiceClient {
  return {
    async call(request, traceHeader): Promise<HttpOutcome> {
      return traceHeader === undefined
        ? services.call(request)
        : runTraced(journal(), traceHeader, () => services.call(request));
    },
  };
}

/** Runs a call by an integration, whose events belong to the request with this trace. */
export async function runTraced<Result>(
  journal: EventJournal,
  traceHeader: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const isOver = journal.start(traceHeader);
  try {
    return await journal.within(rootOf(traceHeader), run);
  } finally {
    isOver();
  }
}

/**
 * Wraps the services of the control port. Calls by programs other than this gateway's functions do not belong to a
 * request.
 * @param report called for an error while a refusal is noted, which must not replace the reply of the service
 */
export function journaledServices(
  services: ReadonlyMap<string, AwsService>,
  journal: EventJournal,
  report: (error: unknown) => void,
): ReadonlyMap<string, AwsService> {
  return new Map(
    [...services].map(([name, service]): [string, AwsService] => [
      name,
      (call) =>
        runJournaled(journal, call.request, call.caller.role !== undefined, async () => {
          const reply = await service(call);
          try {
            noteRejected(call, reply, journal);
          } catch (error) {
            report(error);
          }
          return reply;
        }),
    ]),
  );
}

/** @param isOfFunction whether a function makes the call, according to the credentials of the call */
export function runJournaled<Result>(
  journal: EventJournal,
  request: Pick<ControlRequest, 'rawHeaders'>,
  isOfFunction: boolean,
  run: () => Result,
): Result {
  const traceHeader = headerOf(request, TRACE);
  const root = rootOf(traceHeader);
  if (root !== undefined) return journal.within(root, run, lineageOf(traceHeader));
  // A call by a function without the header belongs to the only running invocation, if there is one.
  const isApart = journal.cause === undefined || (!journal.isWithin && !isOfFunction);
  return isApart ? journal.apart(run) : run();
}
