import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
});
