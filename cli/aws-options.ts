/** What `gatewright start` lets integrations reach outside: AWS services and VPC links. */
import { readAwsEndpoints as read, SETTINGS } from '@gatewright/gateway';
import { settingParser } from './options.ts';
import { UsageError } from './output.ts';
import type { AwsEndpoints } from '@gatewright/gateway';

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
