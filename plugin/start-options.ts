/** Options of `serverless gateway start`: those of `gatewright start`, but for what osls says itself (stage, parameters). */
import { SETTINGS } from '@gatewright/gateway/settings';
import { OptionError, readFlag, readPort, readText, readTexts } from './option-values.ts';
import { INSPECT_OPTIONS, readInspect } from './inspect-option.ts';
import { LOOP_OPTIONS, readLoop } from './loop-option.ts';
import { readStore } from './store-option.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';
import type { StartSettings } from './settings.ts';

export const START_OPTIONS: Readonly<Record<string, OptionSchema>> = {
  port: { usage: 'Port of the first API; the others follow, 0 = free ports. Default: 3000.', type: 'string' },
  'control-port': { usage: 'Port of AWS’s own APIs. Default: 4000.', type: 'string' },
  host: { usage: 'Address that the API ports bind to. Default: 127.0.0.1.', type: 'string' },
  'allow-host': {
    usage: 'A further Host name to answer to (tunnel, proxy; repeatable).',
    type: 'multiple',
  },
  account: { usage: 'Account of the stack, 12 digits; else AWS_ACCOUNT_ID, 123456789012.', type: 'string' },
  dynamodb: { usage: 'Where tables live: "embedded" (default) or a URL.', type: 'string' },
  data: { usage: 'Folder that keeps the embedded tables. Default: in memory.', type: 'string' },
  strict: { usage: 'Refuse what cannot be enforced, instead of naming it.', type: 'boolean' },
  tls: { usage: 'Serve HTTPS and WSS under the local CA of `gatewright certs`.', type: 'boolean' },
  values: {
    usage: 'What functions read of SSM, Secrets Manager, S3 and AppConfig. Default: gatewright.values.yml.',
    type: 'string',
  },
  ...LOOP_OPTIONS,
  ...INSPECT_OPTIONS,
  reload: { usage: 'Watch templates and the sources of functions; --no-reload does not.', type: 'boolean' },
};

/** @throws OptionError */
export function readStartOptions(cli: CliOptions): StartSettings {
  const account = readText('--account', cli['account']);
  if (account !== undefined && SETTINGS.account.read(account) === undefined)
    throw new OptionError(`--account: "${account}". ${SETTINGS.account.says}`);
  const values = readText('--values', cli['values']);
  return {
    ...(account !== undefined && { chosen: { accountId: account } }),
    host: readText('--host', cli['host']) ?? '127.0.0.1',
    port: readPort('--port', cli['port'], 3000),
    controlPort: readPort('--control-port', cli['control-port'], 4000),
    allowHosts: readTexts('--allow-host', cli['allow-host']),
    dynamodb: readStore(readText('--dynamodb', cli['dynamodb']), readText('--data', cli['data'])),
    ...(values !== undefined && { values }),
    ...readLoop(cli),
    ...readInspect(cli),
    reload: readFlag('--reload', cli['reload'], true),
    strict: readFlag('--strict', cli['strict'], false),
    tls: readFlag('--tls', cli['tls'], false),
  };
}
