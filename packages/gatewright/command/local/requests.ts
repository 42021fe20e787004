import { membersOf } from '@gatewright/aws/json-object';
import { Command, InvalidArgumentError } from 'commander';
import { describeSampling, rowsToLines } from './recorded.ts';
import {
  addGatewayOptions,
  callGateway,
  followGateway,
  readMember,
} from '../../../toolkit/terminal/running-gateway.ts';
import { printNotes, printResult } from '../../../base/terminal/output.ts';
import { filterRows } from '../../../gateway/console/records/row-filter.ts';
import { findUnread, parseTrafficQuery } from '../../../gateway/console/records/traffic-query.ts';
import type { RowFilter } from '../../../gateway/console/records/row-filter.ts';
import type { RecordState, RequestRow } from '../../../gateway/engine/index.ts';

type RequestFlags = RowFilter & {
  readonly follow: boolean;
  readonly limit: number;
  readonly json: boolean;
};

export function requestsCommand(): Command {
  return addGatewayOptions(new Command('requests'))
    .description('List recent requests and messages; `explain` shows one in detail.')
    .option('--follow', 'keep printing new requests until Ctrl-C', false)
    .option('--route <text>', 'only requests whose route or address contains this text: "GET /users"')
    .option('--status <code>', 'only requests with this status: 404 or 4xx', readStatus)
    .option(
      '--search <text>',
      'only requests that this search finds, as in the console: words of the route, caller, id, status, error code or notes, and terms such as customer:acme, took:>500 or -path:/ping',
      readSearch,
    )
    .option('--limit <number>', 'maximum number of requests to print', readLimit, 50)
    .action(list);
}

async function list(flags: RequestFlags): Promise<void> {
  const query = new URLSearchParams({ limit: String(flags.limit) });
  for (const name of ['route', 'status', 'search'] as const) {
    const value = flags[name];
    if (value !== undefined) query.set(name, value);
  }
  const answer = await callGateway('GET', `requests?${query.toString()}`);
  const rows = readMember(answer, 'rows') as readonly RequestRow[];
  print(rows.toReversed());
  const state = readMember(answer, 'state') as RecordState;
  printSampling(state, flags);
  if (!flags.follow) {
    const { none } = membersOf(answer);
    if (rows.length === 0 && !flags.json)
      printNotes(typeof none === 'string' ? none : 'No recorded request matches.');
    return;
  }
  const isWanted = filterRows(flags);
  let messages = state.sampled?.text;
  for await (const batch of followGateway(`requests/events?since=${state.taken}`)) {
    print((readMember(batch, 'rows') as readonly RequestRow[]).filter(isWanted));
    const now = readMember(batch, 'state') as RecordState;
    if (now.sampled?.text !== messages) printSampling(now, flags);
    messages = now.sampled?.text;
  }
  printNotes('The gateway has stopped.');
}

/** Reports if not all requests were recorded. Users who count the printed lines would otherwise get a wrong number. */
function printSampling(state: RecordState, { json }: RequestFlags): void {
  const said = describeSampling(state);
  if (said !== undefined && !json) printNotes(said);
}

function print(rows: readonly RequestRow[]): void {
  printResult(rows, () => rowsToLines(rows));
}

function readStatus(text: string): string {
  if (/^([1-5]\d\d|[1-5]xx)$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Write it as 404 or 4xx.');
}

function readSearch(text: string): string {
  const unread = findUnread(parseTrafficQuery(text));
  if (unread !== undefined) throw new InvalidArgumentError(unread);
  return text;
}

function readLimit(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1 to 99999.');
}
