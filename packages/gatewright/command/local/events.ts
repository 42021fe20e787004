import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { showControls } from '@gatewright/aws/text/visible-text';
import { printResult, table } from '../../../base/terminal/output.ts';
import { readGivenFile } from '../../../toolkit/terminal/read-given-file.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';

type Source = {
  readonly kind: string;
  readonly name: string;
  readonly targets: readonly string[];
  readonly state: string;
};
type SendFlags = { readonly group?: string; readonly source?: string; readonly detailType?: string };

export function eventsCommand(): Command {
  const list = addGatewayOptions(
    new Command('list').description(
      'List queues, streams, topics, rules, schedules, buckets and their targets.',
    ),
  ).action(listEvents);
  const send = addGatewayOptions(
    new Command('send')
      .description('Send an event to a queue, topic, bus or stream, or run a schedule now.')
      .argument('<target>', 'name or ARN of the queue, topic, bus, stream or schedule')
      .argument('[body]', 'message, or detail of an event: text, @file, or - for stdin', '{}'),
  )
    .option('--group <id>', 'MessageGroupId for a FIFO queue or topic')
    .option('--source <name>', 'source of an event on a bus')
    .option('--detail-type <name>', 'detail-type of an event on a bus')
    .action(sendEvent);
  return new Command('events')
    .description('List event sources, or send an event by hand.')
    .addCommand(list)
    .addCommand(send);
}

async function listEvents(): Promise<void> {
  const answer = await callGateway('GET', 'events');
  printResult(membersOf(answer), () => describeEvents(answer));
}

function describeEvents(answer: unknown): readonly string[] {
  const sources = readMember(answer, 'sources') as readonly Source[];
  const rows = sources.map(({ kind, name, targets, state }) =>
    [kind, name, targets.length === 0 ? '-' : targets.join(', '), state].map(showControls),
  );
  const waiting = Number(readMember(answer, 'asynchronous'));
  return [
    ...table(rows),
    ...(waiting > 0 ? [`asynchronous events still waiting: ${waiting}`] : []),
    ...(rows.length === 0 && waiting === 0
      ? ['no event source starts a function in this gateway; only requests do']
      : []),
  ];
}

async function sendEvent(target: string, given: string, flags: SendFlags): Promise<void> {
  const body = await readBody(given);
  const { group: groupId, source, detailType } = flags;
  const answer = await callGateway('POST', 'events', { target, body, groupId, source, detailType });
  printResult(membersOf(answer), () => `sent to ${String(readMember(answer, 'sent'))}`);
}

/**
 * Reads the body of an event.
 * @throws UsageError if its file cannot be read
 */
async function readBody(given: string): Promise<string> {
  if (given === '-') return readAll(process.stdin);
  if (!given.startsWith('@')) return given;
  return readGivenFile(given.slice(1));
}
