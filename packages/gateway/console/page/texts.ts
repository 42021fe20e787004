export function ms(value: number | undefined): string {
  if (value === undefined) return '–';
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function span(value: number): string {
  const seconds = Math.max(0, Math.round(value / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 ** 2 ? `${(value / 1024).toFixed(1)} KB` : `${(value / 1024 ** 2).toFixed(1)} MB`;
}

let offsetMinutes: ((epochMs: number) => number) | undefined;

/** Sets the time zone of all times on this page. Times that are already drawn change when they are drawn again. */
export function showTimesIn(zone: 'utc' | 'local'): void {
  offsetMinutes = zone === 'utc' ? undefined : (epochMs) => -new Date(epochMs).getTimezoneOffset();
}

/** Returns the time zone that was chosen in this browser (kept-state.ts). */
export function keptZone(store: Pick<Storage, 'getItem'>): 'utc' | 'local' {
  return store.getItem('gatewright-times') === 'local' ? 'local' : 'utc';
}

/** Returns `2026-11-23T17:40:00.000Z`, or the local time in the same form. */
function isoOf(epochMs: number): string {
  return new Date(epochMs + (offsetMinutes?.(epochMs) ?? 0) * 60_000).toISOString();
}

export function clockTime(epochMs: number): string {
  return isoOf(epochMs).slice(11, 23);
}

/** Returns `17:40:00`, or `11-23 17:40` if it is on another day than the newest row of its list. */
export function rowTime(epochMs: number, newestEpochMs: number): string {
  const [text, newest] = [isoOf(epochMs), isoOf(newestEpochMs)];
  return text.slice(0, 10) === newest.slice(0, 10) ? text.slice(11, 19) : text.slice(5, 16).replace('T', ' ');
}

export function dateTime(epochMs: number): string {
  return isoOf(epochMs).replace('T', ' ').slice(0, 19);
}

/**
 * Returns the message for an item that the address names but this gateway does not have; undefined if the address names
 * none, or the gateway has it.
 */
export function describeMissing(kind: string, item: string | undefined, isHere: boolean): string | undefined {
  return isHere || item === undefined ? undefined : `This gateway has no ${kind} ${item}.`;
}

/** Returns the label of a tick on the time axis, precise enough to distinguish the ticks. */
export function axisTime(epochSeconds: number, stepSeconds: number): string {
  const text = isoOf(epochSeconds * 1000);
  if (stepSeconds >= 86_400) return text.slice(5, 10);
  return stepSeconds >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}

type StatusKind = 'ok' | 'client' | 'server' | 'plain';

/**
 * Returns the kind that determines the color. The number is shown as well. A number with four digits is a WebSocket
 * close code.
 */
export function statusKind(status: number): StatusKind {
  if (status >= 1000) return kindOfCloseCode(status);
  if (status >= 500 && status < 600) return 'server';
  return status >= 400 && status < 500 ? 'client' : 'ok';
}

/** @see RFC 6455, section 7.4.1, and the registry of close codes at IANA */
const CLOSE_CODES: ReadonlyMap<number, readonly [kind: StatusKind, meaning: string]> = new Map([
  [1000, ['ok', 'normal closure']],
  [1001, ['ok', 'going away']],
  [1002, ['client', 'protocol error']],
  [1003, ['client', 'unsupported data']],
  [1005, ['plain', 'closed without a code']],
  [1006, ['server', 'connection lost without a closing handshake']],
  [1007, ['client', 'text that is not UTF-8']],
  [1008, ['client', 'policy violation']],
  [1009, ['client', 'message too big']],
  [1010, ['client', 'extension missing']],
  [1011, ['server', 'internal error']],
  [1012, ['server', 'service restart']],
  [1013, ['server', 'try again later']],
  [1014, ['server', 'bad gateway']],
  [1015, ['server', 'TLS handshake failed']],
]);

function kindOfCloseCode(code: number): StatusKind {
  // Codes from 3000 on belong to libraries and applications.
  return CLOSE_CODES.get(code)?.[0] ?? 'plain';
}

/** Returns what a close code means; undefined for other numbers. */
export function closeMeaning(code: number): string | undefined {
  if (code >= 4000 && code < 5000) return 'code of the application';
  return code >= 3000 && code < 4000 ? 'code of a library' : CLOSE_CODES.get(code)?.[1];
}

/** Matches characters beyond ASCII that stay percent-encoded, such as characters that control text direction. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/u;

/**
 * Returns a path and its query in readable form: `%C3%A9` is shown as `é`, and `%20` as a space. Other ASCII characters
 * stay encoded: `%2F`, for example, does not separate segments.
 */
export function readableTarget(target: string): string {
  return target.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) =>
    encoded.replaceAll(/(?:%20)+|(?:%[89a-f][0-9a-f])+/gi, (part) => {
      try {
        const text = decodeURIComponent(part);
        return HIDDEN.test(text) ? part : text;
      } catch {
        return part;
      }
    }),
  );
}
