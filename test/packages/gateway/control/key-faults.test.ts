import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi } from '../../../support/an-api.ts';
import { aKey, aPlan, aPlanKey, API_ID, KEY_VALUE, meteredApi } from '../../../support/metered-apis.ts';
import { ok } from '../../../support/rest-apis.ts';
import type { TestResource } from '../../../support/a-stack.ts';

const OTHER_VALUE = 'another-key-0123456789';

/** Why the stage does not take the key, of an API whose plan is for `dev`. */
function faultOf(value: string, stage: string, more: Record<string, TestResource> = {}) {
  const { api } = anApi(meteredApi({}, more), { list: ok });
  return api.served.stages.get('dev')?.keys.findKeyFault?.(API_ID, stage, value);
}

describe('a key that a stage does not take', () => {
  it('is unknown if no key has its value', () => {
    assert.deepEqual(faultOf('a-value-that-no-key-has', 'dev'), { kind: 'unknown' });
  });

  it('may be disabled, which is reported with its id', () => {
    const fault = faultOf(OTHER_VALUE, 'dev', {
      Other: aKey({ Value: OTHER_VALUE, Name: 'b', Enabled: false }),
    });

    assert.deepEqual([fault?.kind, fault !== undefined && 'keyId' in fault], ['disabled', true]);
  });

  it('may be in no plan', () => {
    const fault = faultOf(OTHER_VALUE, 'dev', { Other: aKey({ Value: OTHER_VALUE, Name: 'b' }) });

    assert.equal(fault?.kind, 'no-plan');
  });

  it('may be for other stages, which are named', () => {
    assert.partialDeepStrictEqual(faultOf(KEY_VALUE, 'prod'), {
      kind: 'other-stages',
      opens: [`${API_ID}/dev`],
    });
  });

  it('is for no stage if its plan has no stages', () => {
    const fault = faultOf(OTHER_VALUE, 'dev', {
      Other: aKey({ Value: OTHER_VALUE, Name: 'b' }),
      Empty: aPlan({ UsagePlanName: 'empty', ApiStages: [] }),
      Joined: aPlanKey('Empty', 'Other'),
    });

    assert.partialDeepStrictEqual(fault, { kind: 'other-stages', opens: [] });
  });
});
