import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { asText, isJsonObject } from '@gatewright/aws/json-object';
import { addAwsOptions } from '../terminal/aws-session.ts';
import type { AwsFlags } from '../terminal/aws-session.ts';
import { listFailures } from './failures/list-failures.ts';
import type { ListedFailure } from './failures/list-failures.ts';
import { replayFailures } from './failures/replay-failures.ts';
import type { Replayed } from './failures/replay-failures.ts';
import { findFunction } from '../terminal/find-function.ts';
import { sendToFunction } from '../terminal/invoke-function.ts';
import { count, printLines, table, UsageError } from '../terminal/output.ts';
import { addGatewayOptions } from '../terminal/running-gateway.ts';
import { openAws } from './open-aws.ts';

type ListFlags = AwsFlags & { readonly stack?: string; readonly limit: number; readonly json: boolean };
type ReplayFlags = ListFlags & { readonly message?: string; readonly file?: string };

const LIMIT = 1000;

export function failuresCommand(): Command {
  const failures = new Command('failures')
    .description('List or replay events that failed for good.')
    .addCommand(listCommand())
    .addCommand(replayCommand());
  return failures;
}

function ofStack(name: string, description: string): Command {
  return addAwsOptions(new Command(name).description(description))
    .option('--stack <name>', 'CloudFormation stack of the functions, such as gatewright-prod')
    .option('--limit <number>', 'maximum number per queue', readLimit, LIMIT)
    .option('--json', 'print JSON', false);
}

function listCommand(): Command {
  return ofStack(
    'list',
    'Read the failure queues of a stack without deleting; --json includes the events.',
  ).action(async (flags: ListFlags) => {
    const { queues, failures } = await listFailures(await openAws(flags), stackOf(flags), flags.limit);
    if (flags.json) {
      printLines(JSON.stringify(failures));
      return;
    }
    if (failures.length > 0) printLines(table([HEADINGS, ...failures.map(rowOf)]));
    const names = queues.map(({ name }) => name).join(', ') || 'no failure queue';
    printLines(`${count(failures.length, 'failed event')} in ${names}`);
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
    ofStack('replay', 'Send failed events to their functions again; delete those that succeed.')
      .option('--message <id>', 'only this message id from `list`')
      .option('--file <file>', 'replay the output of `list --json` on the local gateway; deletes nothing'),
  )
    .addHelpText(
      'after',
      '\nExit codes: 0 every event succeeded, 1 invalid call, 2 some are still in the queue.',
    )
    .action(async (flags: ReplayFlags) => {
      const replayed =
        flags.file === undefined ? await replayOnAws(flags) : await replayHere(flags.file, flags);
      if (flags.json) printLines(JSON.stringify(replayed));
      const kept = replayed.filter(({ outcome }) => outcome === 'kept').length;
      if (!flags.json) printLines(`${count(replayed.length - kept, 'event')} succeeded, ${kept} did not`);
      if (kept > 0) process.exitCode = 2;
    });
}

async function replayOnAws(flags: ReplayFlags): Promise<readonly Replayed[]> {
  const { limit, message: messageId } = flags;
  const replayed = await replayFailures(await openAws(flags), stackOf(flags), { limit, messageId }, (one) =>
    printResult(one, flags),
  );
  if (messageId !== undefined && replayed.length === 0)
    throw new UsageError(
      `no failure queue of ${stackOf(flags)} has a message ${messageId}, or another receiver holds it now`,
    );
  return replayed;
}

/** The same events for the local code, matched by the end of the function's name: stages differ. */
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
    printResult(one, flags);
  }
  return all;
}

async function sendHere(
  functionName: string | undefined,
  payload: string | undefined,
  stack: string,
): Promise<string | undefined> {
  if (functionName === undefined || payload === undefined) return 'it names no function, or has no event';
  const own = functionName.startsWith(`${stack}-`) ? functionName.slice(stack.length + 1) : functionName;
  const found = await findFunction(own);
  const { status, headers, body } = await sendToFunction(found, payload, { async: false });
  if (status === 200 && headers['x-amz-function-error'] === undefined) return undefined;
  return `${found.name}: ${body.slice(0, SHOWN_CHARACTERS)}`;
}

type Listed = Pick<ListedFailure, 'messageId' | 'functionName' | 'payload'>;

/** @throws UsageError */
function readListed(file: string): readonly Listed[] {
  let list: unknown;
  try {
    list = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`--file: ${file} cannot be read, or is not JSON`, { cause });
  }
  if (Array.isArray(list) && list.every(isJsonObject))
    return list.map((one) => ({
      messageId: String(one['messageId']),
      functionName: asText(one['functionName']),
      payload: asText(one['payload']),
    }));
  throw new UsageError(`--file: ${file} is not output of failures list --json`);
}

function printResult({ messageId, functionName, outcome, why }: Replayed, { json }: ListFlags): void {
  if (json) return;
  const said = outcome === 'done' ? 'succeeded' : `is kept: ${why}`;
  printLines(table([[messageId, functionName ?? '-', said]]).join(''));
}

function stackOf({ stack }: ListFlags): string {
  if (stack !== undefined) return stack;
  throw new UsageError('no stack: name it with --stack gatewright-prod');
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1) return limit;
  throw new InvalidArgumentError('A number from 1.');
}
