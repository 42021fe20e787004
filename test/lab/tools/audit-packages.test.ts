import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAudit } from '../../../lab/tools/audit-packages.ts';

describe('readAudit', () => {
  // What npm 11 prints.
  for (const { what, text, audit } of [
    {
      what: 'nothing known',
      text: '{"auditReportVersion":2,"vulnerabilities":{}}',
      audit: { kind: 'clean' },
    },
    {
      what: 'a known vulnerability',
      text: '{"vulnerabilities":{"x":{"name":"x","severity":"high"}}}',
      audit: { kind: 'vulnerable', packages: ['x (high)'] },
    },
    {
      what: 'a registry that takes no such question',
      text: '{"message":"405 Method Not Allowed - POST https://registry.example.com/advisories"}',
      audit: {
        kind: 'not-audited',
        reason: '405 Method Not Allowed - POST https://registry.example.com/advisories',
      },
    },
    {
      what: 'no network',
      text: '{"error":{"code":"ENOTFOUND","summary":"request failed"}}',
      audit: { kind: 'not-audited', reason: 'request failed' },
    },
    {
      what: 'text that is not JSON',
      text: 'spawnSync npm ETIMEDOUT',
      audit: { kind: 'not-audited', reason: 'spawnSync npm ETIMEDOUT' },
    },
  ])
    it(`reads ${what}`, () => {
      assert.deepEqual(readAudit(text), audit);
    });
});
