import { Option } from 'commander';
import { START_OPTIONS } from '../../gateway/engine/start-options.ts';
import { describeOption, groupOf } from '../../gateway/engine/start-settings.ts';
import { parserOf } from './options.ts';
import type { Command } from 'commander';
import type { OptionName } from '../../gateway/engine/start-settings.ts';
import type { StartOption } from '../../gateway/engine/settings.ts';

/** @param isGrouped whether help lists the options in groups with headings */
export function addStartOptions(command: Command, names: readonly OptionName[], isGrouped = false): Command {
  for (const name of names) {
    const { none }: StartOption = START_OPTIONS[name];
    const options = [startOption(name), ...(none === undefined ? [] : [new Option(`--no-${name}`, none)])];
    for (const option of options)
      command.addOption(isGrouped ? option.helpGroup(`${groupOf(name)}:`) : option);
  }
  return command;
}

export function startOption(name: OptionName): Option {
  const row: StartOption = START_OPTIONS[name];
  const { takes, read, expected = '', defaultValue, shown } = row;
  const what = describeOption(row);
  if (takes === undefined)
    return new Option(defaultValue === true ? `--no-${name}` : `--${name}`, what).default(defaultValue);
  const option = new Option(`--${name} ${takes}`, what);
  if (takes === '<on|off>') option.choices(['on', 'off']);
  if (read !== undefined)
    option.argParser(parserOf({ read: read as (text: string, before: unknown) => unknown, expected }));
  return defaultValue === undefined ? option : option.default(defaultValue, shown);
}
