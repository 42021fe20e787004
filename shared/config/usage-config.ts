/** Reads environment variables for quotas, and for usage that is counted from access logs. */
import { DEFAULT_FIELDS } from '../quota/usage/access-log-line.ts';
import type { LineFields, LineRules } from '../quota/usage/access-log-line.ts';
import { invalid, readNumber, readTableName } from './environment.ts';
import type { Environment } from './environment.ts';

type UsageTableConfig = { readonly tableName: string };

export type UsageTrackerConfig = UsageTableConfig & LineRules;

/**
 * Reads `GATEWRIGHT_USAGE_TABLE`, the name of the table of plans, ledgers and usage.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readUsageTableConfig(environment: Environment = process.env): UsageTableConfig {
  return { tableName: readTableName(environment, 'GATEWRIGHT_USAGE_TABLE') };
}

/**
 * Reads the settings of an authorizer that charges:
 * - `GATEWRIGHT_USAGE_TABLE`: the name of the table
 * - `GATEWRIGHT_CHANGES_WITHIN_SECONDS`: the time within which a change to a customer takes effect, 1 to 30; absent =
 * 30
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readChargeConfig(
  environment: Environment = process.env,
): UsageTableConfig & { readonly changesWithinMs: number } {
  const seconds = readNumber(environment, 'GATEWRIGHT_CHANGES_WITHIN_SECONDS', [1, 30], 30);
  return { ...readUsageTableConfig(environment), changesWithinMs: 1000 * seconds };
}

/**
 * Reads `GATEWRIGHT_USAGE_TABLE` and the settings for access logs:
 * - `GATEWRIGHT_USAGE_COUNTS`: which requests are counted: `reached` (default), `succeeded` or `all`
 * - `GATEWRIGHT_USAGE_FIELDS`: names of log fields that differ from the default names, such as `key=sub,route=routeKey`
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readUsageTrackerConfig(environment: Environment = process.env): UsageTrackerConfig {
  const counts = environment['GATEWRIGHT_USAGE_COUNTS'] ?? 'reached';
  if (counts !== 'reached' && counts !== 'succeeded' && counts !== 'all')
    throw invalid(
      'GATEWRIGHT_USAGE_COUNTS',
      `is ${JSON.stringify(counts)}; expected "reached", "succeeded" or "all"`,
    );
  const fields = { ...DEFAULT_FIELDS };
  for (const pair of (environment['GATEWRIGHT_USAGE_FIELDS'] ?? '')
    .split(',')
    .filter((text) => text !== '')) {
    const [, name = '', field = ''] = /^\s*(\w+)\s*=\s*(\w+)\s*$/.exec(pair) ?? [];
    if (!isUsualField(name))
      throw invalid(
        'GATEWRIGHT_USAGE_FIELDS',
        `must be pairs such as key=sub, with the names ${Object.keys(DEFAULT_FIELDS).join(', ')}`,
      );
    fields[name] = field;
  }
  return { ...readUsageTableConfig(environment), counts, fields };
}

function isUsualField(name: string): name is keyof LineFields {
  return Object.hasOwn(DEFAULT_FIELDS, name);
}
