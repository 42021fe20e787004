/** The `gatewright` command on one line of words. One file per command; every error a person can mend is one message without a stack. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import { printError, remark } from '../../terminal/output.ts';
import { chooseGateway } from '../../terminal/running-gateway.ts';
import type { GatewayChoice } from '../../terminal/running-gateway.ts';

/** They take what `gatewright.yml` beside the sources says. */
const LOADS_STACKS = new Set(['start', 'routes']);

/** As Node has it, `--inspect` takes no port from the next word, which may be a folder. */
function joinPorts(words: readonly string[]): string[] {
  return words.map((word) => (/^--inspect(?:-brk)?$/.test(word) ? `${word}=${INSPECT_PORT}` : word));
}

/** Node's own. */
const INSPECT_PORT = 9229;

/** Called wrongly, a command throws and says where help is; what is below it inherits neither from commander. */
function neverExit(command: Command): void {
  command.exitOverride().showHelpAfterError('Run with --help to see what there is.');
  command.commands.forEach(neverExit);
}

/** Beside cli/ in the checkout as in the package. */
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/**
 * Runs the command that the words (without program and script) name. Its exit code where it has failed; a command that ends
 * in another way than success and failure sets `process.exitCode` itself.
 */
export async function runCommandLine(words: readonly string[]): Promise<number | undefined> {
  const program = new Command('gatewright')
    .version(version, '-V, --version', 'print the version')
    .description('Serves compiled stacks as Amazon API Gateway would.')
    .enablePositionalOptions();
  const called = COMMANDS.get(words[0]);
  for (const load of called === undefined ? COMMANDS.values() : [called]) {
    program.addCommand(await load());
  }
  neverExit(program);
  // Of commands without these options both are undefined; `start` has a control port of its own and asks nobody.
  program.hook('preAction', async (_, command) => {
    if (LOADS_STACKS.has(command.name()))
      (await import('../../terminal/settings-file.ts')).applySettings(command, {
        warn: (sentence) => remark(`warning: ${sentence}`),
        isPart: command.name() !== 'start',
      });
    if (command.name() !== 'start') chooseGateway(command.opts<GatewayChoice>());
  });
  try {
    await program.parseAsync(joinPorts(words), { from: 'user' });
    return undefined;
  } catch (error) {
    // Commander has already said what was wrong (or shown its help).
    return error instanceof CommanderError ? error.exitCode : printError(error);
  }
}
