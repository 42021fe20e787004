import { invalid } from './environment.ts';
import type { Environment } from './environment.ts';

export type LogConfig = {
  /** Value of the stage dimension of the metrics. */
  readonly stage: string;
  readonly principal:
    | { readonly as: 'hash'; readonly salt: string }
    | { readonly as: 'plain' }
    | { readonly as: 'nothing' };
};

/**
 * Reads the settings of logs and metrics:
 * - `GATEWRIGHT_STAGE`: stage of this stack; absent = `unknown`, because not all functions need the stage themselves
 * - `GATEWRIGHT_LOG_PRINCIPAL`: `hash` (the default), `plain` or `nothing`
 * - `GATEWRIGHT_LOG_SALT`: key of the hash, at least 16 characters. If neither this variable nor
 *   `GATEWRIGHT_LOG_PRINCIPAL` is set, logs do not name callers.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readLogConfig(environment: Environment = process.env): LogConfig {
  const stage = environment['GATEWRIGHT_STAGE'] ?? 'unknown';
  const as = environment['GATEWRIGHT_LOG_PRINCIPAL'] ?? '';
  const salt = environment['GATEWRIGHT_LOG_SALT'] ?? '';
  if (as === 'plain' || as === 'nothing') return { stage, principal: { as } };
  if (as !== '' && as !== 'hash')
    throw invalid(
      'GATEWRIGHT_LOG_PRINCIPAL',
      `is ${JSON.stringify(as)}; expected "hash", "plain" or "nothing"`,
    );
  if (as === '' && salt === '') return { stage, principal: { as: 'nothing' } };
  if (salt.length < 16) throw invalid('GATEWRIGHT_LOG_SALT', 'must have at least 16 characters');
  return { stage, principal: { as: 'hash', salt } };
}
