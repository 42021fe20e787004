import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeSampling,
  diffDetails,
  printStory,
  rowsToLines,
} from '../../../../../packages/gatewright/command/local/recorded.ts';
import type { RecordState, RequestDetail, RequestRow } from '../../../../../packages/gateway/engine/index.ts';

/** Only the members that a story uses. */
function aDetail(sentences: readonly string[], changes: readonly string[]): RequestDetail {
  const story = { headline: 'GET /a was answered with 502', sentences, changes };
  return { id: 'abc', atEpochMs: 0, tookMs: 1, story, phases: [] } as unknown as RequestDetail;
}

it('a story names the newer request to Gatewright’s own stack that `last` passed over', () => {
  const passedOver = { id: 'f00', method: 'POST', target: '/hooks/orders', status: 401 } as RequestRow;
  assert.equal(
    printStory({ ...aDetail(['It was.'], []), passedOver }, false).at(-1),
    "A newer request went to Gatewright's own stack: POST /hooks/orders got 401 (gatewright explain f00).",
  );
});

describe('requests that a list omits', () => {
  const state: RecordState = {
    isRecording: true,
    kept: 2,
    taken: 2,
    limit: 10,
    bytes: 100,
    counted: 2,
    notKept: 0,
    sampled: undefined,
  };
  const sampled = { keptOneOf: 12, perSecond: 11_900, text: '1 of 12 recorded at 11,900/s' };

  it('are reported while sampling is on, and afterwards', () => {
    assert.equal(describeSampling(state), undefined);
    assert.equal(
      describeSampling({ ...state, notKept: 1_234, sampled }),
      'Ordinary successful requests: 1 of 12 recorded at 11,900/s; refusals, errors, slow requests and messages are all recorded; ' +
        '`gatewright start --record-all` records all.',
    );
    assert.match(
      describeSampling({ ...state, notKept: 1_234 }) ?? '',
      /^1,234 .* counted, but not recorded;/,
    );
  });
});

describe('the story of a request', () => {
  it('shows messages of several lines as lines, and escapes control characters', () => {
    const detail = aDetail(
      ['The function failed: no such table\n\tat orders.js:3\r\n\u001b[2Jend\n'],
      ['Create the table:\nnpm run tables'],
    );

    assert.deepEqual(printStory(detail, false).slice(3), [
      'The function failed: no such table',
      '    at orders.js:3',
      '  \\u001b[2Jend',
      '',
      'To change the outcome',
      '  Create the table:',
      '    npm run tables',
    ]);
  });
});

describe('a row of a request', () => {
  const row = {
    id: '0123456789abcdef',
    atEpochMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    status: 403,
    tookMs: 1.25,
    method: 'GET',
    target: '/orders',
    phase: 'authorize',
    notes: ['2 of 3'],
    caller: undefined,
    code: undefined,
  } as unknown as RequestRow;

  it('has the beginning of its id, by which other commands find it, and its phase unless a code says more', () => {
    assert.deepEqual(rowsToLines([row, { ...row, code: 'ACCESS_DENIED', caller: 'alice' }]), [
      '01234567  03:04:05.006  403  1.3 ms  GET  /orders  authorize, 2 of 3  -',
      '01234567  03:04:05.006  403  1.3 ms  GET  /orders  2 of 3             alice',
    ]);
  });
});

describe('the difference of two replies', () => {
  type Reply = {
    readonly status?: number;
    readonly caller?: string;
    readonly body?: string | undefined;
    readonly headers?: readonly (readonly [string, string])[];
  };
  const answered = ({ status = 200, caller, body, headers = [] }: Reply): RequestDetail =>
    ({
      status,
      caller,
      phase: 'integrate',
      routeKey: 'GET /a',
      reply: { headers, body: body === undefined ? undefined : { text: body } },
    }) as unknown as RequestDetail;
  const lines = (count: number, middle: string): string =>
    [...Array.from({ length: count }, (_, at) => `first ${at}`), middle, 'before the last', 'last'].join(
      '\n',
    );

  const rows: readonly {
    readonly name: string;
    readonly one: Reply;
    readonly other: Reply;
    readonly expected: readonly string[];
  }[] = [
    {
      name: 'is none between equal ones, whatever each has of its own',
      one: {
        body: 'a',
        headers: [
          ['Date', 'Mon'],
          ['x-amzn-RequestId', '1'],
          ['Via', 'a'],
        ],
      },
      other: {
        body: 'a',
        headers: [
          ['date', 'Tue'],
          ['x-amzn-RequestId', '2'],
          ['via', 'a'],
        ],
      },
      expected: ['The replies are the same.'],
    },
    {
      name: 'is what the first had and what the second has',
      one: { status: 403, headers: [['Content-Type', 'text/plain']] },
      other: { status: 200, caller: 'alice', headers: [['Cache-Control', 'no-store']] },
      expected: [
        '- status: 403',
        '+ status: 200',
        '- caller: anonymous',
        '+ caller: alice',
        '- content-type: text/plain',
        '+ content-type: none',
        '- cache-control: none',
        '+ cache-control: no-store',
      ],
    },
    {
      name: 'is in each value of a repeated header',
      one: {
        headers: [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ],
      },
      other: {
        headers: [
          ['Set-Cookie', 'a=9'],
          ['Set-Cookie', 'b=2'],
        ],
      },
      expected: ['- set-cookie: a=1, b=2', '+ set-cookie: a=9, b=2'],
    },
    {
      name: 'is of a body the lines between equal beginnings and ends',
      one: { body: lines(3, 'one') },
      other: { body: lines(3, 'two\nthree') },
      expected: ['  body', '- one', '+ two', '+ three'],
    },
    {
      name: 'is all of a body that only one of them has',
      one: { body: 'gone' },
      other: {},
      expected: ['  body', '- gone', '+ '],
    },
    {
      name: 'escapes what would control the terminal',
      one: {},
      other: { body: '\u001b[2J' },
      expected: ['  body', '- ', '+ \\u001b[2J'],
    },
  ];
  for (const { name, one, other, expected } of rows)
    it(name, () => assert.deepEqual(diffDetails(answered(one), answered(other)), expected));
});
