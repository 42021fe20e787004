import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMap, ARN_OF, at } from './a-map.ts';
import type { CloudMap } from './a-map.ts';

async function three(): Promise<CloudMap> {
  const map = await aMap();
  await map.register('a', at(1, { stage: 'beta' }));
  await map.register('b', at(2, { stage: 'beta' }));
  await map.register('c', at(3));
  return map;
}

const [A, B, C] = [1, 2, 3].map((port) => `http://127.0.0.1:${port}`);

async function fail(map: CloudMap, times: number, query = ''): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    const chosen = await map.choose(query);
    if (chosen?.kind === 'instance') chosen.ended(false);
  }
}

describe('the instance of a call by an integration', () => {
  it('is each of the healthy ones in turn', async () => {
    const map = await three();

    assert.deepEqual(await map.origins(6), [A, B, C, A, B, C]);
    await map.ask('UpdateInstanceCustomHealthStatus', {
      ServiceId: map.serviceId,
      InstanceId: 'b',
      Status: 'UNHEALTHY',
    });
    assert.deepEqual(await map.origins(4), [A, C, A, C]);
  });

  it('has the attributes of the query, and takes turns among those', async () => {
    const map = await three();

    const seen = [];
    for (let round = 0; round < 3; round += 1)
      seen.push(...(await map.origins(1, '?stage=beta')), ...(await map.origins(1)));

    assert.deepEqual(seen, [A, B, A, C, B, A]);
  });

  it('is not an instance that could not be reached three times in a row, for 30 s', async () => {
    const map = await three();
    await fail(map, 3);
    await fail(map, 6);

    await map.ask('DeregisterInstance', { ServiceId: map.serviceId, InstanceId: 'c' });
    await map.register('c', at(3));
    assert.deepEqual(await map.origins(2), [C, C], 'a new registration begins anew');

    map.clock.advance(29_999);
    assert.deepEqual(await map.origins(1), [C]);
    map.clock.advance(1);
    assert.deepEqual(new Set(await map.origins(3)), new Set([A, B, C]));
  });

  it('counts only consecutive failures', async () => {
    const map = await aMap();
    await map.register('a', at(1));
    await map.register('b', at(2));
    for (let round = 0; round < 6; round += 1) {
      const chosen = await map.choose();
      if (chosen?.kind === 'instance') chosen.ended(round >= 4);
    }
    await fail(map, 4);

    assert.deepEqual(new Set(await map.origins(2)), new Set([A, B]));
  });

  it('is left out again at its first failure after the 30 s', async () => {
    const map = await three();
    await fail(map, 3, '?stage=beta');
    await fail(map, 3, '?stage=beta');
    map.clock.advance(30_000);
    await fail(map, 2, '?stage=beta');

    assert.deepEqual(await map.origins(2), [C, C]);
  });

  it('is one of the excluded ones if no other is healthy: a backend that is back is found at once', async () => {
    const map = await three();
    await fail(map, 9);

    assert.deepEqual(new Set(await map.origins(3)), new Set([A, B, C]));
  });

  it('does not exist without a registration, so that the address of the link serves', async () => {
    const map = await aMap();

    assert.equal(await map.choose(), undefined);
    assert.equal(await map.engine.findInstance(ARN_OF('srv-unknown')), undefined);
  });

  const none: readonly { name: string; attributes: object; query?: string; message: RegExp }[] = [
    {
      name: 'if none is healthy',
      attributes: at(1, { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' }),
      message: /^no instance of orders\.shop is healthy/,
    },
    {
      name: 'if none has the attributes',
      attributes: at(1),
      query: '?stage=prod',
      message: /^no instance of orders\.shop with stage=prod is registered/,
    },
    {
      name: 'without a port',
      attributes: { AWS_INSTANCE_IPV4: '127.0.0.1' },
      message: /has AWS_INSTANCE_IPV4 and AWS_INSTANCE_PORT/,
    },
    ...['10.0.0.7', '169.254.169.254', '0.0.0.0'].map((AWS_INSTANCE_IPV4) => ({
      name: `with the address ${AWS_INSTANCE_IPV4}, which is not of this machine`,
      attributes: at(1, { AWS_INSTANCE_IPV4 }),
      message: /only the --cloud-map file can contain addresses of other machines/,
    })),
    {
      name: 'with a host name that is not of this machine',
      attributes: { AWS_INSTANCE_CNAME: 'localhost.example', AWS_INSTANCE_PORT: '1' },
      message: /only the --cloud-map file/,
    },
  ];
  for (const { name, attributes, query, message } of none)
    it(`is none ${name}`, async () => {
      const map = await aMap();
      await map.register('a', attributes);
      const chosen = await map.choose(query);

      assert.match(chosen?.kind === 'none' ? chosen.message : '', message);
    });
});

describe('the rows of services', () => {
  it('count instances that are healthy, unhealthy and left out', async () => {
    const map = await three();
    await fail(map, 9);
    await map.register('c', at(3, { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' }));

    assert.deepEqual(map.engine.rows, [
      {
        kind: 'service',
        name: 'orders.shop',
        targets: ['a', 'b', 'c'],
        state: '2 healthy, 1 unhealthy, 2 excluded after failed connections',
      },
    ]);
  });
});
