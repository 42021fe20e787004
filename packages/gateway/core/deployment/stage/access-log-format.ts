/** Compiles an access log format once (docs/aws §10.3). CLF, CSV, JSON and XML are all text with variables. */
import { logReader } from '../../events/log-variables.ts';
import type { LogFacts } from '../../events/log-variables.ts';

export type AccessLogFormat = {
  readonly source: string;
  /** Returns the log line without a line break. Unknown or missing values are shown as `-`. */
  print(facts: LogFacts): string;
};

/**
 * Matches a variable. Its name ends with a letter or digit, so that `$context.status.` and `$context.requestId-` work.
 * Claims may contain `:` and `-`.
 */
const VARIABLE =
  /\$context\.(authorizer\.[\w:.-]*\w|(?:request|response)Override\.header\.[\w-]*\w|\w+(?:\.\w+)*)/;
/**
 * The name of a variable whose value includes its own quotes. The values of all other variables are within the quotes
 * of the format.
 */
const QUOTED = 'error.messageString';
const MISSING = '-';

export function compileAccessLogFormat(source: string): AccessLogFormat {
  // The result alternates between literal text and names of variables.
  const [start = '', ...rest] = source.split(VARIABLE);
  const kind = kindOf(source);
  const parts: { read: ReturnType<typeof logReader>; escape: (value: string) => string; after: string }[] =
    [];
  let isQuoted = endsInQuotes(start, false);
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const name = rest[index] ?? '';
    const after = rest[index + 1] ?? '';
    parts.push({
      read: logReader(name),
      escape: name === QUOTED ? escapeQuoted[kind] : escapeFor(kind, isQuoted),
      after,
    });
    isQuoted = endsInQuotes(after, isQuoted);
  }
  return {
    source,
    print(facts) {
      let line = start;
      for (const { read, escape: escapeValue, after } of parts) {
        const value = read?.(facts);
        line += (value === undefined || value === '' ? MISSING : escapeValue(value)) + after;
      }
      return line;
    },
  };
}

type Kind = 'json' | 'xml' | 'plain';

function kindOf(source: string): Kind {
  const text = source.trimStart();
  if (text.startsWith('{') || text.startsWith('[')) return 'json';
  return text.startsWith('<') ? 'xml' : 'plain';
}

/** Returns whether a value that follows this text of the format is between double quotes. */
function endsInQuotes(text: string, isQuoted: boolean): boolean {
  const quotes = text.replace(/\\./g, '').split('"').length - 1;
  return quotes % 2 === 0 ? isQuoted : !isQuoted;
}

/**
 * Escapes values so that a user agent or path cannot forge a field or a line. The original value can be restored. A
 * value between quotes cannot end the quoted text. Control characters, line breaks and backslashes are escaped in every
 * format. In CLF and CSV a value without quotes may contain the separator, as on AWS; therefore the format should quote
 * values that a client chooses.
 */
function escapeFor(kind: Kind, isQuoted: boolean): (value: string) => string {
  if (kind === 'xml')
    return (value) => escapeControls(escapeBackslashes(value)).replace(/[<>&"']/g, toEntity);
  if (kind === 'plain')
    return isQuoted
      ? (value) => escapeControls(escapeBackslashes(value).replaceAll('"', '\\"'))
      : (value) => escapeControls(escapeBackslashes(value));
  if (isQuoted) return (value) => printJson(value).slice(1, -1);
  // A value that is not between quotes is printed unchanged only if it is a single JSON number or word. Anything else
  // could end the member that contains it.
  return (value) => (JSON_SCALAR.test(value) ? value : printJson(value));
}

/** Escapes the value of `$context.error.messageString`, which is JSON already and includes its quotes. */
const escapeQuoted: Readonly<Record<Kind, (value: string) => string>> = {
  json: escapeControls,
  plain: escapeControls,
  xml: (value) => escapeControls(value).replace(/[<>&"']/g, toEntity),
};

const JSON_SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null)$/;

/** Formats a value as JSON, and escapes the line separators that `JSON.stringify` leaves unchanged. */
function printJson(value: string): string {
  return escapeControls(JSON.stringify(value));
}

function escapeBackslashes(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

function escapeControls(value: string): string {
  return HAS_CONTROL.test(value) ? value.replace(CONTROLS, toEscape) : value;
}

/* oxlint-disable no-control-regex -- these are the characters that must not reach a log line */
/** Matches control characters, line separators and unpaired surrogates, for which UTF-8 has no bytes. */
const HAS_CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cs}]/u;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cs}]/gu;
/* oxlint-enable no-control-regex */

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function toEntity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
