/** Finds a line of an access log. The user may have pasted it, or it is in a file or in CloudWatch Logs. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import type { Aws } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { readGivenFile } from '../../terminal/read-given-file.ts';

export type LineQuery = {
  readonly line: string | undefined;
  /** A file of log lines. `-` means standard input. */
  readonly file: string | undefined;
  readonly requestId: string | undefined;
  readonly sinceMs: number;
};

/**
 * The maximum number of pages that a search in CloudWatch Logs reads. A search over several days has many empty pages.
 */
const PAGES_LIMIT = 40;

/**
 * Finds the log line of a request.
 * @throws UsageError if there is no such line, or if the logs cannot be read
 */
export async function findLine(
  aws: Aws,
  destinationArn: string | undefined,
  query: LineQuery,
  nowEpochMs: number,
): Promise<string> {
  if (query.line !== undefined) return query.line;
  if (query.file !== undefined) return inFile(query.file, query.requestId);
  if (query.requestId === undefined)
    throw new UsageError(
      'pass the id of a request, which its response contains, or pass the access log line of the request with --line or --log-file',
    );
  const group = /:log-group:([^:]+)/.exec(destinationArn ?? '')?.[1];
  if (group === undefined)
    throw new UsageError(
      'the stage does not write its access log to a log group that can be searched: pass the log line with --line or --log-file',
    );
  return inLogs(aws, group, query.requestId, nowEpochMs - query.sinceMs);
}

function inFile(file: string, requestId: string | undefined): string {
  const text = readGivenFile(file, `--log-file: ${file}`);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const found = requestId === undefined ? lines.at(-1) : lines.findLast((line) => line.includes(requestId));
  if (found !== undefined) return found;
  throw new UsageError(
    requestId === undefined
      ? `${file} contains no log line`
      : `${file} contains no log line of request ${requestId}`,
  );
}

async function inLogs(aws: Aws, logGroupName: string, requestId: string, startTime: number): Promise<string> {
  let nextToken: string | undefined;
  for (let page = 1; page <= PAGES_LIMIT; page += 1) {
    const answer = await aws.call({
      service: 'logs',
      protocol: 'json',
      target: 'Logs_20140328.FilterLogEvents',
      version: '1.1',
      input: {
        logGroupName,
        startTime,
        filterPattern: `"${requestId.replaceAll('"', '')}"`,
        nextToken,
      },
    });
    if (answer.kind !== 'answer')
      throw new UsageError(
        `could not search ${logGroupName}: ${answer.kind === 'refused' ? `${answer.code}: ` : ''}${answer.message}. Allow logs:FilterLogEvents, or pass the log line with --line`,
      );
    const [event] = listAt(answer.body, 'events').filter(isJsonObject);
    const message = textAt(event, 'message');
    if (message !== undefined) return message;
    nextToken = textAt(answer.body, 'nextToken');
    if (nextToken === undefined) break;
  }
  if (nextToken !== undefined)
    throw new UsageError(
      `the first ${PAGES_LIMIT} pages of ${logGroupName} since ${new Date(startTime).toISOString()} contain no log line of request ${requestId}, and later pages were not searched: pass a shorter time with --since, or pass the log line with --line`,
    );
  throw new UsageError(
    `${logGroupName} contains no log line of request ${requestId} since ${new Date(startTime).toISOString()}; to search further back, pass a longer time, such as --since 1d`,
  );
}
