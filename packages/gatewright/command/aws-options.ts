/**
 * The services outside of the gateway that integrations of `gatewright start` may reach: AWS's services and the X-Ray
 * daemon.
 */
import { parseDaemonAddress, readAwsEndpoints as read } from '../../gateway/engine/index.ts';
import { UsageError } from '../../base/terminal/output.ts';
import type { AwsEndpoints, DaemonAddress } from '../../gateway/engine/index.ts';

/** @throws UsageError for an invalid address, or `--aws` without credentials */
export function readAwsEndpoints(
  live: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AwsEndpoints {
  const endpoints = read(live, environment);
  if (typeof endpoints === 'string') throw new UsageError(endpoints);
  return endpoints;
}

/**
 * Reads the environment variable in which AWS's own SDKs find the X-Ray daemon. If the variable is not set, nothing is
 * traced.
 */
export function readDaemon(text: string | undefined): DaemonAddress | undefined {
  if (text === undefined || text === '') return undefined;
  const address = parseDaemonAddress(text);
  if (address === undefined) throw new UsageError(`AWS_XRAY_DAEMON_ADDRESS must be host:port, not "${text}"`);
  return address;
}
