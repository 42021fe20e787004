/** `custom.gatewright`: what `gatewright start` is told by options beyond those of the commands, by the same names. */
import {
  readAwsEndpoints,
  readHome,
  SETTINGS,
  toSettingTexts,
  USUAL_ASSUMPTIONS,
  USUAL_QUOTAS,
} from '@gatewright/gateway';
import { OptionError } from './option-values.ts';
import type { GatewayOptions, Isolation, Setting } from '@gatewright/gateway';

type GatewaySettings = Pick<
  GatewayOptions,
  | 'accountId'
  | 'accountThrottle'
  | 'accountQuotas'
  | 'allowUnguarded'
  | 'assumptions'
  | 'awsEndpoints'
  | 'cacheMemoryBytes'
  | 'cold'
  | 'concurrency'
  | 'isolation'
  | 'localIssuers'
  | 'metrics'
  | 'recordAll'
  | 'region'
  | 'roles'
  | 'usageLagMs'
  | 'vpcEndpoints'
  | 'vpcLinks'
>;

const FLAGS = ['account-throttle', 'allow-unguarded', 'cold', 'metrics', 'record-all', 'roles'] as const;

/** Read by others: `access` at packaging, `variables` when the service is loaded. */
const OF_OTHERS = ['access', 'variables'];

export const SETTING_NAMES: readonly string[] = [...Object.keys(SETTINGS), ...FLAGS].toSorted();

/** @throws OptionError for a name that is none, with those there are, and for a value that is none */
export function readGatewaySettings(
  custom: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): GatewaySettings {
  const given = toRecord('custom.gatewright', custom);
  const refusal = refuseUnknownSetting(given);
  if (refusal !== undefined) throw new OptionError(refusal);
  const read = <T>(name: keyof typeof SETTINGS, setting: Setting<T>, usual: T): T =>
    readSetting(`custom.gatewright.${name}`, given[name], setting, usual);
  const flag = (name: (typeof FLAGS)[number], usual = false): boolean =>
    readSwitch(`custom.gatewright.${name}`, given[name], usual);
  const cacheMemoryBytes = read('cache-memory', SETTINGS['cache-memory'], 0);
  const awsEndpoints = readAwsEndpoints(read('aws', SETTINGS.aws, []), environment);
  if (typeof awsEndpoints === 'string') throw new OptionError(awsEndpoints);
  const concurrency = read('concurrency', SETTINGS.concurrency, 0);
  const isolation = read<Isolation>('isolation', SETTINGS.isolation, 'thread');
  const home = readHome(environment);
  if (typeof home === 'string') throw new OptionError(home);
  return {
    region: home.region,
    accountId: read('account', SETTINGS.account, home.accountId),
    accountThrottle: flag('account-throttle'),
    allowUnguarded: flag('allow-unguarded'),
    cold: flag('cold'),
    ...(concurrency === 0 ? {} : { concurrency }),
    metrics: flag('metrics'),
    recordAll: flag('record-all'),
    roles: flag('roles', true),
    accountQuotas: read('account-quota', SETTINGS['account-quota'], USUAL_QUOTAS),
    assumptions: read('assume', SETTINGS.assume, USUAL_ASSUMPTIONS),
    awsEndpoints,
    ...(isolation === 'thread' ? {} : { isolation }),
    localIssuers: read('issuer', SETTINGS.issuer, []),
    ...(cacheMemoryBytes === 0 ? {} : { cacheMemoryBytes }),
    usageLagMs: read('usage-lag', SETTINGS['usage-lag'], 0),
    vpcEndpoints: read('vpc-endpoint', SETTINGS['vpc-endpoint'], new Map<string, string>()),
    vpcLinks: read('vpc-link', SETTINGS['vpc-link'], new Map<string, readonly string[]>()),
  };
}

/** Undefined: every name of `custom.gatewright` is one. */
export function refuseUnknownSetting(given: object): string | undefined {
  const known = [...OF_OTHERS, ...SETTING_NAMES];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  return unknown === undefined
    ? undefined
    : `custom.gatewright.${unknown}: there is no such setting; there are ${known.join(', ')}`;
}

function readSetting<T>(name: string, value: unknown, { read, says }: Setting<T>, usual: T): T {
  let setting = usual;
  const texts = toSettingTexts(value);
  if (texts === undefined) throw new OptionError(`${name} takes texts, as the command line does`);
  for (const text of texts) {
    const next = read(text, setting);
    if (next === undefined) throw new OptionError(`${name}: "${text}". ${says}`);
    setting = next;
  }
  return setting;
}

function readSwitch(name: string, value: unknown, usual: boolean): boolean {
  if (value === undefined || value === null) return usual;
  if (value === false || value === 'off') return false;
  if (value === true || value === 'on') return true;
  throw new OptionError(`${name} is true or false`);
}

function toRecord(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return Object.fromEntries(Object.entries(value));
  throw new OptionError(`${name} is a map`);
}
