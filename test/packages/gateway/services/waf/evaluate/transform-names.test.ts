import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WAFV2_MODEL } from '../../../../../../packages/gateway/kernel/calls/models/wafv2.ts';
import { PRE_PARSE } from '../../../../../../packages/gateway/services/waf/evaluate/pre-parse.ts';
import { readSchemas } from '../../../../../../packages/gateway/engine/compose/checking/open-schemas.ts';
import {
  TRANSFORMATIONS,
  UNDESCRIBED,
} from '../../../../../../packages/gateway/services/waf/evaluate/transform.ts';

describe('the text transformations of AWS WAF', () => {
  it('are those that CloudFormation accepts', async () => {
    const { types } = await readSchemas();
    const accepted: string[] = [];
    JSON.parse(JSON.stringify(types['AWS::WAFv2::WebACL']), (_, value: unknown) => {
      if (Array.isArray(value) && value.includes('CMD_LINE_UNIX')) accepted.push(...(value as string[]));
      return value;
    });

    assert.deepEqual(
      [...Object.keys(TRANSFORMATIONS), ...Object.keys(UNDESCRIBED)].toSorted(),
      [...new Set(accepted)].toSorted(),
    );
  });

  for (const [shape, names] of [
    ['TextTransformationType', { ...TRANSFORMATIONS, ...UNDESCRIBED }],
    ['PreParseTextTransformationType', PRE_PARSE],
  ] as const)
    it(`are those that calls accept as ${shape}`, () => {
      const lines = WAFV2_MODEL.trim().split('\n');
      const line = lines.find((each) => each.startsWith(`{"shape":"${shape}",`)) ?? '{}';
      const { values = [] } = JSON.parse(line) as { readonly values?: readonly string[] };

      assert.deepEqual(Object.keys(names).toSorted(), values.toSorted());
    });
});
