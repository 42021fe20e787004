/**
 * The forms of option values. On the command line and in settings files, an option value is a string. start-options.ts
 * assigns a form to each option.
 */
import { readDuration } from '@gatewright/aws/text/duration';
import { raiseQuota, RAISABLE_QUOTAS } from '../control/api-quotas.ts';
import { isAccountId, isRegion } from '../core/stack/home.ts';
import { ASSUMPTIONS, readAssumption } from '../core/deployment/assumptions.ts';
import { readIsolation } from '../core/stack/function.ts';
import { isGatewayName } from '../kernel/files/model.ts';
import type { DynamoDbChoice } from '../kernel/files/model.ts';

/** The form of an option's value, which is given as one or several strings. */
export type Form<T> = {
  /** Adds one string to the previous value. Returns undefined if the string is invalid. */
  readonly read: (text: string, before: T) => T | undefined;
  /** A sentence that tells users which strings are valid. */
  readonly expected: string;
};

export type StartOption = {
  /**
   * The heading of the group that begins with this row in the help of `start`; absent for the other rows of a group.
   */
  readonly heads?: string;
  /** The description for help, schema and reference page. */
  readonly what: string;
  /**
   * The name of the option's value in help, in `[…]` if the value is optional. Absent means that the option is a switch
   * without a value.
   */
  readonly takes?: string;
  /**
   * Adds a string to the previous value. Returns undefined if the string is invalid. Absent means that any string is
   * valid.
   */
  readonly read?: (text: string, before: never) => unknown;
  /** A sentence that tells users which strings are valid. */
  readonly expected?: string;
  /** The default value; absent means that there is none, or that `what` describes it. */
  readonly defaultValue?: unknown;
  /** The text that help shows as the default, instead of the text of `defaultValue`. */
  readonly shown?: string;
  /** Whether the option may be given several times. */
  readonly repeats?: true;
  /**
   * The description of `--no-…`. It is absent for a switch that is on by default, because `what` then describes
   * `--no-…`.
   */
  readonly none?: string;
  /** Whether all commands that load stacks accept the option. Absent means that only `start` accepts it. */
  readonly loads?: true;
  /** Whether the option is useful for a single run only. If so, settings files must not contain it. */
  readonly isOfOneRun?: true;
  /**
   * Where the plug-in accepts the option: on its command line, in `custom.gatewright`, or both. Absent means that osls
   * has an equivalent option, or that the option is not for services.
   */
  readonly plugin?: 'option' | 'setting' | 'both';
  /**
   * The member of `GatewayOptions` that the option sets, unchanged; absent means that the starting command handles the
   * option.
   */
  readonly sets?: string;
};

/** The maximum number of records. Every record takes memory as long as the gateway runs. */
const MAX_RECORDS = 100_000;
const assumptions = Object.entries(ASSUMPTIONS).map(([name, values]) => `${name}=${values.join('|')}`);

export const FORMS = {
  account: {
    read: (text: string) => (isAccountId(text) ? text : undefined),
    expected: 'An account has 12 digits.',
  },
  assumption: {
    read: readAssumption,
    expected: `Write it as NAME=VALUE, with one of these names and values: ${assumptions.join(', ')}.`,
  },
  concurrency: {
    read: readConcurrency,
    expected:
      'Write the maximum number of events that all functions together run at a time, from 1 to 100000.',
  },
  isolation: {
    read: readIsolation,
    expected:
      'Write thread, process, or the names of the Node.js functions to run in processes, such as resize,orders.',
  },
  issuer: {
    read: readStandIn,
    expected:
      'Write it as URL=local, with the issuer URL that the authorizers use: https://example.eu.auth0.com/=local.',
  },
  name: {
    read: (text: string) => (isGatewayName(text) ? text : undefined),
    expected: 'A name has 1 to 64 letters, digits, _, - and dots.',
  },
  names: { read: readNames, expected: 'Write host names, separated by commas.' },
  onOff: { read: readOnOff, expected: 'Write on or off.' },
  pair: { read: readPair, expected: 'Write it as NAME=VALUE.' },
  port: { read: readPort, expected: 'A port is a number from 0 to 65535; 0 picks a free one.' },
  quota: {
    read: raiseQuota,
    expected: `Write it as NAME=NUMBER; the number must not be below AWS’s default. AWS raises only these quotas: ${RAISABLE_QUOTAS.join(', ')}.`,
  },
  records: { read: readRecordCount, expected: `Write a number from 0 (record nothing) to ${MAX_RECORDS}.` },
  region: {
    read: (text: string) => (isRegion(text) ? text : undefined),
    expected: 'A region is written like eu-central-1.',
  },
  services: {
    read: readServiceNames,
    expected: 'Write service names as they appear in ARNs, separated by commas: sns,s3.',
  },
  signInAs: {
    read: readSignInAs,
    expected: 'Write a name such as alice, or a name with roles such as alice:admin,courier.',
  },
  size: { read: readSize, expected: 'Write an amount of memory like 64MB or 2GB.' },
  span: { read: readSpan, expected: 'Write a duration like 500ms, 30s, 2m or 1h.' },
  stage: {
    read: (text: string) => (/^[A-Za-z0-9_-]{1,128}$/.test(text) ? text : undefined),
    expected: 'A stage name has 1 to 128 letters, digits, _ and -.',
  },
  vpcEndpoint: {
    read: readVpcEndpoint,
    expected: 'Write it as vpce-0123456789abcdef0=vpc-0123456789abcdef0.',
  },
  vpcLink: {
    read: readVpcLink,
    expected: 'Write it as NAME=URL or NAME=URL,URL; the name is the ConnectionId.',
  },
};

/** Reads a TCP port; 0 means any free port. */
function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function readRecordCount(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) && Number(text) <= MAX_RECORDS ? Number(text) : undefined;
}

function readOnOff(text: string): boolean | undefined {
  return text === 'on' ? true : text === 'off' ? false : undefined;
}

function readPair(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const equals = text.indexOf('=');
  return equals < 1 ? undefined : { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** Reads names, such as `a.example,b.example`. */
function readNames(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...text.split(',').map((name) => name.trim())];
}

/** Reads service names, such as `sns,s3`. */
function readServiceNames(text: string, before: readonly string[]): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return names.every((name) => /^[a-z0-9-]{2,40}$/.test(name)) ? [...before, ...names] : undefined;
}

function readConcurrency(text: string): number | undefined {
  const count = Number(text);
  return /^\d{1,6}$/.test(text) && count >= 1 && count <= 100_000 ? count : undefined;
}

/**
 * Reads `url=local`. The URL is the `iss` of tokens that are issued and trusted locally. A trailing slash is
 * significant. Auth0's `iss` ends with a slash. Because this slash is easily forgotten, it is added.
 */
function readStandIn(text: string, before: readonly string[]): readonly string[] | undefined {
  const [, url] = /^(https:\/\/[^?#@]+)=local$/.exec(text) ?? [];
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  return [...before, host.endsWith('.auth0.com') && pathname === '/' ? `https://${host}/` : url];
}

/** Reads `name[:role,role]`. */
function readSignInAs(text: string): { readonly sub: string; readonly roles: readonly string[] } | undefined {
  const [, sub, roles = ''] = /^([^\s:,]{1,255})(?::([^\s:]{0,1000}))?$/.exec(text) ?? [];
  return sub === undefined ? undefined : { sub, roles: roles.split(',').filter((role) => role !== '') };
}

/** Reads `name=url[,url]`. Several addresses are used in turn. */
function readVpcLink(
  text: string,
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> | undefined {
  const equals = text.indexOf('=');
  const urls = text.slice(equals + 1).split(',');
  if (equals < 1 || !urls.every((url) => URL.canParse(url) && /^https?:/.test(url))) return undefined;
  return new Map([...before, [text.slice(0, equals), urls.map((url) => new URL(url).origin)]]);
}

/**
 * Reads `vpce-…=vpc-…`. The first part is a VPC endpoint. The second part is the VPC that `aws:SourceVpc` contains for
 * callers through this endpoint.
 */
function readVpcEndpoint(
  text: string,
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | undefined {
  const [, endpoint, vpc] = /^(vpce-[0-9a-f]{8,17})=(vpc-[0-9a-f]{8,17})$/.exec(text) ?? [];
  return endpoint === undefined || vpc === undefined ? undefined : new Map([...before, [endpoint, vpc]]);
}

/** Reads a size of at least one megabyte, in bytes. */
function readSize(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(MB|GB)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * 1024 ** (unit?.toUpperCase() === 'GB' ? 3 : 2));
  return bytes >= 1024 ** 2 ? bytes : undefined;
}

/** Reads a duration that is not negative, in milliseconds. */
function readSpan(text: string): number | undefined {
  const spanMs = readDuration(text);
  return spanMs !== undefined && spanMs >= 0 ? spanMs : undefined;
}

/**
 * Converts a value of a settings file to the strings that the command line would contain. A map becomes several
 * `NAME=VALUE` strings, and a list in a map becomes a comma-separated value. Returns undefined if the value contains
 * anything other than strings and numbers.
 */
export function toSettingTexts(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  const texts: readonly (string | undefined)[] = Array.isArray(value)
    ? value.map(toText)
    : typeof value === 'object'
      ? Object.entries(value).map(([key, one]: [string, unknown]) => toPair(key, one))
      : [toText(value)];
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function toPair(key: string, value: unknown): string | undefined {
  const texts: readonly (string | undefined)[] = Array.isArray(value) ? value.map(toText) : [toText(value)];
  return texts.every((text) => text !== undefined) ? `${key}=${texts.join(',')}` : undefined;
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Determines where tables are stored, from the options `dynamodb` and `data`.
 * @returns the store, or an error message if the result is a string
 */
export function readStore(
  dynamodb: string | undefined,
  data: string | undefined,
  environment: Environment,
): DynamoDbChoice | string {
  if (dynamodb === undefined || dynamodb === 'embedded') return { kind: 'embedded', dataDirectory: data };
  if (!URL.canParse(dynamodb) || !/^https?:/.test(dynamodb))
    return `dynamodb must be "embedded" or a URL, not "${dynamodb}"`;
  if (data !== undefined)
    return 'data applies only to the embedded DynamoDB, so it cannot be combined with a URL in dynamodb';
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  return {
    kind: 'url',
    url: dynamodb,
    // The default key pair is for DynamoDB Local, which accepts any key pair. AWS needs the developer's own key pair.
    accessKeyId: AWS_ACCESS_KEY_ID ?? 'LOCALGATEWRIGHT',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}
