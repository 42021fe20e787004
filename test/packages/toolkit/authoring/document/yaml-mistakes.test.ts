import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printProblem } from '@gatewright/authoring/document/read-document';
import { readDocument } from '@gatewright/authoring/document/read-access-document';

describe('a document that is not YAML', () => {
  it('is one problem, with the line and a mark, however many errors follow from it', () => {
    const rest = Array.from({ length: 50 }, (_, index) => `  - { id: r${index}, effect: allow }`).join('\n');
    const reading = readDocument(
      `version: 1\nissuers: [ { id: local, type: local }\nrules:\n${rest}\n`,
      'access/a.yml',
    );
    assert.ok(reading.kind === 'invalid');
    assert.equal(reading.problems.length, 1);
    const [first] = reading.problems;
    assert.ok(first);
    assert.match(printProblem(first), /^access\/a\.yml:3:1: .*\n {2}rules:\n {2}\^$/);
  });

  it('shows a part of a very long line, with the mark in its place', () => {
    const reading = readDocument(`a: ${'x'.repeat(500)}: y: z`, 'a.yml');
    assert.ok(reading.kind === 'invalid');
    const [line = '', mark = ''] = reading.problems[0]?.excerpt ?? [];
    assert.ok(line.length <= 100 && mark.length <= 100);
    assert.equal(mark.trim(), '^');
  });
});
