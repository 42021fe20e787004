import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tellStory } from '../../cli/recorded.ts';
import type { RequestDetail } from '@gatewright/gateway';

/** As far as a story is told of it. */
function aDetail(sentences: readonly string[], changes: readonly string[]): RequestDetail {
  const story = { headline: 'GET /a was answered with 502', sentences, changes };
  return { id: 'abc', atEpochMs: 0, tookMs: 1, story, phases: [] } as unknown as RequestDetail;
}

describe('the story of a request', () => {
  it('shows messages of several lines as lines, and lets none of them command the terminal', () => {
    const detail = aDetail(
      ['The function failed: no such table\n\tat orders.js:3\r\n\u001b[2Jend\n'],
      ['Create the table:\nnpm run tables'],
    );

    assert.deepEqual(tellStory(detail, false).slice(3), [
      'The function failed: no such table',
      '    at orders.js:3',
      '  \\u001b[2Jend',
      '',
      'For another outcome',
      '  Create the table:',
      '    npm run tables',
    ]);
  });
});
