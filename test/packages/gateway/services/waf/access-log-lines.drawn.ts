/**
 * What a stage logs and what is exported can be read back. The oracle reads lines as a log tool does, by the grammars
 * of JSON (RFC 8259), XML 1.0, and quoted fields between separators; it never looks at how a value is escaped.
 */
import { compileAccessLogFormat } from '../../../../../packages/gateway/core/deployment/stage/access-log-format.ts';
import type { LogFacts } from '../../../../../packages/gateway/core/events/log-variables.ts';
import { toHar } from '../../../../../packages/gateway/console/records/har.ts';
import type { RequestDetail } from '../../../../../packages/gateway/console/records/model.ts';
import { SHOWING } from '../../../../../packages/gateway/console/records/redact.ts';
import { showBody } from '../../../../../packages/gateway/console/records/shown.ts';
import { readTraffic } from '../../../../../packages/gateway/services/waf/traffic/read-traffic.ts';
import { aRequest } from '../../core/events/a-request.ts';
import { pickFrom } from '../../../../support/pick.ts';
import type { Pick } from '../../../../support/pick.ts';
import { count } from '../../../../properties/promises.ts';
import type { DrawnPromise, Tally } from '../../../../properties/promises.ts';

const PIECES = [
  'a',
  ' ',
  ',',
  '"',
  '","',
  "'",
  '\\',
  '\\"',
  '\\u000a',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\u007f',
  '\u0085',
  '\u2028',
  '<',
  '</f><f>',
  '&',
  '&#10;',
  ']]>',
  '{',
  '}',
  ':',
  'é',
  'e\u0301',
  '\u{1f600}',
  '\ud83d',
  '$context.status',
  '-',
  '%0a',
];
const drawValue = (pick: Pick): string =>
  Array.from({ length: pick.upTo(5) }, () => pick.one(PIECES)).join('');

const FIELDS = ['$context.identity.userAgent', '$context.authorizer.x', '$context.error.message'] as const;
const FORMATS = {
  json: `{"id":"$context.requestId",${FIELDS.map((field, index) => `"f${index}":"${field}"`).join()}}`,
  list: `["$context.requestId",${FIELDS.map((field) => `"${field}"`).join()}]`,
  csv: `"$context.requestId",${FIELDS.map((field) => `"${field}"`).join()}`,
  clf: `"$context.requestId" ${FIELDS.map((field) => `"${field}"`).join(' ')}`,
  xml: `<r><f>$context.requestId</f>${FIELDS.map((field) => `<f>${field}</f>`).join('')}</r>`,
} as const;

const unescape = (text: string): string =>
  text.replace(/\\(?:u([0-9a-f]{4})|(.))/gs, (_all, hex: string | undefined, other: string) =>
    hex === undefined ? other : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** Fields in double quotes between separators, in which a backslash precedes what is not to end the field. */
function readQuoted(line: string, separator: string): readonly string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] !== '"') return undefined;
    const from = (at += 1);
    while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
    fields.push(unescape(line.slice(from, at)));
    at += 1;
    if (at === line.length) return fields;
    if (line[at] !== separator) return undefined;
    at += 1;
  }
}

function readXml(line: string): readonly string[] | undefined {
  const whole = /^<r>((?:<f>[^<>]*<\/f>)*)<\/r>$/.exec(line)?.[1];
  return whole === undefined
    ? undefined
    : [...whole.matchAll(/<f>([^<>]*)<\/f>/g)].map(([, text = '']) =>
        unescape(text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))),
      );
}

function readLine(kind: keyof typeof FORMATS, line: string): readonly unknown[] | undefined {
  if (kind === 'xml') return readXml(line);
  if (kind === 'csv' || kind === 'clf') return readQuoted(line, kind === 'csv' ? ',' : ' ');
  return Object.values(JSON.parse(line) as Record<string, unknown>);
}

function tryLine(pick: Pick, tally: Tally): string | undefined {
  const [agent, claim, message] = [drawValue(pick), drawValue(pick), drawValue(pick)];
  const kind = pick.one(Object.keys(FORMATS) as (keyof typeof FORMATS)[]);
  const caller = {
    kind: 'lambda',
    principalId: 'a',
    context: { x: claim },
    integrationLatencyMs: 1,
  } as const;
  const request = { ...aRequest({ rawHeaders: ['User-Agent', agent] }), caller };
  const failure = { message, responseType: undefined, validationErrorString: undefined };
  const absent = {
    authenticate: undefined,
    authorizer: undefined,
    authorize: undefined,
    integration: undefined,
    connection: undefined,
  };
  const facts: LogFacts = { request, status: 200, responseBytes: 1, latencyMs: 1, failure, ...absent };
  const line = compileAccessLogFormat(FORMATS[kind]).print(facts);
  count(tally, kind);
  const values = [agent, claim, message].map((value) => (value === '' ? '-' : value));
  if (values.some((value) => /[\n\u2028\u0085]/.test(value))) count(tally, 'a line break');
  if (Buffer.from(line).toString() !== line || /[\n\r\u0085\u2028\u2029]/.test(line))
    return `${kind} is not one line of UTF-8: ${JSON.stringify(line)}`;
  const read = readLine(kind, line);
  return JSON.stringify(read?.slice(1)) === JSON.stringify(values)
    ? undefined
    : JSON.stringify({ kind, values, line, read });
}

const BODIES = [
  '{"a":1}',
  '{ "a": 1 }',
  '{\n  "a": 1\n}',
  '{"a":1}     ',
  '[]',
  'a=b&c=%26',
  'text',
  'é',
  '\ufeff{"a":1}',
  '\u0001',
  '\0',
  'жж',
];
const TYPES = [
  'application/json',
  'text/plain; charset=gbk',
  'text/plain; charset=iso-8859-1',
  'application/x-www-form-urlencoded',
  'text/plain',
];

function tryArchive(pick: Pick, tally: Tally): string | undefined {
  const bytes = pick.chance(0.2)
    ? Buffer.from([0xa7, 0xd8, 0xa7, 0xd8].slice(0, 1 + pick.upTo(3)))
    : Buffer.from(pick.one(BODIES));
  const headers = ['Content-Type', pick.one(TYPES)];
  const target = `/a${pick.one(['', '/', '//', '/%2e', '/é'])}${pick.one(['', '?', '?q=1', '?q=a?b', '?q=%23&q='])}`;
  const detail = {
    kind: 'request',
    method: 'POST',
    target,
    url: `http://127.0.0.1:1${target}`,
    atEpochMs: 0,
    tookMs: 1,
    phases: [],
    status: 200,
    requestBytes: bytes.length,
    responseBytes: 0,
    reply: { headers: [], body: undefined },
    request: { headers: [['Content-Type', headers[1] ?? '']], body: showBody(bytes, headers, SHOWING) },
  } as unknown as RequestDetail;
  const [read] = readTraffic({ name: 'a.har', text: JSON.stringify(toHar([detail], '1')) });
  const isLost = read?.parts.missing?.has('body') === true;
  count(tally, isLost ? 'a body said to be lost' : 'a body read back');
  const query = target.split('?').slice(1).join('?');
  const isSame =
    `${read?.parts.path}` === target.split('?')[0] &&
    read?.parts.query === query &&
    (isLost || read.parts.body?.equals(bytes) === true);
  return isSame
    ? undefined
    : JSON.stringify({ target, type: headers[1], sent: bytes.toString('latin1'), read: read?.parts });
}

export const accessLogLines: DrawnPromise = {
  name: 'access-log-lines',
  says: 'what a stage logs and what is exported is read back exactly or said to be lost, and no value forges a line or field',
  few: 100,
  many: 100_000,
  meets: ['json', 'list', 'csv', 'clf', 'xml', 'a line break', 'a body said to be lost', 'a body read back'],
  check(seed, tally) {
    const pick = pickFrom(seed);
    return tryLine(pick, tally) ?? tryArchive(pick, tally);
  },
};
