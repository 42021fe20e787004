/**
 * Runs one command line of `gatewright`. An error that the user can fix is printed as one message without a
 * stack.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { chooseOutput, printError, printNotes, UsageError } from '../../base/terminal/output.ts';
import { chooseGateway } from '../../toolkit/terminal/running-gateway.ts';
import type { GatewayChoice } from '../../toolkit/terminal/running-gateway.ts';

/** Commands that read `gatewright.yml` next to the sources. */
const LOADS_STACKS = new Set(['start', 'routes']);

/** As in Node, `--inspect` does not use the next argument as its port, because the next argument may be a folder. */
function joinPorts(words: readonly string[]): string[] {
  return words.map((word) => (/^--inspect(?:-brk)?$/.test(word) ? `${word}=${INSPECT_PORT}` : word));
}

const INSPECT_PORT = 9229;

/**
 * Makes an incorrect call of a command throw an error that points to the help. Subcommands do not inherit these
 * settings from commander.
 */
function neverExit(command: Command, isJson: boolean): void {
  command.exitOverride().showHelpAfterError('Run with --help to see commands and options.');
  if (isJson) command.configureOutput({ writeErr: () => undefined });
  for (const below of command.commands) neverExit(below, isJson);
}

/** Whether the words request JSON. Arguments after `--` are not ours. */
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
  const failed = await runCommandLine(process.argv.slice(2), commands);
  if (failed === undefined) return;
  process.exitCode = failed;
  // A thread or socket that the failure left open must not keep the process alive, or CI would wait forever.
  setTimeout(() => process.exit(), END_WITHIN_MS).unref();
}

/**
 * Runs the command in `words` (without program and script). Returns the exit code of a failure; a command
 * with other exit codes sets `process.exitCode` itself.
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
  // The options are undefined for commands that do not have them. `start` has its own control port and calls no other
  // gateway.
  program.hook('preAction', async (_, command) => {
    if (LOADS_STACKS.has(command.name()))
      (await import('../../toolkit/terminal/settings-file.ts')).applySettings(command, {
        warn: (sentence) => printNotes(`warning: ${sentence}`),
        isPart: command.name() !== 'start',
      });
    if (command.name() !== 'start') chooseGateway(command.opts<GatewayChoice>());
  });
  try {
    await program.parseAsync(joinPorts(words), { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printError(error);
    // With `--json`, commander does not print the error and the help after it, because they are not JSON, so the error
    // is printed here. Otherwise commander has already printed them.
    if (isJson && error.exitCode !== 0) printError(new UsageError(describeWrongCall(error)));
    return error.exitCode;
  }
}

/** Loads all commands only for --help and for an unknown name. */
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
