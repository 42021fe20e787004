import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, listRuns, STATE_FOLDER } from '../../../../packages/conformance/account/journal.ts';

const API = { service: 'apigateway', call: 'DeleteRestApi', input: { restApiId: 'a1' } } as const;

describe('Journal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-journal-'));
  it('reads what is left of a run that was killed while it wrote', (t) => {
    t.after(() => rmSync(folder, { recursive: true }));
    assert.deepEqual(listRuns(folder), []);
    const journal = new Journal(folder, 'abc');
    const other = { ...API, input: { restApiId: 'b2' } };
    journal.write({ made: API });
    journal.write({ made: other });
    journal.write({ removed: API });
    journal.write({ removed: API });
    journal.write({ result: { id: 'x', difference: 'status' } });
    appendFileSync(join(folder, STATE_FOLDER, 'abc.jsonl'), '{"made":{"ser');

    const { made, removed, left, results } = new Journal(folder, 'abc').read();

    assert.deepEqual({ made, removed, left }, { made: 2, removed: 1, left: [other] });
    assert.equal(results.get('x')?.difference, 'status');
    assert.deepEqual(listRuns(folder), ['abc']);
  });
});
