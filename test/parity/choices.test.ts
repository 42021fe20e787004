import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  ASSUMPTIONS,
  readAssumption,
  DEFAULT_ASSUMPTIONS,
} from '../../packages/gateway/core/deployment/assumptions.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { CHOICES } from './choices.ts';
import { linkSections, printChoices, printReport } from './report.ts';

describe('choices if AWS is not documented', () => {
  it('are each covered by an existing test', () => {
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
      named.map((text) => readAssumption(text, DEFAULT_ASSUMPTIONS) !== undefined),
      named.map(() => true),
    );
    assert.deepEqual(named.map((text) => text.split('=')[0]).sort(), Object.keys(ASSUMPTIONS).sort());
  });

  it('are in docs/parity.md if something changes them, or if they are less than AWS does', () => {
    const report = printReport([], {});
    const isShown = (text: string) => report.includes(text);

    for (const { section, question, evidence, switch: otherwise } of CHOICES)
      assert.equal(
        isShown(`- ${linkSections(section)} ${question}: `),
        otherwise !== undefined || evidence === 'partly',
        question,
      );
    assert.match(report, /Change: `--account-throttle on`\./);
  });

  it('are all printed with their tests', () => {
    const printed = printChoices();

    for (const { question, test } of CHOICES) {
      assert.ok(printed.includes(question));
      assert.ok(printed.includes(`test: ${test}`));
    }
  });
});
