/** What a command of the plug-in starts the gateway with, beside what the service says itself. */
import type { GatewayOptions } from '@gatewright/gateway';

export type StartSettings = Pick<
  GatewayOptions,
  | 'host'
  | 'port'
  | 'sharedPorts'
  | 'controlPort'
  | 'allowHosts'
  | 'dynamodb'
  | 'reload'
  | 'strict'
  | 'tls'
  | 'functionEnvironment'
  | 'inspect'
  | 'noTimeout'
  | 'chosen'
  | 'values'
  | 'seed'
> & {
  /** By which other commands call the gateway; absent = the name of the folder. */
  readonly name?: string;
  /** How many requests are kept to be explained, 0 = none; absent = as many as `gatewright start` keeps. */
  readonly record?: number;
  /** `--verbose` of osls: all findings, not their number. */
  readonly isVerbose?: boolean;
};
