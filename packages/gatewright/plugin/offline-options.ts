/**
 * Defines the options of serverless-offline (14.8). Each option is supported, refused with an alternative, or reported
 * as unnecessary.
 */
import { START_OPTIONS } from '../../gateway/engine/start-options.ts';
import { toSettings } from '../../gateway/engine/start-settings.ts';
import { OptionError, readFlag, readOption, toOslsOption, toRecord } from './option-values.ts';
import { INSPECT_OPTIONS, readInspect } from './inspect-option.ts';
import { readName, readTables } from './osls-options.ts';
import type { OptionName } from '../../gateway/engine/start-settings.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';
import type { StartSettings } from './settings.ts';

type Inert = readonly (string | number | boolean)[];

type OfflineOption = OptionSchema &
  (
    | { readonly kind: 'honoured' }
    /** An option that is refused because it would change responses. `instead` describes the alternative. */
    | { readonly kind: 'refused'; readonly instead: string; readonly inert?: Inert }
    /** An option that is unnecessary because responses are the same without it. */
    | { readonly kind: 'needless'; readonly because: string; readonly inert?: Inert }
  );

const honoured = (usage: string, type: OptionSchema['type'], shortcut?: string): OfflineOption => ({
  kind: 'honoured',
  usage,
  type,
  ...(shortcut === undefined ? {} : { shortcut }),
});
/** Defines an option that is an option of `gatewright start`. */
const ours = (name: OptionName, shortcut?: string): OfflineOption => {
  const { usage, type } = toOslsOption(START_OPTIONS[name]);
  return honoured(usage, type, shortcut);
};
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

const CORS = 'CORS follows the template, as on AWS; set `cors` of the event or provider.httpApi.cors';
const TOKENS =
  'authorizers run and verify as on AWS. If an authorizer checks tokens of an issuer, create a token of the local issuer with `npx gatewright token`. If the authorizer is a function of the service, send a credential that the function accepts';
const NO_DOCKER = 'functions run without Docker';

/** The default ports of serverless-offline, which users of its plug-in expect. */
const DEFAULT_PORTS = { httpPort: 3000, websocketPort: 3001, lambdaPort: 3002 };

export const OFFLINE_OPTIONS: Readonly<Record<string, OfflineOption>> = {
  host: ours('host', 'o'),
  httpPort: honoured(`Port of REST and HTTP APIs. Default: ${DEFAULT_PORTS.httpPort}.`, 'string'),
  websocketPort: honoured(`Port of WebSocket APIs. Default: ${DEFAULT_PORTS.websocketPort}.`, 'string'),
  lambdaPort: honoured(
    `Port of Lambda’s Invoke and AWS’s other APIs, on loopback. Default: ${DEFAULT_PORTS.lambdaPort}.`,
    'string',
  ),
  noPrependStageInUrl: honoured('Serve REST APIs without the stage in their paths.', 'boolean'),
  prefix: honoured('Prefix of every path of REST and HTTP APIs.', 'string', 'p'),
  reloadHandler: honoured(
    'Watch templates and the sources of functions; --no-reloadHandler switches this off.',
    'boolean',
  ),
  noSponsor: honoured('Has no effect: there is no sponsor message.', 'boolean'),
  allowHost: ours('allow-host'),
  dynamodb: ours('dynamodb'),
  data: ours('data'),
  strict: ours('strict'),
  name: ours('name'),
  seed: ours('seed'),
  record: ours('record'),
  inspect: honoured(INSPECT_OPTIONS.inspect.usage, 'boolean'),
  'inspect-brk': honoured(INSPECT_OPTIONS['inspect-brk'].usage, 'boolean'),
  'inspect-port': honoured(INSPECT_OPTIONS['inspect-port'].usage, 'string'),
  noTimeout: honoured('Disable the timeouts of functions and of their callers.', 'boolean', 't'),

  noAuth: refused(TOKENS, 'boolean'),
  ignoreJWTSignature: refused(TOKENS, 'boolean'),
  corsAllowHeaders: refused(CORS, 'string'),
  corsAllowOrigin: refused(CORS, 'string'),
  corsDisallowCredentials: refused(CORS, 'boolean', { inert: [] }),
  corsExposedHeaders: refused(CORS, 'string'),
  httpsProtocol: refused(
    'certificates come from the local CA that `gatewright certs` creates: serverless gateway start --tls',
    'string',
    { shortcut: 'H' },
  ),
  localEnvironment: refused(
    'a function sees only the environment of its template, as on AWS; set the variables in `environment`',
    'boolean',
  ),
  enforceSecureCookies: refused('cookies are passed on unchanged, as on AWS', 'boolean'),
  useInProcess: refused('every instance of a function is a worker thread', 'boolean'),
  useDocker: refused(NO_DOCKER, 'boolean'),
  layersDir: refused('layers are read from the folders under `layers` in serverless.yml', 'string'),
  localLayers: refused('layers are read from the folders under `layers` in serverless.yml', 'string'),
  albPort: refused('ALB events are not served', 'string', { inert: ['', 3003] }),
  webSocketHardTimeout: refused('a connection lasts two hours, as on AWS', 'string', { inert: ['', 7200] }),
  webSocketIdleTimeout: refused('an idle connection lasts ten minutes, as on AWS', 'string', {
    inert: ['', 600],
  }),
  rubyWatchDirs: refused('all sources of a function are watched', 'string'),
  apiKey: refused('give the key a value in provider.apiGateway.apiKeys', 'string'),

  dockerHost: needless(NO_DOCKER, 'string', ['', 'localhost']),
  dockerHostServicePath: needless(NO_DOCKER, 'string'),
  dockerNetwork: needless(NO_DOCKER, 'string'),
  dockerReadOnly: needless(NO_DOCKER, 'boolean', [true]),
  disableCookieValidation: needless('cookies are never validated, as on AWS', 'boolean'),
  resourceRoutes: needless('HTTP proxies in `resources` are always served', 'boolean'),
  preLoadModules: needless('each function loads its own modules', 'string'),
  terminateIdleLambdaTime: needless('idle instances are retired automatically', 'string', ['', 60]),
  location: needless('functions are loaded from the sources that `handler` names', 'string'),
  noStripTrailingSlashInUrl: needless('slashes are never stripped', 'boolean'),
};

/** The options that are allowed only in serverless.yml, because serverless-offline has no flags for them. */
const CUSTOM_ONLY = new Set(['localLayers', 'apiKey', 'location', 'noStripTrailingSlashInUrl']);

/** The options that `serverless offline --help` shows. */
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
 * Reads the command line and `custom.serverless-offline`. The command line takes precedence.
 * @throws OptionError for refused options. The message names all of them
 */
export function readOfflineOptions(cli: CliOptions, custom: unknown): OfflineReading {
  const given: Record<string, unknown> = {
    ...toRecord('custom.serverless-offline', custom, 'a map of options'),
  };
  for (const name of Object.keys(OFFLINE_OPTIONS)) if (cli[name] !== undefined) given[name] = cli[name];
  const { refusals, warnings } = judge(given);
  if (refusals.length > 0) throw new OptionError(refusals.join('\n'));
  return { settings: decide(given), warnings };
}

function judge(given: CliOptions): { refusals: readonly string[]; warnings: readonly string[] } {
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(OFFLINE_OPTIONS, name) ? OFFLINE_OPTIONS[name] : undefined;
    if (option === undefined)
      warnings.push(
        `custom.serverless-offline.${name} is not an option of serverless-offline 14: it has no effect`,
      );
    else if (option.kind !== 'honoured' && !isInert(value, option.inert)) {
      if (option.kind === 'refused')
        refusals.push(`serverless-offline's ${name} is refused: ${option.instead}`);
      else warnings.push(`serverless-offline's ${name} has no effect in Gatewright: ${option.because}`);
    }
  }
  return { refusals, warnings };
}

/**
 * Whether a value of a refused or unnecessary option has no effect, for example because it is serverless-offline's
 * default.
 */
function isInert(value: unknown, inert: Inert = [false, '']): boolean {
  if (value === undefined || value === null) return true;
  // A value on the command line is a string, such as "600" for the number 600 in serverless.yml.
  return inert.some((one) => one === value || String(one) === value);
}

/**
 * Our options, with the names that they have in serverless-offline or, if it has no such option, with their own names.
 */
const CALLED: ReadonlyMap<OptionName, string> = new Map<OptionName, string>([
  ['host', 'host'],
  ['allow-host', 'allowHost'],
  ['reload', 'reloadHandler'],
  ['strict', 'strict'],
  ['seed', 'seed'],
  ['record', 'record'],
]);

function decide(given: CliOptions): StartSettings {
  const portOf = (name: keyof typeof DEFAULT_PORTS): number =>
    readOption(name, START_OPTIONS.port, given[name]) ?? DEFAULT_PORTS[name];
  const { host, ...settings } = toSettings([...CALLED.keys()], (name, row) => {
    const called = CALLED.get(name) ?? name;
    return readOption(called, row, given[called]) ?? row.defaultValue;
  });
  return {
    ...settings,
    // `localhost` is replaced, because Node may bind it only to ::1, and 127.0.0.1 would then not respond.
    ...(host !== undefined && { host: host === 'localhost' ? '127.0.0.1' : host }),
    port: 0,
    sharedPorts: {
      httpPort: portOf('httpPort'),
      websocketPort: portOf('websocketPort'),
      prefix: readPrefix(given['prefix']),
      omitStage: readFlag('noPrependStageInUrl', given['noPrependStageInUrl']),
    },
    controlPort: portOf('lambdaPort'),
    dynamodb: readTables('', given),
    ...readName('name', given),
    ...readInspect(given),
    noTimeout: readFlag('noTimeout', given['noTimeout']),
    // Handlers read this variable to detect a local run.
    functionEnvironment: { IS_OFFLINE: 'true' },
  };
}

function readPrefix(value: unknown): string {
  const prefix = (readOption('prefix', { what: '', takes: '<path>' }, value) ?? '').replace(/^\/+|\/+$/g, '');
  if (/^[\w.~/-]*$/.test(prefix)) return prefix;
  throw new OptionError('prefix must be a path of letters, digits, "_", "-", ".", "~" and "/"');
}
