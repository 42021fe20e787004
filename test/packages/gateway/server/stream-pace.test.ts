import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pauseAfter } from '../../../../packages/gateway/server/stream-reply.ts';

describe('pauseAfter', () => {
  const MB = 1024 * 1024;
  const rows = [
    { name: 'sends the first 10 MB at once', sent: 10 * MB, part: MB, ms: 0 },
    { name: 'counts only what is beyond them', sent: 10.5 * MB, part: MB, ms: 250 },
    { name: 'sends 2 MB in a second after them', sent: 20 * MB, part: 2 * MB, ms: 1000 },
  ];
  for (const { name, sent, part, ms } of rows)
    it(`${name} (developer guide, "Stream the integration response")`, () => {
      assert.equal(pauseAfter(sent, part), ms);
    });
});
