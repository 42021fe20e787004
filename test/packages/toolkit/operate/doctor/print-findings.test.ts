import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Finding } from '../../../../../packages/toolkit/operate/doctor/finding.ts';
import { printReport } from '../../../../../packages/toolkit/operate/doctor/print-findings.ts';

const FINDING: Finding = {
  id: 'name-taken',
  level: 'obstacle',
  what: 'table \u001b[2J exists',
  why: 'w',
  where: 'T',
  fix: 'f',
};

describe('printReport', () => {
  it('says for each finding what it is, why it matters, whether it is an obstacle, and how to solve it', () => {
    const report = {
      stage: 'prod',
      stack: 'menu-prod',
      account: '123456789012',
      region: 'us-east-1',
      findings: [FINDING],
      unread: [
        { what: 'a', reason: 'AccessDenied: no', permission: 'sqs:GetQueueUrl' },
        { what: 'b', reason: 'AccessDenied: no', permission: 'sqs:GetQueueUrl' },
        { what: 'c', reason: 'nothing came' },
      ],
    };

    assert.deepEqual(printReport(report).map(stripVTControlCharacters), [
      'obstacle: table \\u001b[2J exists [name-taken]',
      '  why    w',
      '  where  T',
      '  fix    f',
      '',
      'not checked: a, and 1 more: AccessDenied: no',
      '  fix    grant sqs:GetQueueUrl to the user or role of your credentials',
      '',
      'not checked: c: nothing came',
      '  fix    try again',
      '',
      'stack menu-prod, account 123456789012, us-east-1: 1 obstacle, 0 warnings, 3 not checked',
    ]);
  });
});
