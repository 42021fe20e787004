import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { continueTrace } from '../../../../../packages/gateway/core/events/trace-header.ts';
import { CountingRandom } from '../../../../support/virtual-ports.ts';

const NOW_MS = 0x6b_00_0b_51 * 1000;
const ROOT = '1-3152b799-8954dae64eda91bc9a23a7e8';

describe('continueTrace', () => {
  it('starts a trace with the time in its root', () => {
    assert.match(
      continueTrace(undefined, NOW_MS, new CountingRandom()),
      /^Root=1-6b000b51-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    );
  });

  const rows: { name: string; incoming: string; pattern: RegExp; source: string }[] = [
    {
      name: 'keeps a lone root and adds a parent',
      incoming: `Root=${ROOT}`,
      pattern: new RegExp(`^Root=${ROOT};Parent=[0-9a-f]{16};Sampled=0$`),
      source: 'parity trace-id-root-only',
    },
    {
      name: 'passes on a complete header as it was sent',
      incoming: `Root=${ROOT};Parent=7fa8c0f79203be72;Sampled=1`,
      pattern: new RegExp(`^Root=${ROOT};Parent=7fa8c0f79203be72;Sampled=1$`),
      source: 'docs/aws §10.3',
    },
    {
      name: 'passes it on in any order and with what load balancers add',
      incoming: `Self=1-67891234-12456789abcdef012345678;Sampled=0;Parent=7fa8c0f79203be72;Root=${ROOT}`,
      pattern: new RegExp(`^Self=1-67891234-[0-9a-f]+;Sampled=0;Parent=7fa8c0f79203be72;Root=${ROOT}$`),
      source: 'docs/aws §10.3',
    },
    {
      name: 'passes on a lineage of two functions',
      incoming: `Root=${ROOT};Parent=7fa8c0f79203be72;Sampled=1;Lineage=1:0a1b2c3d:1|1:4e5f6a7b:0`,
      pattern: new RegExp(`^Root=${ROOT};Parent=7fa8c0f79203be72;Sampled=1;Lineage=.*4e5f6a7b:0$`),
      source: 'docs/aws §10.3',
    },
    {
      name: 'keeps the sampling decision if the parent is invalid',
      incoming: `Root=${ROOT};Parent=zz;Sampled=1`,
      pattern: new RegExp(`^Root=${ROOT};Parent=[0-9a-f]{16};Sampled=1$`),
      source: 'docs/aws §10.3',
    },
    {
      name: 'replaces a header that is too long for a function',
      incoming: `Root=${ROOT};Parent=7fa8c0f79203be72;Sampled=1;Lineage=${'a'.repeat(300)}`,
      pattern: new RegExp(`^Root=${ROOT};Parent=(?!7fa8c0f79203be72)[0-9a-f]{16};Sampled=1$`),
      source: 'docs/aws §10.3',
    },
    {
      name: 'starts a new trace if the header makes no sense',
      incoming: 'Root=1-zz;Sampled=9',
      pattern: /^Root=1-6b000b51-/,
      source: 'docs/aws §10.3',
    },
  ];
  for (const { name, incoming, pattern, source } of rows)
    it(name, () => {
      assert.match(continueTrace(incoming, NOW_MS, new CountingRandom()), pattern, source);
    });
});
