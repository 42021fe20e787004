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
  | 'functionEnvironment'
  | 'inspect'
  | 'noTimeout'
  | 'chosen'
  | 'values'
>;
