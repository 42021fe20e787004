/** Handles `StartQuery`, `GetQueryResults` and `StopQuery` (CloudWatch Logs API reference). */
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { ServicePorts } from '../../kernel/service.ts';
import type { CallInput } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { invalidParameter, malformedQuery } from './error.ts';
import { FROM_ZERO, GROUP_NAME, groupOf } from './input.ts';
import { MalformedQuery } from './insights/query-text.ts';
import type { Query } from './insights/query.ts';
import { MAX_ROWS, readQuery } from './insights/read-query.ts';
import { eventRow } from './insights/row.ts';
import { QueryRun } from './insights/run-query.ts';
import type { ResultRow } from './insights/run-query.ts';
import { visitEvents } from './kept-events.ts';
import type { Wanted } from './kept-events.ts';
import { EVENT_BYTES } from './log-groups.ts';
import type { LogGroupBook } from './log-groups.ts';

type Status = 'Running' | 'Complete' | 'Cancelled' | 'Failed' | 'Timeout';
type Running = {
  status: Status;
  rows: readonly ResultRow[];
  matched: number;
  scanned: number;
  bytes: number;
};
type Ports = Pick<ServicePorts, 'lines' | 'work' | 'random' | 'accountId' | 'report'>;

/** AWS's default limit for concurrent queries, and AWS's limit for the number of log groups in one query. */
const MAX_RUNNING = 30;
const MAX_GROUPS = 50;
/** The maximum number of queries whose results are stored for reading. */
const MAX_KEPT = 100;
/**
 * The time limit of a query in milliseconds. AWS's limit is 60 minutes, but the gateway reads at most 64 MB for a
 * query.
 */
const MOST_MS = 20_000;

export class Queries {
  readonly #ports: Ports;
  readonly #groups: LogGroupBook;
  readonly #queries = new Map<string, Running>();

  constructor(ports: Ports, groups: LogGroupBook) {
    this.#ports = ports;
    this.#groups = groups;
  }

  start(input: CallInput): UnknownMembers {
    const language = input.optionalText('queryLanguage') ?? 'CWLI';
    if (language !== 'CWLI')
      throw invalidParameter(`The query language ${language} is not supported; use CWLI.`);
    const names = readGroups(input);
    const [fromS, toS] = [
      input.optionalInteger('startTime', FROM_ZERO),
      input.optionalInteger('endTime', FROM_ZERO),
    ];
    if (fromS === undefined || toS === undefined || fromS > toS)
      throw invalidParameter(
        'The query must have a startTime and an endTime, and the endTime must not be before the startTime.',
      );
    const limit = input.optionalInteger('limit', { least: 1, most: MAX_ROWS }) ?? MAX_ROWS;
    const query = read(input.text('queryString'));
    for (const name of names) if (!this.#groups.has(name)) throw this.#noGroup(name);
    if ([...this.#queries.values()].filter(({ status }) => status === 'Running').length >= MAX_RUNNING)
      throw new OperationRefused(
        'LimitExceededException',
        'Account maximum query concurrency limit of 30 reached.',
      );
    const id = this.#ports.random.uuid();
    const running: Running = { status: 'Running', rows: [], matched: 0, scanned: 0, bytes: 0 };
    this.#keep(id, running);
    const wanted = {
      isOfGroup: (name: string) => names.includes(name),
      fromMs: fromS * 1000,
      toMs: toS * 1000 + 999,
    };
    this.#ports.work.track(
      () => this.#run(running, query, wanted, limit),
      () => {
        running.status = 'Failed';
        this.#ports.report(`the query ${id} failed`);
      },
    );
    return { queryId: id };
  }

  /**
   * Insights passes on the refusal of another service, with the text of the Java client that Insights uses for it
   * [obs].
   */
  #noGroup(name: string): OperationRefused {
    const { accountId, random } = this.#ports;
    return new OperationRefused(
      'ResourceNotFoundException',
      `Log group '${name}' does not exist for account ID '${accountId}' (Service: AWSLogs; Status Code: 400; ` +
        `Error Code: ResourceNotFoundException; Request ID: ${random.uuid()}; Proxy: null)`,
    );
  }

  results(input: CallInput): UnknownMembers {
    const { status, rows, matched, scanned, bytes } = this.#find(input);
    return {
      queryLanguage: 'CWLI',
      results: rows,
      statistics: { recordsMatched: matched, recordsScanned: scanned, bytesScanned: bytes },
      status,
    };
  }

  stop(input: CallInput): UnknownMembers {
    const query = this.#find(input);
    if (query.status !== 'Running')
      throw invalidParameter(`The query is not running: its status is ${query.status}.`);
    query.status = 'Cancelled';
    return { success: true };
  }

  clear(): void {
    for (const query of this.#queries.values()) if (query.status === 'Running') query.status = 'Cancelled';
    this.#queries.clear();
  }

  async #run(running: Running, query: Query, wanted: Wanted, limit: number): Promise<void> {
    const run = new QueryRun(query);
    const until = performance.now() + MOST_MS;
    await visitEvents(this.#ports.lines, wanted, (event) => {
      if (running.status !== 'Running') return false;
      if (event.epochMs < this.#groups.oldestMs(event.group)) return true;
      running.scanned += 1;
      running.bytes += event.message.length + EVENT_BYTES;
      run.add(eventRow(event, this.#ports.accountId));
      if (running.scanned % 1000 === 0 && performance.now() > until) running.status = 'Timeout';
      return true;
    });
    running.matched = run.matched;
    if (running.status === 'Cancelled') return;
    running.rows = run.finish(limit);
    if (running.status === 'Running') running.status = 'Complete';
  }

  #find(input: CallInput): Running {
    const query = this.#queries.get(input.text('queryId'));
    if (query === undefined)
      throw new OperationRefused('ResourceNotFoundException', 'The specified query does not exist.');
    return query;
  }

  #keep(id: string, running: Running): void {
    this.#queries.set(id, running);
    for (const [oldest, { status }] of this.#queries) {
      if (this.#queries.size <= MAX_KEPT) break;
      if (status !== 'Running') this.#queries.delete(oldest);
    }
  }
}

function read(source: string): Query {
  try {
    return readQuery(source);
  } catch (error) {
    if (error instanceof MalformedQuery) throw malformedQuery(error.message, error.offset);
    throw error;
  }
}

/** Reads one group or several, by name or ARN. Exactly one of the three members must be present. */
function readGroups(input: CallInput): readonly string[] {
  const one = input.has('logGroupName') ? [input.text('logGroupName', GROUP_NAME)] : [];
  const names = [
    input.texts('logGroupNames', { most: MAX_GROUPS }),
    input.texts('logGroupIdentifiers', { most: MAX_GROUPS }).map(groupOf),
  ];
  const given = [one, ...names].filter((list) => list.length > 0);
  const [groups] = given;
  if (groups === undefined || given.length > 1)
    throw invalidParameter(
      'The query must have exactly one of logGroupName, logGroupNames and logGroupIdentifiers.',
    );
  return groups;
}
