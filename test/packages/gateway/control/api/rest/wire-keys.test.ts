import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  UpdateApiKeyCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
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

describe('API keys through the AWS SDK', () => {
  it('are created, shown, listed, changed and deleted in the forms that were recorded on AWS', async () => {
    const made = await control.sdk.send(
      new CreateApiKeyCommand({ name: 'crud', enabled: true, description: 'first' }),
    );
    const apiKey = made.id ?? '';
    const { $metadata, ...shown } = made;

    assert.equal($metadata.httpStatusCode, 201);
    assert.match(shown.value ?? '', /^[a-z0-9]{40}$/);
    assert.ok(shown.createdDate instanceof Date);
    assert.deepEqual([shown.name, shown.enabled, shown.stageKeys], ['crud', true, []]);
    const plain = await control.sdk.send(new GetApiKeyCommand({ apiKey }));
    assert.equal(plain.value, undefined);
    assert.deepEqual(plain.tags, {});
    const valued = await control.sdk.send(new GetApiKeyCommand({ apiKey, includeValue: true }));
    assert.equal(valued.value, made.value);
    const listed = await control.sdk.send(new GetApiKeysCommand({ nameQuery: 'cr', includeValues: true }));
    assert.deepEqual(
      listed.items?.map(({ id, value }) => [id, value]),
      [[apiKey, made.value]],
    );
    const changed = await control.sdk.send(
      new UpdateApiKeyCommand({
        apiKey,
        patchOperations: [
          { op: 'replace', path: '/enabled', value: 'false' },
          { op: 'replace', path: '/description', value: 'second' },
        ],
      }),
    );
    assert.deepEqual([changed.enabled, changed.description, changed.value], [false, 'second', undefined]);
    const gone = await control.sdk.send(new DeleteApiKeyCommand({ apiKey }));
    assert.equal(gone.$metadata.httpStatusCode, 202);
    assert.deepEqual(await refusalOf(control.sdk.send(new GetApiKeyCommand({ apiKey }))), {
      name: 'NotFoundException',
      message: 'Invalid API Key identifier specified',
    });
  });

  // obs: localstack, test_create_api_key_with_invalid_name, July 2025
  it('are shown without a name if it is empty', async () => {
    const { name, value = '' } = await control.sdk.send(new CreateApiKeyCommand({ name: '', value: '' }));

    assert.deepEqual([name, value.length], [undefined, 40]);
  });

  it('are paged by limit and position', async () => {
    for (let index = 0; index < 3; index += 1) await aKey();

    const seen: (string | undefined)[] = [];
    let position: string | undefined;
    do {
      const page = await control.sdk.send(new GetApiKeysCommand({ limit: 2, position }));
      seen.push(...(page.items ?? []).map(({ id }) => id));
      position = page.position;
    } while (position !== undefined);

    assert.deepEqual(
      seen,
      control.served.account.keys.all.map(({ id }) => id),
    );
  });

  // A script that deletes each page before it reads the next one left every second page.
  it('are all found by a caller who deletes each page', async () => {
    for (let index = 0; index < 5; index += 1) await aKey();

    let position: string | undefined;
    do {
      const page = await control.sdk.send(new GetApiKeysCommand({ limit: 2, position }));
      for (const { id: apiKey } of page.items ?? [])
        await control.sdk.send(new DeleteApiKeyCommand({ apiKey }));
      position = page.position;
    } while (position !== undefined);

    assert.deepEqual(control.served.account.keys.all, []);
  });

  it('are refused for a position that is not a token', async () => {
    assert.deepEqual(await refusalOf(control.sdk.send(new GetApiKeysCommand({ position: 'nonsense' }))), {
      name: 'BadRequestException',
      message: 'Invalid request input',
    });
  });

  const refused: { name: string; value: string; error: string; message: string }[] = [
    {
      name: 'too short a value',
      value: 'a'.repeat(19),
      error: 'BadRequestException',
      message: 'API Key value should be at least 20 characters',
    },
    {
      name: 'too long a value',
      value: 'a'.repeat(129),
      error: 'BadRequestException',
      message: 'API Key value exceeds maximum size of 128 characters',
    },
  ];
  for (const { name, value, error, message } of refused)
    it(`refuses ${name} with AWS's message (docs/aws §5.3 [obs])`, async () => {
      const refusal = await refusalOf(control.sdk.send(new CreateApiKeyCommand({ name: 'x', value })));

      assert.deepEqual(refusal, { name: error, message });
    });

  it('refuses a value that another key has', async () => {
    const { value } = await aKey();

    assert.deepEqual(await refusalOf(control.sdk.send(new CreateApiKeyCommand({ name: 'twin', value }))), {
      name: 'ConflictException',
      message: 'API Key already exists',
    });
  });

  it('refuses patches of what cannot be patched', async () => {
    const { id } = await aKey();
    const patch = (op: string, path: string): Promise<{ name: string; message: string }> =>
      refusalOf(
        control.sdk.send(
          new UpdateApiKeyCommand({ apiKey: id, patchOperations: [{ op: op as 'add', path, value: 'x' }] }),
        ),
      );

    // Source: LocalStack, snapshot of test_update_api_key_immutable_field
    for (const path of ['/value', '/id'])
      assert.deepEqual(await patch('replace', path), {
        name: 'BadRequestException',
        message: `Invalid patch path  '${path}' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]`,
      });
    assert.deepEqual(await patch('remove', '/name'), {
      name: 'BadRequestException',
      message: 'Invalid patch operation specified. Must be one of: [replace]',
    });
    assert.match(
      (await patch('wrong_op', '/name')).message,
      /Value 'wrong_op' at 'updateApiKeyInput\.patchOp/,
    );
  });
});

describe('usage plans through the AWS SDK', () => {
  it('are created, shown, listed and changed in the forms that were recorded on AWS', async () => {
    const id = await aPlan({ name: 'crud', throttle: { rateLimit: 2, burstLimit: 1 } });

    const patched = await control.sdk.send(
      new UpdateUsagePlanCommand({
        usagePlanId: id,
        patchOperations: [
          { op: 'replace', path: '/throttle/rateLimit', value: '200' },
          { op: 'replace', path: '/quota/limit', value: '10' },
          { op: 'replace', path: '/quota/period', value: 'WEEK' },
          { op: 'replace', path: `/apiStages/${API_ID}:dev/throttle/~1pets/GET/rateLimit`, value: '5' },
          { op: 'replace', path: `/apiStages/${API_ID}:dev/throttle/~1pets/GET/burstLimit`, value: '6' },
          { op: 'add', path: '/apiStages', value: `${API_ID}:prod` },
        ],
      }),
    );

    const { $metadata, ...shown } = patched;
    assert.equal($metadata.httpStatusCode, 200);
    assert.deepEqual(shown, {
      id,
      name: 'crud',
      apiStages: [
        { apiId: API_ID, stage: 'dev', throttle: { '/pets/GET': { rateLimit: 5, burstLimit: 6 } } },
        { apiId: API_ID, stage: 'prod' },
      ],
      throttle: { rateLimit: 200, burstLimit: 1 },
      quota: { limit: 10, offset: 0, period: 'WEEK' },
      tags: {},
    });
    const got = await control.sdk.send(new GetUsagePlanCommand({ usagePlanId: id }));
    assert.deepEqual(got.quota, shown.quota);
    const listed = await control.sdk.send(new GetUsagePlansCommand({}));
    assert.deepEqual(listed.items?.find((plan) => plan.id === id)?.tags, undefined);
  });

  // LocalStack's snapshot of test_get_usage_plan_api_keys, recorded 2025-09-26
  it('have no keys if they do not exist', async () => {
    const { items } = await control.sdk.send(new GetUsagePlanKeysCommand({ usagePlanId: 'bad-id' }));
    assert.deepEqual(items, []);
  });

  it('list their keys, and keys list their plans', async () => {
    const [plan, key] = [await aPlan(), await aKey()];
    await join(plan, key.id);

    const keys = await control.sdk.send(new GetUsagePlanKeysCommand({ usagePlanId: plan }));
    const plans = await control.sdk.send(new GetUsagePlansCommand({ keyId: key.id }));
    const one = await control.sdk.send(new GetUsagePlanKeyCommand({ usagePlanId: plan, keyId: key.id }));

    assert.deepEqual(
      keys.items?.map(({ id, type, value }) => [id, type, value]),
      [[key.id, 'API_KEY', key.value]],
    );
    assert.deepEqual(
      plans.items?.map(({ id }) => id),
      [plan],
    );
    assert.equal(one.value, key.value);
  });

  it('refuse an unknown stage, an unknown key, and a second plan for one stage', async () => {
    const [plan, other, key] = [await aPlan(), await aPlan(), await aKey()];
    await join(plan, key.id);

    assert.deepEqual(await refusalOf(aPlan({ apiStages: [{ apiId: API_ID, stage: 'gone' }] })), {
      name: 'NotFoundException',
      message: `API Stage not found: ${API_ID}:gone`,
    });
    assert.deepEqual(await refusalOf(join(plan, 'nobody')), {
      name: 'NotFoundException',
      message: 'Invalid API Key identifier specified',
    });
    assert.equal((await refusalOf(join(plan, key.id))).name, 'ConflictException');
    assert.match((await refusalOf(join(other, key.id))).message, /already in Usage Plan/);
  });

  it('change nothing when one operation of a patch is refused', async () => {
    const id = await aPlan({ name: 'before' });

    const refusal = await refusalOf(
      control.sdk.send(
        new UpdateUsagePlanCommand({
          usagePlanId: id,
          patchOperations: [
            { op: 'replace', path: '/name', value: 'after' },
            { op: 'replace', path: '/quota/period', value: 'YEAR' },
          ],
        }),
      ),
    );

    assert.match(refusal.message, /Must be one of \[DAY, WEEK, MONTH\]/);
    assert.equal(control.served.account.plans.get(id).name, 'before');
  });

  it('are deleted once no stage is in them', async () => {
    const usagePlanId = await aPlan();
    assert.equal(
      (await refusalOf(control.sdk.send(new DeleteUsagePlanCommand({ usagePlanId })))).name,
      'BadRequestException',
    );

    await control.sdk.send(
      new UpdateUsagePlanCommand({
        usagePlanId,
        patchOperations: [{ op: 'remove', path: '/apiStages', value: `${API_ID}:dev` }],
      }),
    );
    await control.sdk.send(new DeleteUsagePlanCommand({ usagePlanId }));

    assert.equal(control.served.account.plans.find(usagePlanId), undefined);
  });
});
