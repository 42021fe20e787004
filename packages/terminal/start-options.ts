/** Options of `start` and its like, made of the table of them. */
import { Option } from 'commander';
import { START_OPTIONS } from '@gatewright/gateway/start-options';
import { describeOption } from '@gatewright/gateway/start-settings';
import { parserOf } from './options.ts';
import type { Command } from 'commander';
import type { OptionName } from '@gatewright/gateway/start-settings';
import type { StartOption } from '@gatewright/gateway/settings';

export function addStartOptions(command: Command, names: readonly OptionName[]): Command {
  for (const name of names) {
    const { none }: StartOption = START_OPTIONS[name];
    command.addOption(startOption(name));
    if (none !== undefined) command.addOption(new Option(`--no-${name}`, none));
  }
  return command;
}

export function startOption(name: OptionName): Option {
  const row: StartOption = START_OPTIONS[name];
  const { takes, read, says = '', usual, shown } = row;
  const what = describeOption(row);
  if (takes === undefined)
    return new Option(usual === true ? `--no-${name}` : `--${name}`, what).default(usual);
  const option = new Option(`--${name} ${takes}`, what);
  if (takes === '<on|off>') option.choices(['on', 'off']);
  if (read !== undefined)
    option.argParser(parserOf({ read: read as (text: string, before: unknown) => unknown, says }));
  return usual === undefined ? option : option.default(usual, shown);
}
