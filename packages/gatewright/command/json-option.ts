import { Help } from 'commander';
import type { Command } from 'commander';

/** The commands that have no option `--json`, each with the reason. */
export const WITHOUT_JSON: ReadonlyMap<string, string> = new Map([
  ['completion', 'it prints a script for a shell'],
  ['usage export', '--format selects the output: JSON Lines (the default) or CSV'],
  ['usage sql', '--format selects the output: JSON Lines (the default) or CSV'],
]);

/**
 * Adds the option `--json` to all commands that do something themselves, except those in `WITHOUT_JSON`. Commands that
 * only have subcommands do not get it.
 */
export function addJson(command: Command, above: readonly string[] = []): Command {
  const path = [...above, command.name()];
  hideEmptyDefaults(command);
  for (const below of command.commands) addJson(below, path);
  const isCalled = command.commands.length === 0 && !WITHOUT_JSON.has(path.join(' '));
  return isCalled && !command.options.some(({ long }) => long === '--json')
    ? command.option('--json', 'print one JSON object per line', false)
    : command;
}

/** An option that can be repeated begins with an empty list; `(default: [])` would say nothing. */
function hideEmptyDefaults(command: Command): void {
  command.configureHelp({
    ...command.configureHelp(),
    optionDescription(option) {
      const isEmpty =
        typeof option.defaultValue === 'object' &&
        Object.keys(Object(option.defaultValue) as object).length === 0;
      const { description } = option;
      return isEmpty ? description : Help.prototype.optionDescription.call(this, option);
    },
  });
}
