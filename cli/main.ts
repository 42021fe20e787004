/** The `gatewright` command. One file per command; every error a person can mend is one message without a stack. */
import { Command, CommanderError } from 'commander';
import { accessCommand } from './access.ts';
import { clockCommand } from './clock.ts';
import { envCommand } from './env.ts';
import { printError } from './output.ts';
import { routesCommand } from './routes.ts';
import { sendCommand } from './send.ts';
import { startCommand } from './start.ts';
import { tokenCommand } from './token.ts';

const program = new Command('gatewright')
  .description('Serves compiled stacks as Amazon API Gateway would.')
  .showHelpAfterError('Run with --help to see what there is.')
  .enablePositionalOptions()
  .addCommand(startCommand())
  .addCommand(routesCommand())
  .addCommand(accessCommand())
  .addCommand(tokenCommand())
  .addCommand(clockCommand())
  .addCommand(sendCommand())
  .addCommand(envCommand());

for (const command of program.commands)
  command.exitOverride().showHelpAfterError('Run with --help to see what there is.');
program.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already said what was wrong (or shown its help).
  process.exitCode = error instanceof CommanderError ? error.exitCode : printError(error);
}
