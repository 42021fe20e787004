import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLogConfig } from '../../../shared/config/log-config.ts';

const SALT = 'sixteen and more';

describe('readLogConfig', () => {
  for (const [name, set, principal] of [
    ['names no caller where nothing is set', {}, { as: 'nothing' }],
    ['names no caller where that is asked for', { GATEWRIGHT_LOG_PRINCIPAL: 'nothing' }, { as: 'nothing' }],
    ['names callers as they are', { GATEWRIGHT_LOG_PRINCIPAL: 'plain' }, { as: 'plain' }],
    ['hashes callers with a salt', { GATEWRIGHT_LOG_SALT: SALT }, { as: 'hash', salt: SALT }],
    [
      'hashes callers where that is asked for',
      { GATEWRIGHT_LOG_PRINCIPAL: 'hash', GATEWRIGHT_LOG_SALT: SALT },
      { as: 'hash', salt: SALT },
    ],
  ] as const)
    it(name, () => {
      assert.deepEqual(readLogConfig(set), { stage: 'unknown', principal });
    });

  for (const [name, set, variable] of [
    ['hashes without a salt', { GATEWRIGHT_LOG_PRINCIPAL: 'hash' }, 'GATEWRIGHT_LOG_SALT'],
    ['has a salt of fifteen characters', { GATEWRIGHT_LOG_SALT: SALT.slice(1) }, 'GATEWRIGHT_LOG_SALT'],
    ['has an unknown way to name callers', { GATEWRIGHT_LOG_PRINCIPAL: 'md5' }, 'GATEWRIGHT_LOG_PRINCIPAL'],
  ] as const)
    it(`is refused where it ${name}`, () => {
      assert.throws(() => readLogConfig(set), {
        code: 'CONFIG_INVALID',
        message: new RegExp(`^${variable} must`),
      });
    });

  it('has the stage', () => {
    assert.equal(readLogConfig({ GATEWRIGHT_STAGE: 'prod' }).stage, 'prod');
  });
});
