/**
 * Reads which services outside of the gateway the integrations of `gatewright start` may call. They are AWS's services
 * and the X-Ray daemon.
 */
import { parseDaemonAddress, readAwsEndpoints as read } from '../../gateway/engine/index.ts';
import { UsageError } from '../../base/terminal/output.ts';
import type { AwsEndpoints, DaemonAddress } from '../../gateway/engine/index.ts';

/**
 * Reads the endpoints of AWS's services.
 * @throws UsageError for an invalid address, or if `--aws` is used without credentials
 */
export function readAwsEndpoints(
  live: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AwsEndpoints {
  const endpoints = read(live, environment);
  if (typeof endpoints === 'string') throw new UsageError(endpoints);
  return endpoints;
}

/**
 * Reads the address of the X-Ray daemon from the environment variable that AWS's own SDKs use. If the variable is not
 * set, no request is traced.
 */
export function readDaemon(text: string | undefined): DaemonAddress | undefined {
  if (text === undefined || text === '') return undefined;
  const address = parseDaemonAddress(text);
  if (address === undefined) throw new UsageError(`AWS_XRAY_DAEMON_ADDRESS must be host:port, not "${text}"`);
  return address;
}
