import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeysCommand,
  GetUsageCommand,
  UpdateApiKeyCommand,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { API_ID, describeReply } from '../../../../../support/metered-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aRestControl(restApi({ ApiKeyRequired: true }), { list: ok });
});
after(() => control.close());

let count = 0;
async function aKey(): Promise<{ id: string; value: string }> {
  count += 1;
  const { id = '', value = '' } = await control.sdk.send(
    new CreateApiKeyCommand({ name: `key ${count}`, enabled: true, value: `value-of-a-test-key-${count}` }),
  );
  return { id, value };
}

const onDev = [{ apiId: API_ID, stage: 'dev' }];

async function aPlan(settings: Partial<CreateUsagePlanCommand['input']> = {}): Promise<string> {
  const { id = '' } = await control.sdk.send(
    new CreateUsagePlanCommand({ name: 'plan', apiStages: onDev, ...settings }),
  );
  return id;
}

function join(usagePlanId: string, keyId: string): Promise<unknown> {
  return control.sdk.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
}

async function ask(value: string): Promise<number> {
  return (await control.send({ target: '/dev/pets', headers: ['x-api-key', value] })).status;
}

describe('usage through the AWS SDK', () => {
  it('counts to the quota, is extended, and counts on: key, plan, Limit Exceeded, extension', async () => {
    const [plan, key] = [await aPlan({ quota: { limit: 2, period: 'DAY' } }), await aKey()];
    assert.equal(await ask(key.value), 403);
    await join(plan, key.id);

    assert.deepEqual([await ask(key.value), await ask(key.value)], [200, 200]);
    assert.deepEqual(
      describeReply(await control.send({ target: '/dev/pets', headers: ['x-api-key', key.value] })),
      { status: 429, body: '{"message":"Limit Exceeded"}', errorType: 'LimitExceededException' },
    );
    const today = new Date(control.ports.clock.nowEpochMs()).toISOString().slice(0, 10);
    const range = { usagePlanId: plan, startDate: today, endDate: today };
    const used = await control.sdk.send(new GetUsageCommand(range));
    assert.deepEqual(used.items, { [key.id]: [[2, 0]] });
    const extended = await control.sdk.send(
      new UpdateUsageCommand({
        usagePlanId: plan,
        keyId: key.id,
        patchOperations: [{ op: 'replace', path: '/remaining', value: '1' }],
      }),
    );
    assert.deepEqual(extended.items, { [key.id]: [[2, 1]] });
    assert.deepEqual([await ask(key.value), await ask(key.value)], [200, 429]);

    control.ports.clock.advance(86_400_000);
    assert.deepEqual([await ask(key.value), await ask(key.value), await ask(key.value)], [200, 200, 429]);
  });

  // boto/boto3#2504, with the explanation of the service team: no path can be added
  it('says that nothing can be added, and which path can be replaced', async () => {
    const [plan, key] = [await aPlan({ quota: { limit: 2, period: 'DAY' } }), await aKey()];
    await join(plan, key.id);

    for (const [op, path, listed] of [
      ['add', '/extension', ''],
      ['add', '/remaining', ''],
      ['replace', '/extension', '/remaining'],
    ] as const)
      await assert.rejects(
        control.sdk.send(
          new UpdateUsageCommand({
            usagePlanId: plan,
            keyId: key.id,
            patchOperations: [{ op, path, value: '1' }],
          }),
        ),
        {
          name: 'BadRequestException',
          message: `Invalid patch path  '${path}' specified for op '${op}'. Must be one of: [${listed}]`,
        },
      );
  });

  it('rejects a key as soon as it is disabled, removed from its plan, or deleted', async () => {
    const plan = await aPlan();
    const [disabled, out, deleted] = [await aKey(), await aKey(), await aKey()];
    for (const key of [disabled, out, deleted]) await join(plan, key.id);
    const patchOperations = [{ op: 'replace', path: '/enabled', value: 'false' } as const];

    await control.sdk.send(new UpdateApiKeyCommand({ apiKey: disabled.id, patchOperations }));
    await control.sdk.send(new DeleteUsagePlanKeyCommand({ usagePlanId: plan, keyId: out.id }));
    await control.sdk.send(new DeleteApiKeyCommand({ apiKey: deleted.id }));

    assert.deepEqual(
      [await ask(disabled.value), await ask(out.value), await ask(deleted.value)],
      [403, 403, 403],
    );
  });

  it('has no days of the time to come', async () => {
    const usagePlanId = await aPlan();
    const { id } = await aKey();
    await join(usagePlanId, id);

    const input = { usagePlanId, startDate: '2099-01-01', endDate: '2099-01-02' };
    const { items } = await control.sdk.send(new GetUsageCommand(input));

    assert.deepEqual(items?.[id], []);
  });

  it('refuses invalid dates and reversed ranges', async () => {
    const usagePlanId = await aPlan();
    const ask = (startDate: string, endDate: string): Promise<{ name: string; message: string }> =>
      refusalOf(control.sdk.send(new GetUsageCommand({ usagePlanId, startDate, endDate })));

    assert.equal((await ask('2026-02-30', '2026-03-01')).name, 'BadRequestException');
    assert.equal((await ask('2026-03-02', '2026-03-01')).name, 'BadRequestException');
    assert.equal((await ask('2026-01-01', '2026-06-01')).name, 'BadRequestException');
  });
});

describe('the REST control plane', () => {
  it('allows an identity what its policies allow, and no more', async () => {
    const refusal = await refusalOf(control.reader.send(new GetApiKeysCommand({})));

    assert.equal(refusal.name, 'AccessDeniedException');
    assert.match(refusal.message, /not authorized to perform: apigateway:GET/);
  });
});
