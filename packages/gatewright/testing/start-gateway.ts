/** `gatewright/testing` starts a gateway for the tests of one file, or one gateway for a whole run of tests. */
import { resolve } from 'node:path';
import {
  chooseKeyPair,
  createGateway,
  DefinitionError,
  placeOwnFolder,
  readHome,
  StartError,
  toSettings,
  START_OPTIONS,
} from '../../gateway/engine/index.ts';
import { findNamedAccount } from '../../gateway/templates/named-account.ts';
import { findStack } from '@gatewright/authoring/files/stack-files';
import { injectInto, sendTo } from './api-request.ts';
import { callControl, TestingError } from './control-link.ts';
import { refuseUnknown, withKnownOptions } from './known-options.ts';
import type { OptionNames } from './known-options.ts';
import { linkOf, makeTestGateway } from './test-gateway.ts';
import type { Gateway, Isolation, Listening } from '../../gateway/engine/index.ts';
import type { TestGateway, TestGatewayParts } from './test-gateway.ts';

export type StartOptions = {
  /** Directories with a serverless.yml, a SAM template, a CDK app or a cdk.out, or template files. Default: `.`. */
  readonly stacks?: string | readonly string[];
  /** Base directory of relative paths. Default: the working directory. */
  readonly directory?: string;
  readonly stage?: string;
  readonly region?: string;
  readonly account?: string;
  /** Parameters of templates and of serverless.yml. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Values for `${env:…}` in serverless.yml. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Additional environment variables of functions. The variables in their template take precedence. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** The folder that contains the first items of tables and the first users, as for `start --seed`. */
  readonly seed?: string;
  /** The first items of tables, by the name or logical id of the table. Items are plain, or in DynamoDB's own form. */
  readonly tables?: Readonly<Record<string, readonly object[]>>;
  /** The file that contains the values that functions read from SSM, Secrets Manager, S3 and AppConfig. */
  readonly values?: string;
  /** The issuers that the local issuer replaces. */
  readonly issuers?: readonly string[];
  /** Who signs in at the local issuer without a page. Default: the page is shown, which needs a browser. */
  readonly signInAs?: { readonly sub: string; readonly roles?: readonly string[] };
  /** Whether the permissions of functions' roles are enforced. Default: true. */
  readonly roles?: boolean;
  /** Whether unsupported settings make startup fail. Default: false. */
  readonly strict?: boolean;
  /** Determines which Node.js functions run in processes of their own. */
  readonly isolation?: Isolation;
  /** The maximum number of events that all functions together process at the same time. Default: 1,000. */
  readonly concurrency?: number;
  /** Whether each event gets its own instance. Default: false. */
  readonly cold?: boolean;
  /** Whether functions of Node.js and Python can write only below /tmp, as on AWS. Default: true. */
  readonly readOnly?: boolean;
  /** Whether packages that Lambda includes and the project lacks are installed. Default: false. */
  readonly install?: boolean;
  /**
   * Whether a project's build script runs if a handler file that the script would create is missing. Default: false.
   */
  readonly build?: boolean;
  /**
   * Whether the addresses are put into `process.env`. Processes that are started afterwards can then use
   * `connectGateway`.
   */
  readonly isShared?: boolean;
  /**
   * Called with each line of the gateway and its functions. By default, nothing is printed, but `logs()` returns the
   * lines.
   */
  readonly onLine?: (line: string) => void;
};

const START_NAMES: OptionNames<StartOptions> = {
  stacks: true,
  directory: true,
  stage: true,
  region: true,
  account: true,
  parameters: true,
  environment: true,
  functionEnvironment: true,
  seed: true,
  tables: true,
  values: true,
  issuers: true,
  signInAs: true,
  roles: true,
  strict: true,
  isolation: true,
  concurrency: true,
  cold: true,
  readOnly: true,
  install: true,
  build: true,
  isShared: true,
  onLine: true,
};

/**
 * Starts a gateway in this process.
 * @throws TestingError if the stacks cannot be served. The message states the reason
 *
 * @example
 * ```ts
 * import { startGateway } from 'gatewright/testing';
 *
 * const gateway = await startGateway({ stacks: ['template.yaml'] });
 * const reply = await gateway.inject('/hello');
 * reply.status // → 200
 * await gateway.close();
 * ```
 */
export function startGateway(options: StartOptions = {}): Promise<TestGateway> {
  return startWith(parseJson, options);
}

/**
 * Connects to the gateway that this run shares. That gateway was started by `gatewright start --exec`, or by
 * `startGateway({ isShared: true })` in a parent process. `close()` leaves the gateway running.
 * @throws TestingError if there is none
 *
 * @example
 * ```ts
 * import { connectGateway, startGateway } from 'gatewright/testing';
 *
 * const shared = await startGateway({ stacks: ['template.yaml'], isShared: true });
 * // In a process that was started meanwhile, or here.
 * const gateway = await connectGateway();
 * (await gateway.inject('/hello')).status // → 200
 * await gateway.close();
 * await shared.close();
 * ```
 */
export function connectGateway(): Promise<TestGateway> {
  return connectWith(parseJson);
}

type Parse = TestGatewayParts['parse'];

const parseJson: Parse = (text) => JSON.parse(text) as unknown;

export async function startWith(parse: Parse, options: StartOptions = {}): Promise<TestGateway> {
  refuseUnknown('startGateway', options, START_NAMES);
  const { directory = process.cwd(), stacks = '.', isShared = false } = options;
  const sources = withStack(
    (typeof stacks === 'string' ? [stacks] : stacks).map((one) => resolve(directory, one)),
  );
  await placeOwnFolder(directory, sources);
  const gateway = await explained(() => createGateway(toGatewayOptions(options, directory, sources)));
  try {
    const listening = await explained(async () => {
      await gateway.load(sources);
      return gateway.listen();
    });
    const shared = isShared ? share(gateway.environment()) : () => undefined;
    return describe(gateway, listening, parse, async () => {
      shared();
      await gateway.close();
    });
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

function describe(
  gateway: Gateway,
  { unsupported }: Pick<Listening, 'unsupported'>,
  parse: Parse,
  close: () => Promise<void>,
): TestGateway {
  const environment = gateway.environment();
  const request: TestGatewayParts['request'] = (api, one) => injectInto(gateway, api, one);
  const apis = gateway.routes();
  return withKnownOptions(
    makeTestGateway({ environment, apis, findings: unsupported, request, close, parse }),
  );
}

async function connectWith(parse: Parse): Promise<TestGateway> {
  const link = linkOf(process.env);
  const status = JSON.parse(await callControl(link, 'GET', 'status')) as Pick<TestGatewayParts, 'apis'> &
    Pick<Listening, 'unsupported'>;
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && SHARED.test(name) ? [[name, value] as const] : [],
    ),
  );
  return withKnownOptions(
    makeTestGateway({
      environment,
      apis: status.apis,
      findings: status.unsupported,
      request: sendTo,
      parse,
      close: () => Promise.resolve(),
    }),
  );
}

/** Names of the variables that `Gateway.environment()` returns. */
const SHARED =
  /^(?:GATEWRIGHT_(?:GATEWAY|CONTROL_|URL)|AWS_(?:ENDPOINT_URL|ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|DEFAULT_REGION))/;
/**
 * Environment variables of the developer that programs must not get. SDKs would send the token with the local key pair,
 * which would invalidate every signature, and may prefer the profile to the key pair.
 */
const OF_THE_DEVELOPER = ['AWS_SESSION_TOKEN', 'AWS_PROFILE'];

/**
 * Sets environment variables of this process.
 * @returns a function that restores the previous values
 */
function share(environment: Readonly<Record<string, string>>): () => void {
  const names = [...Object.keys(environment), ...OF_THE_DEVELOPER];
  const before = new Map(names.map((name) => [name, process.env[name]]));
  for (const name of OF_THE_DEVELOPER) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  };
}

function toGatewayOptions(
  options: StartOptions,
  directory: string,
  sources: readonly string[],
): Parameters<typeof createGateway>[0] {
  const { stage, region, account, onLine = () => undefined, functionEnvironment } = options;
  const home = readHome(process.env);
  if (typeof home === 'string') throw new TestingError(home);
  return {
    stage: stage ?? 'dev',
    ...home,
    accountId: findNamedAccount(sources) ?? home.accountId,
    directory,
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    chosen: {
      ...(stage !== undefined && { stage }),
      ...(region !== undefined && { region }),
      ...(account !== undefined && { accountId: account }),
    },
    parameters: options.parameters ?? {},
    environment: options.environment ?? {},
    ...(functionEnvironment !== undefined && { functionEnvironment }),
    allowHosts: [],
    dynamodb: { kind: 'embedded', dataDirectory: undefined },
    ...toSettings(
      ['seed', 'values', 'isolation', 'concurrency', 'cold', 'install', 'build'],
      (name) => options[name],
    ),
    ...(options.tables !== undefined && { tables: options.tables }),
    localIssuers: options.issuers ?? [],
    ...(options.signInAs && { signInAs: { roles: [], ...options.signInAs } }),
    roles: options.roles ?? true,
    readOnly: options.readOnly ?? true,
    strict: options.strict ?? false,
    accountThrottle: false,
    record: START_OPTIONS.record.defaultValue,
    reload: false,
    resets: true,
    leavesCredentials: false,
    adminKey: chooseKeyPair(process.env),
    log: { write: onLine },
    functionLog: ({ functionName, message }) => onLine(`[${functionName}] ${message}`),
    onProgress: onLine,
    onReload: () => undefined,
  };
}

/** Returns the sources, and the toolkit's stack as well if a source imports from it. */
function withStack(sources: readonly string[]): readonly string[] {
  const search = findStack(sources);
  return search.kind === 'found' ? [...sources, search.folder] : sources;
}

/** Runs a function. An error that the user can correct is replaced by one TestingError that lists all faults. */
async function explained<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof DefinitionError) throw new TestingError(cause.describe(), { cause });
    if (cause instanceof StartError) throw new TestingError(cause.message, { cause });
    throw cause;
  }
}
