/** serverless-offline's options (14.8): each is honoured, refused with what to do instead, or named as needless here. */
import { OptionError, readFlag, readPort, readText, readTexts } from './option-values.ts';
import { INSPECT_OPTIONS, readInspect } from './inspect-option.ts';
import { LOOP_OPTIONS, readLoop } from './loop-option.ts';
import { readStore } from './store-option.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';
import type { StartSettings } from './settings.ts';

/** Values that ask for nothing. */
type Inert = readonly (string | number | boolean)[];

type OfflineOption = OptionSchema &
  (
    | { readonly kind: 'honoured' }
    /** It would change answers; `instead` says how to get what it is for. */
    | { readonly kind: 'refused'; readonly instead: string; readonly inert?: Inert }
    /** Answers are the same with and without it. */
    | { readonly kind: 'needless'; readonly because: string; readonly inert?: Inert }
  );

const honoured = (usage: string, type: OptionSchema['type'], shortcut?: string): OfflineOption => ({
  ...{ kind: 'honoured', usage, type },
  ...(shortcut === undefined ? {} : { shortcut }),
});
const refused = (
  instead: string,
  type: OptionSchema['type'],
  more: { readonly shortcut?: string; readonly inert?: Inert } = {},
): OfflineOption => ({ kind: 'refused', usage: `Refused: ${instead}.`, type, instead, ...more });
const needless = (
  because: string,
  type: OptionSchema['type'],
  inert: Inert = [false, ''],
): OfflineOption => ({ kind: 'needless', usage: `No effect: ${because}.`, type, because, inert });

const CORS =
  'CORS is what the template says, as at AWS; write it to `cors` of the event or to provider.httpApi.cors';
const TOKENS =
  'authorizers run and verify as at AWS; `npx gatewright token` makes a token of the local issuer that they can trust';
const NO_DOCKER = 'functions run without Docker';

export const OFFLINE_OPTIONS: Readonly<Record<string, OfflineOption>> = {
  host: honoured('Address that the API ports bind to. Default: 127.0.0.1.', 'string', 'o'),
  httpPort: honoured('Port of REST and HTTP APIs. Default: 3000.', 'string'),
  websocketPort: honoured('Port of WebSocket APIs. Default: 3001.', 'string'),
  lambdaPort: honoured('Port of Lambda’s Invoke and AWS’s other APIs, on loopback. Default: 3002.', 'string'),
  noPrependStageInUrl: honoured('REST paths come without their stage.', 'boolean'),
  prefix: honoured('Stands in front of every path of REST and HTTP APIs.', 'string', 'p'),
  reloadHandler: honoured(
    'Watch templates and the sources of functions; --no-reloadHandler does not.',
    'boolean',
  ),
  noSponsor: honoured('There is no sponsor message.', 'boolean'),
  allowHost: honoured('A further Host name to answer to (tunnel, proxy; repeatable).', 'multiple'),
  dynamodb: honoured('Where tables live: "embedded" (default) or a URL.', 'string'),
  data: honoured('Folder that keeps the embedded tables. Default: in memory.', 'string'),
  strict: honoured('Refuse what cannot be enforced, instead of naming it.', 'boolean'),
  name: honoured(LOOP_OPTIONS.name.usage, 'string'),
  seed: honoured(LOOP_OPTIONS.seed.usage, 'string'),
  record: honoured(LOOP_OPTIONS.record.usage, 'string'),
  inspect: honoured(INSPECT_OPTIONS.inspect.usage, 'boolean'),
  'inspect-brk': honoured(INSPECT_OPTIONS['inspect-brk'].usage, 'boolean'),
  'inspect-port': honoured(INSPECT_OPTIONS['inspect-port'].usage, 'string'),
  noTimeout: honoured('Neither functions nor those who wait for them run out of time.', 'boolean', 't'),

  noAuth: refused(TOKENS, 'boolean'),
  ignoreJWTSignature: refused(TOKENS, 'boolean'),
  corsAllowHeaders: refused(CORS, 'string'),
  corsAllowOrigin: refused(CORS, 'string'),
  corsDisallowCredentials: refused(CORS, 'boolean', { inert: [] }),
  corsExposedHeaders: refused(CORS, 'string'),
  httpsProtocol: refused(
    'certificates are those of the local CA that `gatewright certs` makes: serverless gateway start --tls',
    'string',
    { shortcut: 'H' },
  ),
  localEnvironment: refused(
    'a function sees its template’s environment alone, as at AWS; write the variables to `environment`',
    'boolean',
  ),
  enforceSecureCookies: refused('cookies pass as they are, as at AWS', 'boolean'),
  useInProcess: refused('every instance of a function is a worker thread', 'boolean'),
  useDocker: refused(NO_DOCKER, 'boolean'),
  layersDir: refused('layers are read from the folders that `layers` names', 'string'),
  localLayers: refused('layers are read from the folders that `layers` names', 'string'),
  albPort: refused('ALB events are not served', 'string', { inert: ['', 3003] }),
  webSocketHardTimeout: refused('a connection lives two hours, as at AWS', 'string', { inert: ['', 7200] }),
  webSocketIdleTimeout: refused('an idle connection lives ten minutes, as at AWS', 'string', {
    inert: ['', 600],
  }),
  rubyWatchDirs: refused('whatever a function is made of is watched', 'string'),
  apiKey: refused('give the key a value in provider.apiGateway.apiKeys', 'string'),

  dockerHost: needless(NO_DOCKER, 'string', ['', 'localhost']),
  dockerHostServicePath: needless(NO_DOCKER, 'string'),
  dockerNetwork: needless(NO_DOCKER, 'string'),
  dockerReadOnly: needless(NO_DOCKER, 'boolean', [true]),
  disableCookieValidation: needless('cookies are never validated, as at AWS', 'boolean'),
  resourceRoutes: needless('HTTP proxies in `resources` are always served', 'boolean'),
  preLoadModules: needless('each function loads its own modules', 'string'),
  terminateIdleLambdaTime: needless('idle instances are retired by themselves', 'string', ['', 60]),
  location: needless('functions are taken from the sources that `handler` names', 'string'),
  noStripTrailingSlashInUrl: needless('slashes are never stripped', 'boolean'),
};

/** Options that only serverless.yml may hold; serverless-offline has no such flags either. */
const CUSTOM_ONLY = new Set(['localLayers', 'apiKey', 'location', 'noStripTrailingSlashInUrl']);

/** What `serverless offline --help` shows. */
export const OFFLINE_COMMAND_OPTIONS: Readonly<Record<string, OptionSchema>> = Object.fromEntries(
  Object.entries(OFFLINE_OPTIONS)
    .filter(([name]) => !CUSTOM_ONLY.has(name))
    .map(([name, { usage, type, shortcut }]) => [
      name,
      { usage, type, ...(shortcut === undefined ? {} : { shortcut }) },
    ]),
);

type OfflineReading = { readonly settings: StartSettings; readonly warnings: readonly string[] };

/**
 * `custom.serverless-offline` with the command line above it.
 * @throws OptionError that names every option that is refused
 */
export function readOfflineOptions(cli: CliOptions, custom: unknown): OfflineReading {
  const configured = toRecord(custom);
  const given: Record<string, unknown> = { ...configured };
  for (const name of Object.keys(OFFLINE_OPTIONS)) if (cli[name] !== undefined) given[name] = cli[name];
  const { refusals, warnings } = judge(given);
  if (refusals.length > 0) throw new OptionError(refusals.join('\n'));
  return { settings: toSettings(given), warnings };
}

function judge(given: CliOptions): { refusals: readonly string[]; warnings: readonly string[] } {
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(OFFLINE_OPTIONS, name) ? OFFLINE_OPTIONS[name] : undefined;
    if (option === undefined)
      warnings.push(
        `custom.serverless-offline.${name} is no option of serverless-offline 14: it has no effect`,
      );
    else if (option.kind !== 'honoured' && !isInert(value, option.inert)) {
      if (option.kind === 'refused')
        refusals.push(`serverless-offline's ${name} is refused: ${option.instead}`);
      else warnings.push(`serverless-offline's ${name} has no effect here: ${option.because}`);
    }
  }
  return { refusals, warnings };
}

/** Whether a value asks for nothing, such as serverless-offline's own default. */
function isInert(value: unknown, inert: Inert = [false, '']): boolean {
  if (value === undefined || value === null) return true;
  // The command line says "600" where serverless.yml says 600.
  return inert.some((one) => one === value || String(one) === value);
}

function toSettings(given: CliOptions): StartSettings {
  const host = readText('host', given['host']) ?? '127.0.0.1';
  return {
    // Node may bind "localhost" to ::1 alone, where 127.0.0.1 would not answer.
    host: host === 'localhost' ? '127.0.0.1' : host,
    port: 0,
    sharedPorts: {
      httpPort: readPort('httpPort', given['httpPort'], 3000),
      websocketPort: readPort('websocketPort', given['websocketPort'], 3001),
      prefix: readPrefix(given['prefix']),
      omitStage: readFlag('noPrependStageInUrl', given['noPrependStageInUrl'], false),
    },
    controlPort: readPort('lambdaPort', given['lambdaPort'], 3002),
    allowHosts: readTexts('allowHost', given['allowHost']),
    dynamodb: readStore(readText('dynamodb', given['dynamodb']), readText('data', given['data'])),
    reload: readFlag('reloadHandler', given['reloadHandler'], true),
    strict: readFlag('strict', given['strict'], false),
    ...readLoop(given),
    ...readInspect(given),
    noTimeout: readFlag('noTimeout', given['noTimeout'], false),
    // What handlers ask to know that they run on a developer's machine.
    functionEnvironment: { IS_OFFLINE: 'true' },
  };
}

function readPrefix(value: unknown): string {
  const prefix = (readText('prefix', value) ?? '').replace(/^\/+|\/+$/g, '');
  if (/^[\w.~/-]*$/.test(prefix)) return prefix;
  throw new OptionError('prefix: a path of letters, digits, "_", "-", ".", "~" and "/"');
}

function toRecord(value: unknown): CliOptions {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw new OptionError('custom.serverless-offline is a map of options');
}
