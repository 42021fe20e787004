import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FORMAT, openAttached, openJournal } from '../../../../../packages/toolkit/operate/attach/journal.ts';
import type { Undo } from '../../../../../packages/toolkit/operate/attach/journal.ts';
import { UsageError } from '../../../../../packages/base/terminal/output.ts';

const UNDO: Undo = {
  format: FORMAT,
  id: 'x',
  apiId: 'abcdefghij',
  kind: 'rest',
  stage: '$default',
  region: 'us-east-1',
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:guard',
  steps: [
    {
      name: 'stage',
      does: 'points the stage at the deployment',
      part: 'stage',
      isLive: true,
      before: { deploymentId: 'old' },
      after: { deploymentId: 'new' },
      apply: { service: 'apigateway', method: 'PATCH', path: '/restapis/abcdefghij/stages/%24default' },
      revert: { service: 'apigateway', method: 'PATCH', path: '/restapis/abcdefghij/stages/%24default' },
    },
  ],
};

function inFolder(test: (root: string) => void): () => void {
  return () => {
    const root = mkdtempSync(join(tmpdir(), 'gatewright-journal-'));
    try {
      test(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  };
}

describe('the undo file', () => {
  it(
    'is read as it was written, without calls',
    inFolder((root) => {
      const journal = openJournal(root, 'abcdefghij', '$default');
      journal.saveUndo(UNDO);

      const { part, before, after } = UNDO.steps[0] ?? assert.fail();
      const read = openAttached(root, 'abcdefghij', '$default').undo();
      assert.deepEqual(read, { ...UNDO, steps: [{ part, before, after }] });
    }),
  );

  const EDITS = [
    { what: 'the part', from: '"stage",', to: '"other",' },
    { what: 'what was there before', from: '"old"', to: '"older"' },
    { what: 'its sum', from: /"sum": "\w{8}/, to: '"sum": "00000000' },
  ];
  for (const { what, from, to } of EDITS)
    it(
      `is not taken if ${what} was edited`,
      inFolder((root) => {
        const journal = openJournal(root, 'abcdefghij', '$default');
        journal.saveUndo(UNDO);
        const file = join(journal.folder, 'undo.json');
        const text = readFileSync(file, 'utf8');
        writeFileSync(file, text.replace(from, to));
        assert.notEqual(readFileSync(file, 'utf8'), text);

        assert.throws(() => journal.undo(), /undo\.json was edited after gatewright attach wrote it/);
      }),
    );

  it(
    'is not read or written if a repository contains a link in its place',
    inFolder((root) => {
      const outside = join(root, 'outside');
      writeFileSync(outside, 'mine');
      const journal = openJournal(join(root, 'state'), 'abcdefghij', '$default');
      mkdirSync(journal.folder, { recursive: true });
      symlinkSync(outside, join(journal.folder, 'journal.jsonl'));
      symlinkSync(outside, join(journal.folder, 'undo.json'));

      const line = { at: '2026-11-21T00:00:00.000Z', step: 'stage', what: 'begin' } as const;
      assert.throws(() => journal.note(line), /journal\.jsonl is a symbolic link/);
      assert.throws(() => journal.undo(), /undo\.json is a symbolic link/);
      assert.equal(readFileSync(outside, 'utf8'), 'mine');
    }),
  );

  it(
    'is not taken in a folder that is a link',
    inFolder((root) => {
      const kept = openJournal(join(root, 'elsewhere'), 'abcdefghij', '$default');
      kept.saveUndo(UNDO);
      mkdirSync(join(root, 'state'));
      const name = 'abcdefghij-%24default';
      symlinkSync(join(root, 'elsewhere', name), join(root, 'state', name));

      const journal = openJournal(join(root, 'state'), 'abcdefghij', '$default');
      assert.throws(() => journal.undo(), /abcdefghij-%24default is a symbolic link/);
    }),
  );

  for (const [what, text] of [
    ['is torn', '{"format":1,"st'],
    ['is of another form', '{"format":0,"steps":[]}'],
    ['is not JSON', 'hello'],
  ] as const)
    it(
      `is not taken if it ${what}`,
      inFolder((root) => {
        const journal = openJournal(root, 'abcdefghij', 'prod');
        mkdirSync(journal.folder, { recursive: true });
        writeFileSync(join(journal.folder, 'undo.json'), text);

        assert.throws(() => journal.undo(), UsageError);
      }),
    );

  it(
    'of another API or of another stage is not taken',
    inFolder((root) => {
      const journal = openJournal(root, 'abcdefghij', '$default');
      journal.saveUndo(UNDO);
      for (const [apiId, stage] of [
        ['zzzzzzzzzz', '$default'],
        ['abcdefghij', 'prod'],
      ] as const) {
        const other = openJournal(root, apiId, stage);
        mkdirSync(other.folder, { recursive: true });
        cpSync(join(journal.folder, 'undo.json'), join(other.folder, 'undo.json'));

        assert.throws(() => other.undo(), /undo\.json belongs to API abcdefghij, stage \$default/);
      }
    }),
  );
});
