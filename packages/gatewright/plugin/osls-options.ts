/**
 * Defines the options of `serverless gateway start`. They are the options of `gatewright start`, without the options
 * that osls itself has (stage, parameters).
 */
import { START_OPTIONS as ROWS } from '../../gateway/engine/start-options.ts';
import { optionNames, toSettings } from '../../gateway/engine/start-settings.ts';
import { readStore } from '../../gateway/engine/settings.ts';
import { INSPECT_OPTIONS, readInspect } from './inspect-option.ts';
import { OptionError, readOption, toOslsOption } from './option-values.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';
import type { StartSettings } from './settings.ts';

const NAMES = optionNames(({ plugin }) => plugin === 'option' || plugin === 'both');

export const OSLS_OPTIONS: Readonly<Record<string, OptionSchema>> = {
  ...Object.fromEntries(NAMES.map((name) => [name, toOslsOption(ROWS[name])])),
  ...INSPECT_OPTIONS,
  // osls sets a switch only if it is on the command line, so an absent `--reload` means on, and `--no-reload` turns
  // reloading off.
  reload: {
    usage: 'Watch templates and the sources of functions; --no-reload switches this off.',
    type: 'boolean',
  },
};

/**
 * Reads the options of `serverless gateway start`.
 * @throws OptionError if a value is invalid
 */
export function readStartOptions(cli: CliOptions): StartSettings {
  const account = readOption('--account', ROWS.account, cli['account']);
  return {
    ...toSettings(NAMES, (name, row) => readOption(`--${name}`, row, cli[name]) ?? row.defaultValue),
    ...(account !== undefined && { chosen: { accountId: account } }),
    ...readName('--name', cli),
    ...readInspect(cli),
    dynamodb: readTables('--', cli),
  };
}

/**
 * Reads the name by which other commands can choose this gateway.
 * @throws OptionError if the name is invalid
 */
export function readName(shown: string, { name: value }: CliOptions): Pick<StartSettings, 'name'> {
  const name = readOption(shown, ROWS.name, value);
  return name === undefined ? {} : { name };
}

/**
 * Reads where the tables are stored.
 * @throws OptionError if a value is invalid
 */
export function readTables(prefix: string, { dynamodb, data }: CliOptions): StartSettings['dynamodb'] {
  const choice = readStore(
    readOption(`${prefix}dynamodb`, ROWS.dynamodb, dynamodb),
    readOption(`${prefix}data`, ROWS.data, data),
    process.env,
  );
  if (typeof choice === 'string') throw new OptionError(`${prefix}${choice}`);
  return choice;
}
