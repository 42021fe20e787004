import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findLine } from '../../../../../packages/toolkit/operate/explain/find-line.ts';
import type { LineQuery } from '../../../../../packages/toolkit/operate/explain/find-line.ts';
import { anAccount } from '../../../../support/an-aws-account.ts';

const GROUP = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/shop:*';
const NOW = Date.parse('2026-01-02T00:00:00Z');
const options: LineQuery = { line: undefined, file: undefined, requestId: undefined, sinceMs: 86_400_000 };

describe('the line of a request', () => {
  it('is searched for in the log group of the stage, over pages that are empty', async () => {
    const asked: unknown[] = [];
    await using account = await anAccount({
      'logs FilterLogEvents'(input) {
        asked.push(input);
        return input['nextToken'] === undefined
          ? { body: { events: [], nextToken: 'more' } }
          : { body: { events: [{ message: '{"id":"a-1"}' }] } };
      },
    });

    const line = await findLine(account.aws, GROUP, { ...options, requestId: 'a-1' }, NOW);

    assert.equal(line, '{"id":"a-1"}');
    const input = { logGroupName: '/aws/shop', startTime: NOW - 86_400_000, filterPattern: '"a-1"' };
    assert.deepEqual(asked, [input, { ...input, nextToken: 'more' }]);
  });

  it('is reported as missing, or as refused with the right that is needed', async () => {
    await using account = await anAccount({ 'logs FilterLogEvents': { body: { events: [] } } });
    const asked = { ...options, requestId: 'a-1' };
    await assert.rejects(
      findLine(account.aws, GROUP, asked, NOW),
      /contains no log line of request a-1 since 2026-01-01/,
    );
    await assert.rejects(findLine(account.aws, undefined, asked, NOW), /a log group that can be searched/);
    await assert.rejects(findLine(account.aws, GROUP, options, NOW), /pass the id of a request/);

    await using closed = await anAccount({});
    await assert.rejects(
      findLine(closed.aws, GROUP, asked, NOW),
      /AccessDenied.*Allow logs:FilterLogEvents, or pass/,
    );
  });

  it('is not called missing if there are more pages than are searched', async () => {
    await using account = await anAccount({
      'logs FilterLogEvents': { body: { events: [], nextToken: 'more' } },
    });

    await assert.rejects(
      findLine(account.aws, GROUP, { ...options, requestId: 'a-1' }, NOW),
      /the first 40 pages of \/aws\/shop since 2026-01-01.* later pages were not searched/,
    );
  });

  it("may be pasted or read from a file: the last one, or the request's", async () => {
    await using account = await anAccount({});
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-lines-'));
    const file = join(folder, 'access.log');
    writeFileSync(file, 'a-1 403\na-2 200\n\n');
    try {
      const read = (more: Partial<LineQuery>) =>
        findLine(account.aws, undefined, { ...options, ...more }, NOW);
      assert.equal(await read({ line: 'pasted' }), 'pasted');
      assert.equal(await read({ file }), 'a-2 200');
      assert.equal(await read({ file, requestId: 'a-1' }), 'a-1 403');
      await assert.rejects(read({ file, requestId: 'a-3' }), /contains no log line of request a-3/);
      await assert.rejects(read({ file: join(folder, 'none') }), /cannot be read/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
