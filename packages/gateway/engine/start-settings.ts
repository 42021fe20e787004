/** Derives the types of flags and settings from the table of options, and converts flags to settings. */
import { START_OPTIONS } from './start-options.ts';
import type { StartOption } from './settings.ts';

/** The member of a settings file that contains the settings of `gatewright check`. */
export const CHECK_SETTING = 'check';
/** Settings that other code reads: `access` when the service is packaged, `variables` when it is loaded. */
export const SERVICE_SETTINGS: readonly string[] = ['access', 'variables'];

type Rows = typeof START_OPTIONS;
export type OptionName = keyof Rows;

export type ValueOf<Row> = Row extends { readonly read: (text: string, before: never) => infer Value }
  ? Exclude<Value, undefined>
  : Row extends { readonly takes: string }
    ? string
    : boolean;
type GivenValue<Name extends OptionName> =
  | ValueOf<Rows[Name]>
  | (Rows[Name] extends { readonly none: string } ? false : never);

/** Converts `usage-lag` to `usageLag`, the name that the parser of the command line uses. */
type Camel<Text extends string> = Text extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Text;
type Having<Part> = { [Name in OptionName]: Rows[Name] extends Part ? Name : never }[OptionName];
type Always = Having<{ readonly defaultValue: unknown }>;

/** The parser's result for these options. */
export type Flags<Names extends OptionName = OptionName> = {
  readonly [Name in Names & Always as Camel<Name>]: GivenValue<Name>;
} & { readonly [Name in Exclude<Names, Always> as Camel<Name>]?: GivenValue<Name> };
export type LoadFlags = Flags<Having<{ readonly loads: true }>>;

type Target<Name extends OptionName> = Rows[Name] extends { readonly sets: infer Part extends string }
  ? Part
  : never;

/** The options that are members of `GatewayOptions`, unchanged. */
export type Settings = {
  readonly [Name in Having<{ readonly sets: string }> as Target<Name>]?: GivenValue<Name>;
};

/** The settings that have a default. */
type DefaultSettings = {
  readonly [Name in Having<{ readonly sets: string }> & Always as Target<Name>]: GivenValue<Name>;
};

const isName = (name: string): name is OptionName => Object.hasOwn(START_OPTIONS, name);

/** Returns the names of the rows for which `wanted` is true, in table order. */
export function optionNames(wanted: (option: StartOption) => boolean = () => true): readonly OptionName[] {
  return Object.keys(START_OPTIONS).filter(
    (name) => isName(name) && wanted(START_OPTIONS[name]),
  ) as OptionName[];
}

/** Returns the heading of the group in help to which the option belongs. */
export function groupOf(name: OptionName): string {
  const names = Object.keys(START_OPTIONS);
  const headings = names.slice(0, names.indexOf(name) + 1).map((before) => findOption(before)?.heads);
  return headings.findLast((heading) => heading !== undefined) ?? '';
}

/** Returns the option's text in help, schema and reference page. */
export function describeOption({ what, repeats }: StartOption): string {
  return repeats === true ? `${what} (repeatable)` : what;
}

/** Finds the row of an option. Returns undefined for an unknown option. */
export function findOption(name: string): StartOption | undefined {
  return isName(name) ? START_OPTIONS[name] : undefined;
}

/** Converts `usage-lag` to `usageLag`. */
export function toFlagName(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns members of `GatewayOptions` for these options. `valueOf` returns the given value, or undefined. */
export function toSettings<Name extends OptionName>(
  names: readonly Name[],
  valueOf: (name: Name, option: StartOption) => unknown,
): Settings {
  const said = names.flatMap((name) => {
    const option: StartOption = START_OPTIONS[name];
    const value = valueOf(name, option);
    return option.sets === undefined || value === undefined ? [] : [[option.sets, value] as const];
  });
  return Object.fromEntries(said);
}

/** The members that are always needed to start. */
const NEEDED = [
  'host',
  'port',
  'control-port',
  'allow-host',
  'param',
  'strict',
  'account-throttle',
  'reload',
] as const;

export type NeededSettings = Pick<DefaultSettings, Target<(typeof NEEDED)[number]>>;

/** The default values of the members that are always needed. They are the same as on the command line. */
export const NEEDED_SETTINGS = toSettings(NEEDED, (_, { defaultValue }) => defaultValue) as NeededSettings;
