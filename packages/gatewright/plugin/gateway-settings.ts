/**
 * Reads `custom.gatewright`. It may contain the options of `gatewright start` that the plug-in's commands do not have,
 * under the same names.
 */
import { readAwsEndpoints, readHome } from '../../gateway/engine/index.ts';
import { START_OPTIONS } from '../../gateway/engine/start-options.ts';
import {
  CHECK_SETTING,
  optionNames,
  SERVICE_SETTINGS,
  toSettings,
} from '../../gateway/engine/start-settings.ts';
import { OptionError, readOption, toRecord } from './option-values.ts';
import type { GatewayOptions, Settings } from '../../gateway/engine/index.ts';

type GatewaySettings = Settings & Pick<GatewayOptions, 'accountId' | 'awsEndpoints' | 'region'>;

/** Settings that this module does not read. */
const OF_OTHERS = [...SERVICE_SETTINGS, CHECK_SETTING].toSorted();

export const SETTING_NAMES = optionNames(
  ({ plugin }) => plugin === 'setting' || plugin === 'both',
).toSorted();

/**
 * Reads the settings.
 * @param namedAccount the account that the definitions name
 * @throws OptionError for an invalid value, and for an unknown name. In that case the message lists the known names
 */
export function readGatewaySettings(
  custom: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  namedAccount?: string,
): GatewaySettings {
  const given = toRecord('custom.gatewright', custom, 'a map');
  const refusal = refuseUnknownSetting(given);
  if (refusal !== undefined) throw new OptionError(refusal);
  const { account, aws } = START_OPTIONS;
  const live = readOption('custom.gatewright.aws', aws, given['aws']) ?? aws.defaultValue;
  const awsEndpoints = readAwsEndpoints(live, environment);
  if (typeof awsEndpoints === 'string') throw new OptionError(awsEndpoints);
  const home = readHome(environment);
  if (typeof home === 'string') throw new OptionError(home);
  return {
    ...toSettings(
      SETTING_NAMES,
      (name, option) => readOption(`custom.gatewright.${name}`, option, given[name]) ?? option.defaultValue,
    ),
    region: home.region,
    accountId:
      readOption('custom.gatewright.account', account, given['account']) ?? namedAccount ?? home.accountId,
    awsEndpoints,
  };
}

/** Returns a message if `custom.gatewright` contains an unknown name; undefined otherwise. */
export function refuseUnknownSetting(given: object): string | undefined {
  const known = [...OF_OTHERS, ...SETTING_NAMES];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  return unknown === undefined
    ? undefined
    : `custom.gatewright.${unknown} is not a setting; known settings: ${known.join(', ')}`;
}
