/** Dates, numbers and states as the page writes them. All times are UTC, as on invoices. */
import { LAST_USE_EVERY_SECONDS } from '@gatewright/handlers/access/keys/last-use';
import type { ApiKey, LoggedChange } from '@gatewright/handlers/portal/answers';
import { parseInstant, printDay, printMoment } from '@gatewright/handlers/portal/print-moment';

/** Returns `26 Nov 2026`; the text itself if it is not a time. */
export function day(iso: string): string {
  return printDay(iso);
}

/** Returns `26 Nov 2026, 17:40 UTC`, as in the sentences that the functions of the portal write. */
export function time(iso: string): string {
  return printMoment(iso);
}

/** Returns `November 2026` for `2026-11`. */
export function monthName(month: string): string {
  return /^\d{4}-\d{2}$/.test(month)
    ? write(`${month}-01T00:00:00Z`, { month: 'long', year: 'numeric' })
    : month;
}

function write(iso: string, options: Intl.DateTimeFormatOptions): string {
  const at = parseInstant(iso);
  return at === undefined
    ? iso
    : new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at);
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** Returns `2 hours` or `1 day`. */
export function duration(seconds: number): string {
  const units: readonly (readonly [name: string, seconds: number])[] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const [name, length] = units.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1];
  const many = seconds / length;
  return `${many} ${name}${many === 1 ? '' : 's'}`;
}

/** Says how old the time of a key's last use may be; undefined if no such time is shown. The console says the same. */
export function aboutLastUse(keys: readonly Pick<ApiKey, 'lastUsedAt'>[]): string | undefined {
  return keys.some(({ lastUsedAt }) => lastUsedAt !== undefined)
    ? `The last use is recorded at most every ${LAST_USE_EVERY_SECONDS / 60} minutes, and not for requests that a cached result of the authorizer admits, so a key may have been used later.`
    : undefined;
}

export function startText(from: 'now' | 'next-month'): string {
  return from === 'now'
    ? 'A change comes into force at once.'
    : 'A change comes into force at the start of the next month (UTC).';
}

/** Returns the paragraphs of a text. They are separated by empty lines. */
export function paragraphsOf(text: string): readonly string[] {
  return text
    .split(/\r?\n[ \t]*\r?\n/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

const WORDS: Readonly<Record<LoggedChange, string>> = {
  invited: 'created an invitation',
  'made-sign-in-link': 'created a new sign-in link',
  'withdrew-invitation': 'withdrew an invitation',
  joined: 'joined',
  'renewed-sign-in': 'renewed a sign-in',
  'changed-role': 'changed a role',
  'removed-member': 'removed a member',
  'made-key': 'created a key',
  'renamed-key': 'renamed a key',
  'rotated-key': 'rotated a key',
  'revoked-key': 'revoked a key',
  'made-endpoint': 'created an endpoint',
  'renamed-endpoint': 'renamed an endpoint',
  'rotated-endpoint': 'rotated an endpoint',
  'revoked-endpoint': 'revoked an endpoint',
  'changed-plan': 'changed the plan',
  'changed-alerts': 'changed the alerts',
};

/** Describes an entry of the log in words, for example `created a new sign-in link`. */
export function logWords(what: string): string {
  return isLoggedChange(what) ? WORDS[what] : what.replaceAll('-', ' ');
}

function isLoggedChange(what: string): what is LoggedChange {
  return Object.hasOwn(WORDS, what);
}
