import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { printBadge } from '../../../../packages/conformance/report/badge.ts';
import { printPage } from '../../../../packages/conformance/report/page.ts';
import { printJson, printTable } from '../../../../packages/conformance/report/table.ts';
import type { CaseResult } from '../../../../packages/conformance/report/score.ts';

const result = (id: string, rest: Partial<CaseResult> = {}): CaseResult => ({
  parityCase: {
    id,
    source: { kind: 'documented', page: 'p', says: '<b>' },
    area: 'control-apis',
    api: 'rest',
    setup: { calls: [] },
    request: { mode: 'control', call: 'GetAccount', input: {} },
    expect: { status: 200, body: {} },
  },
  ...rest,
});
const RESULTS = [
  result('a'),
  result('b', { difference: 'status: <script>' }),
  result('c', { notAsked: 'needs a clock' }),
];
const FACTS = { target: 'moto', version: '5.2.5', day: '2026-11-23' };

describe('printPage', () => {
  const page = printPage(RESULTS, FACTS);

  it('allows its own style and script by hash, and no network', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    for (const tag of ['style', 'script']) {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
      const hash = createHash('sha256').update(text).digest('base64');
      assert.ok(policy.includes(`${tag}-src 'sha256-${hash}'`), tag);
    }
    assert.match(policy, /^default-src 'none'/);
    assert.doesNotMatch(page, /https?:|<link|src=|style="|onclick/);
  });

  it('escapes what was answered, and has each case with its outcome', () => {
    assert.match(page, /status: &lt;script&gt;/);
    for (const outcome of ['passes', 'differs', 'not run'])
      assert.match(page, new RegExp(`data-kind="documented" data-outcome="${outcome}"`));
    assert.match(page, /<strong>1 of 2<\/strong> cases that were run pass; 1 were not run/);
  });
});

describe('other reports', () => {
  it('are a badge with the score', () => {
    assert.match(printBadge(RESULTS), /aria-label="API Gateway: 1 of 2"/);
  });

  it('are a table with each difference and each reason', () => {
    const table = printTable(RESULTS, FACTS);
    assert.match(table, /FAILED control-apis b\n {2}status: <script>\n {2}documented: AWS: p/);
    assert.match(table, /1 not run: needs a clock/);
    assert.match(table, /moto 5\.2\.5, 2026-11-23: 1 of 2 cases pass; 1 not run$/);
  });

  it('are JSON with the outcome of each case', () => {
    const { passed, failed, notAsked, cases } = JSON.parse(printJson(RESULTS, FACTS)) as {
      passed: number;
      failed: number;
      notAsked: number;
      cases: { outcome: string }[];
    };
    assert.deepEqual([passed, failed, notAsked], [1, 1, 1]);
    assert.deepEqual(
      cases.map(({ outcome }) => outcome),
      ['holds', 'differs', 'not asked'],
    );
  });
});
