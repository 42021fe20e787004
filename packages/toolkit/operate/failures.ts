import { Command, InvalidArgumentError } from 'commander';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import { addAwsOptions } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { listFailures } from './failures/list-failures.ts';
import type { ListedFailure } from './failures/list-failures.ts';
import { replayFailures } from './failures/replay-failures.ts';
import type { Replayed } from './failures/replay-failures.ts';
import { findFunction } from '../terminal/find-function.ts';
import { sendToFunction } from '../terminal/invoke-function.ts';
import { count, printLines, printResult, table, UsageError } from '../../base/terminal/output.ts';
import { readGivenFile } from '../terminal/read-given-file.ts';
import { addGatewayOptions } from '../terminal/running-gateway.ts';
import { openAws } from './open-aws.ts';

type ListFlags = AwsFlags & { readonly stack?: string; readonly limit: number };
type ReplayFlags = ListFlags & { readonly message?: string; readonly file?: string };

const LIMIT = 1000;

export function failuresCommand(): Command {
  const failures = new Command('failures')
    .description('List or replay events that functions failed to process in spite of all retries.')
    .addCommand(listCommand())
    .addCommand(replayCommand());
  return failures;
}

function ofStack(name: string, description: string): Command {
  return addAwsOptions(new Command(name).description(description))
    .option('--stack <name>', 'CloudFormation stack of the functions, such as gatewright-prod')
    .option('--limit <number>', 'maximum number of messages per queue', readLimit, LIMIT);
}

function listCommand(): Command {
  return ofStack(
    'list',
    'List the failed events of a stack without deleting them; --json also prints the events themselves.',
  ).action(async (flags: ListFlags) => {
    const { queues, failures } = await listFailures(await openAws(flags), stackOf(flags), flags.limit);
    const names = queues.map(({ name }) => name).join(', ') || 'no failure queue';
    printResult(failures, () => [
      ...(failures.length === 0 ? [] : table([HEADINGS, ...failures.map(rowOf)])),
      `${count(failures.length, 'failed event')} in ${names}`,
    ]);
  });
}

const HEADINGS = ['message', 'function', 'since', 'tries', 'bytes', 'error'];
const SHOWN_CHARACTERS = 100;

function rowOf({ messageId, functionName, sentEpochMs, attempts, payload, error }: ListedFailure): string[] {
  return [
    messageId,
    functionName ?? '-',
    sentEpochMs === undefined ? '-' : new Date(sentEpochMs).toISOString(),
    String(attempts ?? '-'),
    payload === undefined ? '-' : String(Buffer.byteLength(payload)),
    error.slice(0, SHOWN_CHARACTERS),
  ];
}

function replayCommand(): Command {
  return addGatewayOptions(
    ofStack('replay', 'Send failed events to their functions again, and delete the ones that succeed.')
      .option('--message <id>', 'replay only the message with this id, as shown by `list`')
      .option(
        '--file <file>',
        'replay the output of `list --json` on the local gateway instead; deletes nothing',
      ),
  )
    .addHelpText(
      'after',
      '\nExit codes: 0 every event succeeded; 1 wrong usage; 2 some events are still in the queue.',
    )
    .action(async (flags: ReplayFlags) => {
      const replayed =
        flags.file === undefined ? await replayOnAws(flags) : await replayHere(flags.file, flags);
      const kept = replayed.filter(({ outcome }) => outcome === 'kept').length;
      printLines(`${count(replayed.length - kept, 'event')} succeeded, ${kept} did not`);
      if (kept > 0) process.exitCode = 2;
    });
}

async function replayOnAws(flags: ReplayFlags): Promise<readonly Replayed[]> {
  const { limit, message: messageId } = flags;
  const replayed = await replayFailures(
    await openAws(flags),
    stackOf(flags),
    { limit, messageId },
    printReplayed,
  );
  if (messageId !== undefined && replayed.length === 0)
    throw new UsageError(
      `message ${messageId} was not found in the failure queues of ${stackOf(flags)}: it was deleted, another consumer is processing it, or its queue has more than ${limit} messages, the value of --limit`,
    );
  return replayed;
}

/**
 * Sends the failed events to the functions on this machine. Functions are found by the end of their name, because
 * stages differ.
 */
async function replayHere(file: string, flags: ReplayFlags): Promise<readonly Replayed[]> {
  const all: Replayed[] = [];
  for (const { messageId, functionName, payload } of readListed(file)) {
    if (flags.message !== undefined && messageId !== flags.message) continue;
    const why = await sendHere(functionName, payload, stackOf(flags));
    const one = {
      messageId,
      functionName,
      outcome: why === undefined ? 'done' : 'kept',
      why: why ?? '',
    } as const;
    all.push(one);
    printReplayed(one);
  }
  return all;
}

async function sendHere(
  functionName: string | undefined,
  payload: string | undefined,
  stack: string,
): Promise<string | undefined> {
  if (functionName === undefined || payload === undefined)
    return 'the message does not name a function, or contains no event';
  const own = functionName.startsWith(`${stack}-`) ? functionName.slice(stack.length + 1) : functionName;
  const found = await findFunction(own);
  const { status, headers, body } = await sendToFunction(found, payload, { async: false });
  if (status === 200 && headers['x-amz-function-error'] === undefined) return undefined;
  return `${found.name}: ${body.slice(0, SHOWN_CHARACTERS)}`;
}

type Listed = Pick<ListedFailure, 'messageId' | 'functionName' | 'payload'>;

/**
 * Reads a list of failed events.
 * @throws UsageError if the file cannot be read, or is not the output of `failures list --json`
 */
function readListed(file: string): readonly Listed[] {
  const lines = readGivenFile(file, `--file: ${file}`).split('\n').filter(Boolean);
  return lines.map((line) => {
    const one = parseJsonObject(line);
    if (one === undefined)
      throw new UsageError(`--file: ${file} is not the output of gatewright failures list --json`);
    return {
      messageId: String(one['messageId']),
      functionName: asText(one['functionName']),
      payload: asText(one['payload']),
    };
  });
}

/** Prints each result as soon as it is known. */
function printReplayed(one: Replayed): void {
  const { messageId, functionName, outcome, why } = one;
  const said = outcome === 'done' ? 'succeeded' : `stays in the queue: ${why}`;
  printResult(one, () => table([[messageId, functionName ?? '-', said]]));
}

function stackOf({ stack }: ListFlags): string {
  if (stack !== undefined) return stack;
  throw new UsageError('pass the CloudFormation stack of the functions, such as --stack gatewright-prod');
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1) return limit;
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
}
