/** The `gatewright` command. One file per command; every error a person can mend is one message without a stack. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { HINT, printError } from './output.ts';

/** In the order of the help. Only the one that is called is loaded: `start` brings the whole gateway with it. */
const COMMANDS = new Map<string | undefined, () => Promise<Command>>([
  ['init', async () => (await import('./init.ts')).initCommand()],
  ['start', async () => (await import('./start.ts')).startCommand()],
  ['routes', async () => (await import('./routes.ts')).routesCommand()],
  ['requests', async () => (await import('./requests.ts')).requestsCommand()],
  ['explain', async () => (await import('./explain.ts')).explainCommand()],
  ['replay', async () => (await import('./replay.ts')).replayCommand()],
  ['export', async () => (await import('./export.ts')).exportCommand()],
  ['access', async () => (await import('./access.ts')).accessCommand()],
  ['keys', async () => (await import('./keys.ts')).keysCommand()],
  ['plan', async () => (await import('./plan.ts')).planCommand()],
  ['quota', async () => (await import('./quota.ts')).quotaCommand()],
  ['usage', async () => (await import('./usage.ts')).usageCommand()],
  ['token', async () => (await import('./token.ts')).tokenCommand()],
  ['clock', async () => (await import('./clock.ts')).clockCommand()],
  ['send', async () => (await import('./send.ts')).sendCommand()],
  ['package', async () => (await import('./package.ts')).packageCommand()],
  ['env', async () => (await import('./env.ts')).envCommand()],
]);

/** Beside cli/ in the checkout as in the package. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
const END_WITHIN_MS = 2_000;

const program = new Command('gatewright')
  .version(version, '-V, --version', 'print the version')
  .description('Serves compiled stacks as Amazon API Gateway would.')
  .showHelpAfterError(HINT)
  .enablePositionalOptions();

const called = COMMANDS.get(process.argv[2]);
for (const load of called === undefined ? COMMANDS.values() : [called]) {
  const command = await load();
  program.addCommand(command.exitOverride().showHelpAfterError(HINT));
}
program.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already said what was wrong (or shown its help).
  process.exitCode = error instanceof CommanderError ? error.exitCode : printError(error);
  // A thread or socket that the failure has left open must not keep the process: CI would wait for ever.
  setTimeout(() => process.exit(), END_WITHIN_MS).unref();
}
