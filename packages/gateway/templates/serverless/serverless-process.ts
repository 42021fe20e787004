/**
 * Starts the child process that runs osls. The process has a cleaned environment, sends messages, and has a time limit.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { readErrorText } from '@gatewright/aws/thrown-error';
import { READS_TEMPLATE } from './aws-stand-in.ts';

type DriverRun = {
  readonly oslsFolder: string;
  readonly outputFolder: string;
  readonly serviceFolder: string;
  readonly arguments: readonly string[];
  /** Variables added to the developer's environment, from which all `AWS_*` are removed. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onAnnounced: (stackName: string, variables: Readonly<Record<string, string>>) => void;
  readonly onNoted: (note: DriverNote) => void;
  readonly onInformed: (message: string) => void;
};

export type DriverNote = {
  /** The path of the property in serverless.yml; empty for the whole file. */
  readonly property: string;
  readonly message: string;
  readonly consequence: string;
  /** The name of the plug-in that is not installed, if the note is about one. */
  readonly missingPlugin?: string | undefined;
  /** Whether the schema with which osls checks the service does not allow the property or its value. */
  readonly isOfSchema?: boolean | undefined;
};

export type DriverFailure = {
  readonly message: string;
  /** The path of the property in serverless.yml; absent if it is unknown. */
  readonly property?: string;
  /** The plug-ins of the service that are not installed. */
  readonly missingPlugins?: readonly string[];
  /** The strings that contain variables, by their path in the service; absent if osls ended without a message. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The sources that plug-ins have searched for mistakes. If one of them is corrected, osls may succeed. */
  readonly checked?: readonly string[];
};

const DRIVER = fileURLToPath(new URL('serverless-driver.cjs', import.meta.url));
/** Turns off telemetry and the check for updates of Serverless v3. */
const QUIET = { SLS_TELEMETRY_DISABLED: '1', SLS_TRACKING_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
const TIME_LIMIT_MS = 120_000;
const ERROR_TEXT_LIMIT = 16_384;
/** Settings of a test runner, which the child must not inherit. */
const LEFT_OUT = new Set(['NODE_V8_COVERAGE', 'NODE_TEST_CONTEXT']);

/**
 * Runs osls and waits until it has ended. Returns the failure; undefined if osls has written its result to the output
 * folder.
 */
export function runDriver(run: DriverRun): Promise<DriverFailure | undefined> {
  const child = fork(DRIVER, [run.oslsFolder, run.outputFolder, ...run.arguments], {
    cwd: run.serviceFolder,
    env: driverEnvironment(run.environment),
    execArgv: [],
    // stdout belongs to the gateway, and the progress of osls is of no use here.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal: run.signal,
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => {
    let failure: DriverFailure | undefined;
    let errorText = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorText = (errorText + text).slice(-ERROR_TEXT_LIMIT);
    });
    child.on('message', (message: unknown) => {
      if (!isJsonObject(message)) return;
      const { kind, message: text, stackName, variables, property, consequence, texts, code } = message;
      const { missingPlugin, isOfSchema, checked } = message;
      if (kind === 'informed' && typeof text === 'string') run.onInformed(text);
      if (kind === 'noted' && typeof text === 'string')
        run.onNoted({
          message: text,
          property: textOr(property, ''),
          consequence: textOr(consequence, ''),
          ...(typeof missingPlugin === 'string' && { missingPlugin }),
          ...(isOfSchema === true && { isOfSchema }),
        });
      if (kind === 'failed' && typeof text === 'string')
        failure = {
          message: text,
          ...(typeof property === 'string' && { property }),
          texts: textValues(texts),
          ...(Array.isArray(checked) && { checked: checked.filter((file) => typeof file === 'string') }),
        };
      if (kind === 'announced' && typeof stackName === 'string') {
        run.onAnnounced(stackName, textValues(variables));
      }
      if (kind === 'ended' && code === 0 && failure === undefined) resolve(undefined);
    });
    child.once('error', (error) => resolve({ message: `osls could not run: ${error.message}` }));
    child.once('close', (code, killedBy) => {
      if (failure === undefined && code === 0) resolve(undefined);
      else resolve(failure ?? { message: describeEnd(code, killedBy, errorText, child.killed) });
    });
  });
}

export function driverEnvironment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...sealedEnvironment(process.env), ...QUIET, [READS_TEMPLATE]: '1', ...own };
}

/**
 * Matches the variables from which AWS's SDKs and tools take credentials, addresses and the region. osls also reads
 * credentials and a profile for each stage, such as AWS_DEV_PROFILE. A service may read any other variable, such as
 * AWS_ACCOUNT_ID, although its name begins with AWS_.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html#EVarSettings
 */
const OF_SDKS =
  /^AWS_(?:(?:\w+_)?(?:ACCESS_KEY(?:_ID)?|SECRET_(?:ACCESS_)?KEY|SESSION_TOKEN|SECURITY_TOKEN|PROFILE)|(?:BEARER_TOKEN|CREDENTIAL|SSO|LOGIN|ROLE|WEB_IDENTITY|CONTAINER|SDK|EC2_METADATA|ENDPOINT_URL|USE)_?.*|(?:DEFAULT_)?REGION|CONFIG_FILE|SHARED_CREDENTIALS_FILE|IGNORE_CONFIGURED_ENDPOINT_URLS|CA_BUNDLE|STS_REGIONAL_ENDPOINTS|ACCOUNT_ID_ENDPOINT_MODE|DEFAULTS_MODE|MAX_ATTEMPTS|RETRY_MODE)$/;

/** Returns the environment without the credentials and settings of AWS, and without those of a test runner. */
export function sealedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.filter(([name]) => !OF_SDKS.test(name) && !LEFT_OUT.has(name)));
}

/**
 * Describes why osls has ended. It returns the error that ended osls, without the members and the version that Node
 * prints after it. If there is no such error, it returns the last lines.
 * @param isLate whether this process ended osls, because its time limit had passed
 */
export function describeEnd(
  code: number | null,
  killedBy: string | null,
  errorText: string,
  isLate = false,
): string {
  if (isLate) return `osls did not end within ${TIME_LIMIT_MS / 1000} s`;
  const { text, thrown } = readErrorText(errorText);
  const remedy = thrown !== undefined && MISSING_MODULE.test(thrown) ? '; run npm install' : '';
  if (killedBy !== null) {
    const ended = `osls was ended by the signal ${killedBy}, which the gateway did not send`;
    return text === ''
      ? ended
      : `${ended}; on SIGKILL and SIGABRT, check whether there is enough memory: ${text}`;
  }
  return `osls ended with code ${String(code)}: ${text}${remedy}`;
}
const MISSING_MODULE = /Cannot find (?:module|package) '/;

function textOr(value: Json | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

function textValues(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(membersOf(value));
  return Object.fromEntries(
    entries.map(([name, text]) => [name, typeof text === 'string' ? text : JSON.stringify(text)]),
  );
}
