import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openIdentities } from '../../../../../../packages/gateway/engine/compose/services/rights.ts';
import type { GatewayOptions } from '../../../../../../packages/gateway/engine/gateway.ts';
import type { Role } from '../../../../../../packages/gateway/core/policy/role.ts';
import { MemoryLog, VirtualClock } from '../../../../../support/virtual-ports.ts';

describe('openIdentities', () => {
  it('finds the admin and the functions, and reports once in the log which right a role lacks', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-rights-'));
    const log = new MemoryLog();
    const adminKey = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
    const options = { adminKey, accountId: '123456789012', directory, log } as unknown as GatewayOptions;
    const role: Role = {
      arn: 'arn:aws:iam::123456789012:role/shop',
      name: 'shop',
      id: 'AROA00000000000SHOP01',
      policies: [],
      boundary: undefined,
      tags: new Map(),
      place: { file: 'template.yml', line: 7 },
    };

    const { identities, functionIdentities } = await openIdentities(options, new VirtualClock());
    rmSync(directory, { recursive: true });
    functionIdentities.replace(
      [{ name: 'shop', arn: 'arn:aws:lambda:eu-west-1:123456789012:function:shop' }],
      {
        byArn: new Map(),
        ofFunctions: new Map([['shop', role]]),
      },
    );
    const [caller] = functionIdentities.all;
    const question = { action: 's3:GetObject', resource: 'arn:aws:s3:::photos/a', conditions: new Map() };
    for (const decision of ['implicit-deny', 'implicit-deny'] as const)
      caller?.role?.onDenied(question, decision);

    assert.equal(identities.find(adminKey.accessKeyId)?.name, 'admin');
    assert.equal(identities.find(caller?.accessKeyId ?? '')?.name, 'shop');
    assert.equal(log.lines.length, 1);
    assert.match(
      log.lines[0] ?? '',
      /^shop is not allowed to perform s3:GetObject on arn:aws:s3:::photos\/a: role shop \(template\.yml:7\)/,
    );
  });
});
