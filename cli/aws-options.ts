/** What `gatewright start` lets integrations reach outside: AWS services and VPC links. */
import { parseDaemonAddress, readAwsEndpoints as read, SETTINGS } from '@gatewright/gateway';
import { settingParser } from './options.ts';
import { UsageError } from './output.ts';
import type { AwsEndpoints, DaemonAddress } from '@gatewright/gateway';

/** `sns,s3`, repeatable. */
export const collectServices = settingParser<readonly string[]>(SETTINGS.aws);
/** `name=url[,url]`, repeatable: addresses that take turns. */
export const collectVpcLink = settingParser<ReadonlyMap<string, readonly string[]>>(SETTINGS['vpc-link']);
/** `vpce-…=vpc-…`, repeatable. */
export const collectVpcEndpoint = settingParser<ReadonlyMap<string, string>>(SETTINGS['vpc-endpoint']);

/** @throws UsageError for an address that is none, or `--aws` without credentials */
export function readAwsEndpoints(
  live: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): AwsEndpoints {
  const endpoints = read(live, environment);
  if (typeof endpoints === 'string') throw new UsageError(endpoints);
  return endpoints;
}

/** The variable by which AWS's own SDKs find the daemon; without it nothing is traced. */
export function readDaemon(text: string | undefined): DaemonAddress | undefined {
  if (text === undefined || text === '') return undefined;
  const address = parseDaemonAddress(text);
  if (address === undefined) throw new UsageError(`AWS_XRAY_DAEMON_ADDRESS takes host:port, not "${text}"`);
  return address;
}
