import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

const limits = [{ id: 'daily', level: 'key', quota: 100, period: 'DAY' }];

describe('savePlan', () => {
  it('accepts only the version after the newest, and names both', async () => {
    const ports = memoryAdminPorts(new Map());
    const save = (version: number) =>
      savePlan(ports, requested(`v${version}`), 'gold', { id: 'gold', version, limits });
    await save(1);
    await save(2);

    await assert.rejects(save(5), {
      code: 'EDIT_CONFLICT',
      message: 'version 2 is the newest, so the next is 3, but the request has 5',
    });
    await save(3);
  });
});
