/**
 * What a start may be told of the account at AWS and of what lies outside, by the names of `gatewright start`'s options:
 * read here for the command line and for `custom.gatewright` of a serverless.yml.
 */
import { raiseQuota, RAISABLE_QUOTAS } from './control/api-quotas.ts';
import { isAccountId } from './definition/home.ts';
import { readIsolation } from './lambda/model.ts';
import type { Isolation } from './lambda/model.ts';
import { ASSUMPTIONS, readAssumption } from './deployment/assumptions.ts';
import type { AccountQuotas } from './control/api-quotas.ts';
import type { Assumptions } from './deployment/assumptions.ts';

/** A value that is written as a text, once or, over what was said before, several times. */
export type Setting<T> = {
  /** One text more; undefined = it is none. */
  readonly read: (text: string, before: T) => T | undefined;
  /** What to write instead; a sentence. */
  readonly says: string;
};

const assumptions = Object.entries(ASSUMPTIONS).map(([name, values]) => `${name}=${values.join('|')}`);

export const SETTINGS = {
  account: {
    read: (text) => (isAccountId(text) ? text : undefined),
    says: 'An account has 12 digits.',
  } satisfies Setting<string>,
  'account-quota': {
    read: raiseQuota,
    says: `Write it as NAME=NUMBER, not below AWS’s default, of: ${RAISABLE_QUOTAS.join(', ')}. AWS raises no other quota.`,
  } satisfies Setting<AccountQuotas>,
  assume: {
    read: readAssumption,
    says: `Write it as NAME=VALUE, one of: ${assumptions.join(', ')}.`,
  } satisfies Setting<Assumptions>,
  aws: {
    read: readServiceNames,
    says: 'Write services by their names in ARNs: sns,s3.',
  } satisfies Setting<readonly string[]>,
  'cache-memory': {
    read: readSize,
    says: 'Write an amount of memory like 64MB or 2GB.',
  } satisfies Setting<number>,
  concurrency: {
    read: readConcurrency,
    says: 'Write how many events all functions may run at a time, from 1 to 100000.',
  } satisfies Setting<number>,
  isolation: {
    read: readIsolation,
    says: 'Write thread, process, or names of Node.js functions that get a process of their own: resize,orders.',
  } satisfies Setting<Isolation>,
  issuer: {
    read: readStandIn,
    says: 'Write it as URL=local, the issuer as authorizers name it: https://example.eu.auth0.com/=local.',
  } satisfies Setting<readonly string[]>,
  'usage-lag': {
    read: readSpan,
    says: 'Write a span of time like 500ms, 30s, 2m or 1h.',
  } satisfies Setting<number>,
  'vpc-endpoint': {
    read: readVpcEndpoint,
    says: 'Write it as vpce-0123456789abcdef0=vpc-0123456789abcdef0.',
  } satisfies Setting<ReadonlyMap<string, string>>,
  'vpc-link': {
    read: readVpcLink,
    says: 'Write it as NAME=URL or NAME=URL,URL; the name is the ConnectionId.',
  } satisfies Setting<ReadonlyMap<string, readonly string[]>>,
};

/** `sns,s3` */
function readServiceNames(text: string, before: readonly string[]): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return names.every((name) => /^[a-z0-9-]{2,40}$/.test(name)) ? [...before, ...names] : undefined;
}

function readConcurrency(text: string): number | undefined {
  const count = Number(text);
  return /^\d{1,6}$/.test(text) && count >= 1 && count <= 100_000 ? count : undefined;
}

/** `url=local`: the `iss` of tokens that are minted and believed here. Auth0's ends with a slash, which is easily forgotten. */
function readStandIn(text: string, before: readonly string[]): readonly string[] | undefined {
  const url = /^(.*)=local$/.exec(text)?.[1] ?? '';
  if (!URL.canParse(url) || !/^https:\/\/[^?#@]+$/.test(url)) return undefined;
  const { host, pathname } = new URL(url);
  return [...before, host.endsWith('.auth0.com') && pathname === '/' ? `https://${host}/` : url];
}

/** `name=url[,url]`: addresses that take turns. */
function readVpcLink(
  text: string,
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> | undefined {
  const equals = text.indexOf('=');
  const urls = text.slice(equals + 1).split(',');
  if (equals < 1 || !urls.every((url) => URL.canParse(url) && /^https?:/.test(url))) return undefined;
  return new Map([...before, [text.slice(0, equals), urls.map((url) => new URL(url).origin)]]);
}

/** `vpce-…=vpc-…`: the VPC that `aws:SourceVpc` finds for callers through the endpoint. */
function readVpcEndpoint(
  text: string,
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | undefined {
  const [, endpoint, vpc] = /^(vpce-[0-9a-f]{8,17})=(vpc-[0-9a-f]{8,17})$/.exec(text) ?? [];
  return endpoint === undefined || vpc === undefined ? undefined : new Map([...before, [endpoint, vpc]]);
}

/** At least one megabyte, in bytes. */
function readSize(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(MB|GB)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * 1024 ** (unit?.toUpperCase() === 'GB' ? 3 : 2));
  return bytes >= 1024 ** 2 ? bytes : undefined;
}

/** Not negative, in milliseconds. */
function readSpan(text: string): number | undefined {
  const spanMs = readDuration(text);
  return spanMs !== undefined && spanMs >= 0 ? spanMs : undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `1d`, `+2h`, `-30m`, `90s`, `500ms` as milliseconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, sign, amount, unit] = /^([+-]?)(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit ?? ''];
  if (amount === undefined || unitMs === undefined) return undefined;
  return Math.round(Number(amount) * unitMs) * (sign === '-' ? -1 : 1);
}

/**
 * A value of a settings file as the command line would say it: a map is several `NAME=VALUE`, a list in it several values
 * parted by commas. Undefined: it holds what is neither text nor number.
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
