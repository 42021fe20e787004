import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  ASSUMPTIONS,
  readAssumption,
  USUAL_ASSUMPTIONS,
} from '../../packages/core/deployment/assumptions.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { CHOICES } from './choices.ts';
import { linkSections, printReport } from './report.ts';

describe('choices where AWS is not documented', () => {
  it('are each held by a test that is there', () => {
    assert.deepEqual(
      CHOICES.filter(({ test }) => !existsSync(join(REPOSITORY, test))).map(({ question }) => question),
      [],
    );
  });

  it('are listed once, in the order of their sections', () => {
    const questions = CHOICES.map(({ question }) => question);
    const sections = CHOICES.map(({ section }) => Number.parseFloat(section.slice(1)));

    assert.equal(new Set(questions).size, questions.length);
    assert.deepEqual(
      sections,
      sections.toSorted((a, b) => a - b),
    );
  });

  it('name each assumption that can be made, by values that it takes', () => {
    const named = CHOICES.flatMap((choice) => [
      ...(choice.switch ?? '').matchAll(/--assume ([\w-]+)=([\w/-]+)/g),
    ]).map(([, name, value]) => `${name}=${value}`);

    assert.deepEqual(
      named.map((text) => readAssumption(text, USUAL_ASSUMPTIONS) !== undefined),
      named.map(() => true),
    );
    assert.deepEqual(named.map((text) => text.split('=')[0]).sort(), Object.keys(ASSUMPTIONS).sort());
  });

  it('are rows of docs/parity.md, with the way to have it otherwise', () => {
    const report = printReport([], {});

    for (const { section, question } of CHOICES)
      assert.ok(report.includes(`| ${linkSections(section)} | ${question.replaceAll('|', '\\|')} |`));
    assert.match(report, /`--account-throttle on`/);
  });
});
