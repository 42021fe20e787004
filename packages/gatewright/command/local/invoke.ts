import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { findFunction } from '../../../toolkit/terminal/find-function.ts';
import { printResult, UsageError } from '../../../base/terminal/output.ts';
import { addGatewayOptions } from '../../../toolkit/terminal/running-gateway.ts';
import { quote } from '@gatewright/aws/text/token-options';
import { isJson, membersOf, parseJson } from '@gatewright/aws/json-object';
import { sendToFunction } from '../../../toolkit/terminal/invoke-function.ts';

type InvokeFlags = { readonly event: string; readonly async: boolean; readonly clientContext?: string };

export function invokeCommand(): Command {
  return (
    addGatewayOptions(
      new Command('invoke')
        .description('Invoke a function; print its result, and its logs to stderr.')
        .argument('<function>', 'name of the function, its logical id or CDK id, or the end of its name'),
    )
      // For a misplaced event, the action's error names the option to use, unlike commander's own error.
      .allowExcessArguments()
      .option('--event <json|file|->', 'the event: JSON, a file, or - for stdin', '{}')
      .option('--async', 'invoke asynchronously, without waiting for the result', false)
      .option('--client-context <json>', 'value of context.clientContext')
      .action(invoke)
  );
}

async function invoke(given: string, flags: InvokeFlags, { args }: Command): Promise<void> {
  const [, misplaced] = args;
  if (misplaced !== undefined)
    throw new UsageError(
      `"${misplaced}" follows the function name; pass the event with --event: gatewright invoke ${quote(given)} --event ${quote(misplaced)}`,
    );
  const event = await readEvent(flags.event);
  const context = flags.clientContext;
  if (context !== undefined && !isJson(context))
    throw new UsageError('--client-context is not JSON; pass JSON, such as \'{"custom":{"a":"b"}}\'');
  const found = await findFunction(given);
  const { status, headers, body } = await sendToFunction(found, event, flags);
  if (status === 202) {
    printResult({ function: found.name, sent: true }, () => `sent to ${found.name}`);
    return;
  }
  if (status !== 200) throw new UsageError(`${found.name}: ${describeRefusal(body, status)}`);
  const tail = headers['x-amz-log-result'];
  if (typeof tail === 'string') process.stderr.write(Buffer.from(tail, 'base64'));
  const failed = headers['x-amz-function-error'] !== undefined;
  printResult({ function: found.name, failed, result: isJson(body) ? parseJson(body) : body }, () => body);
  // Unlike the AWS CLI, the exit code is 1, so that a script notices that the function has failed.
  if (failed) process.exitCode = 1;
}

/**
 * Reads an event from stdin, from the argument itself, or from a file.
 * @throws UsageError if it is not JSON or cannot be read
 */
async function readEvent(given: string): Promise<string> {
  const text = given === '-' ? await readAll(process.stdin) : isJson(given) ? given : readEventFile(given);
  if (isJson(text)) return text;
  throw new UsageError(`--event: ${given === '-' ? 'stdin' : given} is not JSON`);
}

function readEventFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`--event: "${file}" is neither JSON nor a readable file`);
  }
}

function describeRefusal(body: string, status: number): string {
  const { message, Message } = membersOf(parseJson(body));
  const said = message ?? Message;
  return typeof said === 'string' ? said : `the gateway answered with status ${status}`;
}
