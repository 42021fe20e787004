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
const VARIABLE = /\$context\.(authorizer\.[\w:.-]*\w|\w+(?:\.\w+)*)/;
/** The value of this variable includes its own quotes. All other values are within the quotes of the format. */
const QUOTED = 'error.messageString';
const MISSING = '-';

export function compileAccessLogFormat(source: string): AccessLogFormat {
  // The result alternates between texts and names.
  const [start = '', ...rest] = source.split(VARIABLE);
  const escape = escapeFor(source);
  const parts: { read: ReturnType<typeof logReader>; escape: (value: string) => string; after: string }[] =
    [];
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const name = rest[index] ?? '';
    const after = rest[index + 1] ?? '';
    parts.push({ read: logReader(name), escape: name === QUOTED ? escapeControls : escape, after });
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

/**
 * Escapes values so that a user agent or path cannot forge a field or a line. In JSON and XML a value cannot leave its
 * quotes, and line breaks are escaped in every format.
 */
function escapeFor(source: string): (value: string) => string {
  const text = source.trimStart();
  if (text.startsWith('{') || text.startsWith('[')) return (value) => JSON.stringify(value).slice(1, -1);
  if (text.startsWith('<')) return (value) => escapeControls(value.replace(/[<>&"']/g, toEntity));
  return escapeControls;
}

function escapeControls(value: string): string {
  return HAS_CONTROL.test(value) ? value.replace(CONTROLS, toEscape) : value;
}

/* oxlint-disable no-control-regex -- these are the characters that must not reach a log line */
const HAS_CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
const CONTROLS = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/g;
/* oxlint-enable no-control-regex */

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function toEntity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
