import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { printJunit } from '../../../../packages/conformance/report/junit.ts';
import type { CaseResult } from '../../../../packages/conformance/report/score.ts';

const result = (id: string, difference?: string): CaseResult => ({
  parityCase: {
    id,
    source: { kind: 'documented', page: 'p', says: 'a "b" & <c>' },
    area: 'control-apis',
    api: 'rest',
    setup: { calls: [] },
    request: { mode: 'control', call: 'GetAccount', input: {} },
    expect: { status: 200, body: {} },
  },
  difference,
});

describe('printJunit', () => {
  it('counts failures apart from known ones, and escapes what AWS answered', () => {
    const xml = printJunit([result('a'), result('b', 'got "<x>" & \u0001'), result('c', 'differs')], {
      c: 'no such feature',
    });

    assert.match(xml, /<testsuite name="control-apis" tests="3" failures="1" skipped="1">/);
    assert.match(xml, /<testcase name="a" classname="control plane, documented"\/>/);
    assert.match(xml, /<failure message="got &quot;&lt;x&gt;&quot; &amp; \?">/);
    assert.match(xml, /source: AWS: p, “a &quot;b&quot; &amp; &lt;c&gt;”<\/failure>/);
    assert.match(xml, /<skipped message="no such feature"\/>/);
  });
});
