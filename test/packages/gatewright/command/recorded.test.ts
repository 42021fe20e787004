import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeSampling, printStory } from '../../../../packages/gatewright/command/recorded.ts';
import type { RecordState, RequestDetail } from '../../../../packages/engine/index.ts';

/** Only the members that a story uses. */
function aDetail(sentences: readonly string[], changes: readonly string[]): RequestDetail {
  const story = { headline: 'GET /a was answered with 502', sentences, changes };
  return { id: 'abc', atEpochMs: 0, tookMs: 1, story, phases: [] } as unknown as RequestDetail;
}

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
  const sampled = { keptOneOf: 12, perSecond: 11_900, text: '1 of 12 kept at 11,900/s' };

  it('are reported while sampling is on, and afterwards', () => {
    assert.equal(describeSampling(state), undefined);
    assert.equal(
      describeSampling({ ...state, notKept: 1_234, sampled }),
      'Of ordinary successes 1 of 12 kept at 11,900/s; refusals, errors, slow requests and messages are all kept; ' +
        '`gatewright start --record-all` keeps all.',
    );
    assert.match(describeSampling({ ...state, notKept: 1_234 }) ?? '', /^1,234 .* counted, not kept;/);
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
