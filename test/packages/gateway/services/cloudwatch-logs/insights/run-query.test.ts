import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MalformedQuery } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/query-text.ts';
import { readQuery } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/read-query.ts';
import { eventRow } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/row.ts';
import { QueryRun } from '../../../../../../packages/gateway/services/cloudwatch-logs/insights/run-query.ts';

const START_MS = Date.parse('2026-11-23T10:00:00Z');
const LINES: readonly string[] = [
  '{"level":"info","ms":10,"user":{"name":"ann"},"ok":true}',
  '{"level":"error","ms":250,"user":{"name":"bob"},"tags":["a","b"]}',
  '2026-11-23T10:02:00.000Z\t11111111-2222-3333-4444-555555555555\tINFO\t{"level":"info","ms":30}',
  'user=cid, method:GET, latency := 12',
  '{"level":"warn","ms":"40","with-hyphen":1,"a.b":"dot"}',
];

/** One event a minute; results without pointers. */
function ask(query: string, lines = LINES, limit = 10_000): readonly Readonly<Record<string, string>>[] {
  const run = new QueryRun(readQuery(query));
  for (const [number, message] of lines.entries()) {
    const epochMs = START_MS + number * 60_000;
    const event = { number, group: 'g', stream: 's', epochMs, ingestedMs: epochMs, message };
    run.add(eventRow(event, '123456789012'));
  }
  return run
    .finish(limit)
    .map((row) =>
      Object.fromEntries(
        row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value]),
      ),
    );
}

/** CloudWatch Logs user guide: the page of each command, and "Supported operations and functions". */
const CASES: readonly (readonly [name: string, query: string, expected: readonly object[]])[] = [
  ['fields: several commands add up', 'fields level | fields ms | limit 1', [{ level: 'warn', ms: '40' }]],
  [
    'the latest events come first',
    'fields @timestamp | limit 2',
    [{ '@timestamp': '2026-11-23 10:04:00.000' }, { '@timestamp': '2026-11-23 10:03:00.000' }],
  ],
  ['display shows these alone', 'fields level, ms | display ms | filter level = "error"', [{ ms: '250' }]],
  [
    'fields: an expression with a name',
    'filter ms = 10 | fields ms * 2 + 1 as twice, strlen(level) as n',
    [{ twice: '21', n: '4' }],
  ],
  [
    'JSON in JSON has names with dots',
    'filter user.name = "bob" | fields user.name, tags.0',
    [{ 'user.name': 'bob', 'tags.0': 'a' }],
  ],
  [
    'JSON behind what Lambda writes',
    'filter ispresent(@requestId) | fields level, @requestId',
    [{ level: 'info', '@requestId': '11111111-2222-3333-4444-555555555555' }],
  ],
  ['truth is 1', 'filter ok = 1 | fields ok', [{ ok: '1' }]],
  [
    'other names stand in backticks',
    'filter `with-hyphen` = 1 | fields `with-hyphen`, a.b',
    [{ 'with-hyphen': '1', 'a.b': 'dot' }],
  ],
  ['numbers in texts compare as numbers', 'filter ms > 30 and ms <= 40 | fields ms', [{ ms: '40' }]],
  [
    '!=',
    'filter level != "info" and ispresent(level) | sort level | fields level',
    [{ level: 'error' }, { level: 'warn' }],
  ],
  [
    'and binds before or',
    'filter level = "warn" or level = "info" and ms = 10 | sort ms | fields ms',
    [{ ms: '10' }, { ms: '40' }],
  ],
  [
    'not',
    'filter not (level = "info" or level = "error") and ispresent(level) | fields level',
    [{ level: 'warn' }],
  ],
  [
    'in',
    'filter level in ["warn", "error"] | sort level | fields level',
    [{ level: 'error' }, { level: 'warn' }],
  ],
  [
    'not in',
    'filter level not in ["warn", "error"] and ispresent(level) | sort ms | fields ms',
    [{ ms: '10' }, { ms: '30' }],
  ],
  ['like with a text', 'filter @message like "method:" | fields @message', [{ '@message': LINES[3] }]],
  ['like with a regex', 'filter @message like /(?i)METHOD:[A-Z]+/ | stats count() as n', [{ n: '1' }]],
  ['=~', 'filter level =~ /^w/ | fields level', [{ level: 'warn' }]],
  ['not like', 'filter level not like /r/ and ispresent(level) | stats count(*)', [{ 'count(*)': '2' }]],
  [
    'parse: glob',
    'parse @message "user=*, method:*, latency := *" as who, how, ms2 | filter ispresent(who) | display who, how, ms2',
    [{ who: 'cid', how: 'GET', ms2: '12' }],
  ],
  [
    'parse: regex',
    'parse @message /method:(?<how>\\w+)/ | filter ispresent(how) | display how',
    [{ how: 'GET' }],
  ],
  [
    'parse: @message by default',
    'parse "user=*," as who | filter ispresent(who) | display who',
    [{ who: 'cid' }],
  ],
  [
    'stats: all functions',
    'stats count(*) as n, sum(ms) as s, avg(ms) as a, min(ms) as l, max(ms) as m, pct(ms, 50) as p',
    [{ n: '5', s: '330', a: '82.5', l: '10', m: '250', p: '30' }],
  ],
  ['stats: count of a field', 'stats count(ms)', [{ 'count(ms)': '4' }]],
  [
    'stats: by a field',
    'filter ispresent(level) | stats count(*) as n by level | sort n desc, level',
    [
      { level: 'info', n: '2' },
      { level: 'error', n: '1' },
      { level: 'warn', n: '1' },
    ],
  ],
  [
    'stats: by bin',
    'stats count(*) as n by bin(2m) as t | sort t',
    [
      { t: '2026-11-23 10:00:00.000', n: '2' },
      { t: '2026-11-23 10:02:00.000', n: '2' },
      { t: '2026-11-23 10:04:00.000', n: '1' },
    ],
  ],
  [
    'stats: sorted by a column without a name',
    'filter ispresent(level) | stats count(*) by level | sort count(*) desc | limit 1',
    [{ level: 'info', 'count(*)': '2' }],
  ],
  ['stats: nothing is counted as 0', 'filter ms > 9999 | stats count(*) as n, avg(ms) as a', [{ n: '0' }]],
  [
    'stats of stats',
    'filter ispresent(level) | stats count(*) as n by level | stats max(n) as most',
    [{ most: '2' }],
  ],
  [
    'sort: texts before numbers, ascending',
    'filter ispresent(level) | fields coalesce(user.name, ms) as k | sort k asc | display k',
    [{ k: 'ann' }, { k: 'bob' }, { k: '30' }, { k: '40' }],
  ],
  ['comments', '# all\nfields level # one\n| filter ms = 10', [{ level: 'info' }]],
  ['times count in milliseconds', 'filter ms = 10 | stats max(@timestamp) as t', [{ t: String(START_MS) }]],
];

const REFUSED: readonly (readonly [query: string, why: RegExp])[] = [
  ['', /a command is expected/],
  ['dedup level', /the command dedup is not supported.*at line 1 and position 1$/],
  ['fields @message\n| pattern @message', /the command pattern is not supported.*at line 2 and position 3$/],
  ['filter x like /(?=a)/', /not a valid RE2 regular expression/],
  ['filter x like /open', /not closed/],
  ['filter like', /expected/],
  ['fields jsonParse(x)', /the function jsonParse is not supported/],
  ['stats median(x)', /the function median is not supported/],
  ['stats count(*) by bin(1mo)', /mo is not supported/],
  ['stats pct(x, 101)', /percentile from 0 to 100/],
  ['limit 0', /from 1 to 10000/],
  ['limit 10001', /from 1 to 10000/],
  [
    'parse @message "a * b *" as x',
    /the number of names \(1\) differs from the number of \* in the pattern \(2\)/,
  ],
  ['parse @message /a(b)/', /named groups/],
  ['fields a b', /"\|" or the end is expected/],
  [`fields ${'('.repeat(60)}a`, /levels of parentheses/],
  [`fields a${' '.repeat(10_000)}`, /longer than 10000/],
];

describe('a query of Logs Insights', () => {
  for (const [name, query, expected] of CASES)
    it(`${name}: ${query.replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(ask(query), expected);
    });

  for (const [query, why] of REFUSED)
    it(`is refused: ${query.slice(0, 50).replaceAll('\n', ' ')}`, () => {
      assert.throws(
        () => readQuery(query),
        (error) => error instanceof MalformedQuery && why.test(error.message),
      );
    });

  it('shows time and message by itself, and a pointer of each event', () => {
    const run = new QueryRun(readQuery('filter @message = "x"'));
    run.add(
      eventRow(
        { number: 7, group: 'g', stream: 's', epochMs: START_MS, ingestedMs: START_MS, message: 'x' },
        '1',
      ),
    );

    assert.deepEqual(
      run.finish(1).map((row) => row.map(({ field }) => field)),
      [['@timestamp', '@message', '@ptr']],
    );
  });

  it('has the limit of the call if it has none itself', () => {
    assert.equal(ask('fields level', LINES, 2).length, 2);
    assert.equal(ask('fields level | limit 3', LINES, 2).length, 3);
  });

  it('never fails in another way, whatever the text', () => {
    const piece = fc.constantFrom(
      'fields',
      'filter',
      'stats',
      'sort',
      'limit',
      'parse',
      'a',
      '@message',
      'count(',
      'bin(5m)',
      '(',
      ')',
      '[',
      ']',
      ',',
      '|',
      '=',
      'like',
      '/a/',
      '"x"',
      '1',
      'by',
      'as',
      'not',
      'in',
      'or',
      '-',
      '*',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          ask(pieces.join(' '));
        } catch (error) {
          assert.ok(error instanceof MalformedQuery);
        }
      }),
    );
  });
});
