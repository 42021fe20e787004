/**
 * Runs one command line of `gatewright`. For an error that the user can correct, only its message is printed, without a
 * stack trace.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { separateIds } from './separate-ids.ts';
import { chooseOutput, printError, printNotes, UsageError } from '../../base/terminal/output.ts';
import { asTyped } from '../../base/terminal/typed-commands.ts';
import { chooseGateway } from '../../toolkit/terminal/running-gateway.ts';
import type { GatewayChoice } from '../../toolkit/terminal/running-gateway.ts';

/** Commands that read `gatewright.yml` next to the sources. */
const LOADS_STACKS = new Set(['start', 'routes', 'check']);

/**
 * Adds the default port to `--inspect` and `--inspect-brk` if they have none. As in Node, the next argument is not
 * taken as the port, because it may be a folder.
 */
async function joinPorts(words: readonly string[]): Promise<readonly string[]> {
  const isBare = (word: string): boolean => /^--inspect(?:-brk)?$/.test(word);
  if (!words.some(isBare)) return words;
  const { DEBUGGER_PORT } = await import('../../gateway/engine/start-options.ts');
  return words.map((word) => (isBare(word) ? `${word}=${DEBUGGER_PORT}` : word));
}

/**
 * Makes commander throw an error that points to the help if a command is called incorrectly. The settings are needed
 * for each subcommand, because subcommands do not inherit them.
 */
function neverExit(command: Command, isJson: boolean): void {
  command
    .exitOverride(({ exitCode, code, message }) => {
      throw new CommanderError(exitCode, code, withUsage(message, command));
    })
    .showHelpAfterError('Run with --help to see commands and options.')
    .configureOutput({
      writeOut: (text) => process.stdout.write(asTyped(text)),
      writeErr: (text) => process.stderr.write(asTyped(text)),
      outputError: (text, write) => write(`${withUsage(text.trimEnd(), command)}\n`),
      ...(isJson && { writeErr: () => undefined }),
    });
  for (const below of command.commands) neverExit(below, isJson);
}

/**
 * Adds the command's usage to an error of commander about a missing argument or option. A superfluous argument is often
 * the value of an option, such as the customer in `usage show acme`, and an unknown option is often an argument, such as
 * the plan in `customers create acme --plan free`.
 */
function withUsage(message: string, command: Command): string {
  const usage = `usage: ${callOf(command)} ${command.usage()}`;
  const option = command.options.find(({ flags }) => message.includes(`required option '${flags}' not`));
  const unknown = /unknown option '--([\w-]+)/.exec(message)?.[1];
  if (command.registeredArguments.some((argument) => argument.name() === unknown))
    return `${message}: ${unknown} is an argument, which is passed without its name; ${usage}`;
  if (option === undefined && message.includes('too many arguments')) {
    const valued = command.options.filter(({ required, hidden }) => required && !hidden);
    return valued.length === 0
      ? message
      : `${message} Values are passed by options: ${valued.map(({ flags }) => flags).join('; ')}`;
  }
  if (option === undefined)
    return message.includes('missing required argument ') ? `${message}; ${usage}` : message;
  // If an option has two names, only the first one is printed, because both would look like two required options.
  const name = option.flags.replace(/, .* (?=<)/, ' ');
  return `${message.replace(option.flags, name)}; ${usage} ${name}, where ${name} is: ${option.description}`;
}

function callOf(command: Command): string {
  return command.parent === null ? command.name() : `${callOf(command.parent)} ${command.name()}`;
}

/** Whether the words request JSON. Arguments after `--` do not count, because they belong to another command. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end === -1 ? words : words.slice(0, end)).includes('--json');
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Finds a command by name. Only the called command is loaded, because `start` loads the whole gateway. */
export type Loaders = ReadonlyMap<string | undefined, () => Promise<Command>>;

const END_WITHIN_MS = 2_000;
const VERSION_FLAGS = ['-V', '--version'];

/** Runs the command with which this process was started. */
export async function runProcess(commands: Loaders): Promise<void> {
  // `start` handles a closed pipe itself: it keeps serving, because its log is not the result of the command.
  if (process.argv[2] !== 'start')
    for (const stream of [process.stdout, process.stderr]) stream.on('error', surviveClosedPipe);
  const failed = await runCommandLine(process.argv.slice(2), commands);
  if (failed === undefined) return;
  process.exitCode = failed;
  // A thread or socket that the failed command has left open must not keep the process alive. Otherwise, CI would wait
  // forever.
  setTimeout(() => process.exit(), END_WITHIN_MS).unref();
}

/**
 * Ignores the error that occurs when the reader of the output, such as `head`, has closed the pipe, because the command
 * may still have to complete a change. Only a command with `--follow` ends, because it would otherwise never end.
 */
function surviveClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (isFollowing) process.exit();
}

let isFollowing = false;

/**
 * Runs the command in `words`, which do not contain the program and the script. Returns the exit code of a failure. A
 * command that needs another exit code sets `process.exitCode` itself.
 */
export async function runCommandLine(
  words: readonly string[],
  commands: Loaders,
): Promise<number | undefined> {
  const isJson = asksForJson(words);
  chooseOutput({ json: isJson });
  const program = new Command('gatewright')
    .version(version, VERSION_FLAGS.join(', '), 'print the version')
    .description(
      'Runs APIs of Amazon API Gateway on this machine, and protects, meters and operates them on AWS.',
    )
    .commandsGroup('Shell:')
    .enablePositionalOptions();
  for (const load of loadersFor(words[0], commands)) program.addCommand(await load());
  neverExit(program, isJson);
  // For a command without these options, the values are undefined, which selects the default gateway. `start` is
  // excluded, because it has its own control port and does not call another gateway.
  program.hook('preAction', async (_, command) => {
    isFollowing = command.opts<{ readonly follow?: boolean }>().follow === true;
    if (LOADS_STACKS.has(command.name()))
      (await import('../../toolkit/terminal/settings-file.ts')).applySettings(command, {
        warn: (sentence) => printNotes(`warning: ${sentence}`),
        isPart: command.name() !== 'start',
      });
    if (command.name() !== 'start') chooseGateway(command.opts<GatewayChoice>());
  });
  try {
    await program.parseAsync(separateIds(await joinPorts(words), program), { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printError(error);
    // With `--json`, commander prints neither the error nor the help, because they are not JSON. The error is therefore
    // printed here. Without `--json`, commander has already printed both.
    if (isJson && error.exitCode !== 0) printError(new UsageError(describeWrongCall(error)));
    return error.exitCode;
  }
}

/**
 * Returns the loader of the called command. For --help and for an unknown name, it returns the loaders of all commands.
 */
function loadersFor(word: string | undefined, commands: Loaders): Iterable<() => Promise<Command>> {
  const called = commands.get(word);
  if (called !== undefined) return [called];
  return VERSION_FLAGS.includes(word ?? '') ? [] : commands.values();
}

function describeWrongCall({ code, message }: CommanderError): string {
  return code === 'commander.help'
    ? 'a command is missing; run with --help to see commands'
    : message.replace(/^error: /, '');
}
