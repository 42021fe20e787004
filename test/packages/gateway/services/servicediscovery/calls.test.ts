import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stackOf } from '../../../../support/an-event-engine.ts';
import { aMap, at } from './a-map.ts';
import type { CloudMap } from './a-map.ts';

const NAMES = { NamespaceName: 'shop', ServiceName: 'orders' };

async function idsOf(map: CloudMap, input: object = {}): Promise<string[]> {
  const found = await map.ask('DiscoverInstances', { ...NAMES, ...input });
  if (!Array.isArray(found['Instances'])) throw new Error(JSON.stringify(found));
  return (found['Instances'] as { InstanceId: string }[]).map(({ InstanceId }) => InstanceId).sort();
}

async function aFilledMap(): Promise<CloudMap> {
  const map = await aMap();
  await map.register('a', at(5001, { stage: 'beta', zone: '1' }));
  await map.register('b', at(5002, { stage: 'beta', zone: '2' }));
  await map.register('c', at(5003, { stage: 'prod', AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' }));
  return map;
}

describe('DiscoverInstances', () => {
  const rows: readonly { name: string; input: object; ids: string[]; source: string }[] = [
    {
      name: 'finds healthy instances',
      input: {},
      ids: ['a', 'b'],
      source: 'no default is documented; ours is HEALTHY',
    },
    {
      name: 'finds all',
      input: { HealthStatus: 'ALL' },
      ids: ['a', 'b', 'c'],
      source: 'API_DiscoverInstances, HealthStatus',
    },
    {
      name: 'finds unhealthy ones',
      input: { HealthStatus: 'UNHEALTHY' },
      ids: ['c'],
      source: 'API_DiscoverInstances, HealthStatus',
    },
    {
      name: 'finds all if none is healthy, on request',
      input: { HealthStatus: 'HEALTHY_OR_ELSE_ALL', QueryParameters: { stage: 'prod' } },
      ids: ['c'],
      source: 'API_DiscoverInstances, HealthStatus: "failing open"',
    },
    {
      name: 'finds those that match every query parameter',
      input: { QueryParameters: { stage: 'beta', zone: '2' } },
      ids: ['b'],
      source: 'API_DiscoverInstances, QueryParameters',
    },
    {
      name: 'prefers those that match optional parameters as well',
      input: { QueryParameters: { stage: 'beta' }, OptionalParameters: { zone: '1' } },
      ids: ['a'],
      source: 'API_DiscoverInstances, OptionalParameters',
    },
    {
      name: 'ignores optional parameters that none matches',
      input: { QueryParameters: { stage: 'beta' }, OptionalParameters: { zone: '9' } },
      ids: ['a', 'b'],
      source: 'API_DiscoverInstances, OptionalParameters',
    },
  ];
  for (const { name, input, ids, source } of rows)
    it(`${name} (${source})`, async () => {
      assert.deepEqual(await idsOf(await aFilledMap(), input), ids);
    });

  it('gives at most MaxResults, in random order, with names, health and attributes', async () => {
    const map = await aFilledMap();

    assert.equal((await idsOf(map, { MaxResults: 1 })).length, 1);
    const found = await map.ask('DiscoverInstances', { ...NAMES, QueryParameters: { zone: '1' } });

    assert.deepEqual(found, {
      Instances: [
        {
          InstanceId: 'a',
          NamespaceName: 'shop',
          ServiceName: 'orders',
          HealthStatus: 'HEALTHY',
          Attributes: at(5001, { stage: 'beta', zone: '1' }),
        },
      ],
      InstancesRevision: 4,
    });
  });

  const refused: readonly { name: string; input: object; code: string; says?: string }[] = [
    {
      name: 'an unknown namespace (kubernetes-sigs/external-dns#5180)',
      input: { ...NAMES, NamespaceName: 'x' },
      code: 'NamespaceNotFound',
      says: 'Namespace not found',
    },
    { name: 'an unknown service', input: { ...NAMES, ServiceName: 'x' }, code: 'ServiceNotFound' },
    { name: 'a missing name', input: { NamespaceName: 'shop' }, code: 'InvalidInput' },
    { name: 'no results', input: { ...NAMES, MaxResults: 0 }, code: 'InvalidInput' },
    { name: 'over 1000 results', input: { ...NAMES, MaxResults: 1001 }, code: 'InvalidInput' },
    { name: 'another health', input: { ...NAMES, HealthStatus: 'ILL' }, code: 'InvalidInput' },
    {
      name: 'parameters that are not texts',
      input: { ...NAMES, QueryParameters: { a: 1 } },
      code: 'InvalidInput',
    },
  ];
  for (const { name, input, code, says } of refused)
    it(`refuses ${name}`, async () => {
      const { __type, Message } = await (await aMap()).ask('DiscoverInstances', input);

      assert.deepEqual([__type, Message], [code, says ?? Message]);
    });
});

describe('instances by calls', () => {
  it('are registered by an operation that is done', async () => {
    const map = await aMap();
    const { OperationId } = (await map.register('a')) as { OperationId: string };

    const { Operation } = await map.ask('GetOperation', { OperationId });

    assert.partialDeepStrictEqual(Operation, {
      Id: OperationId,
      Type: 'REGISTER_INSTANCE',
      Status: 'SUCCESS',
      Targets: { INSTANCE: 'a', SERVICE: map.serviceId },
    });
    assert.equal((await map.ask('GetOperation', { OperationId: 'x' }))['__type'], 'OperationNotFound');
  });

  it('are read by service id and by ARN, one or by pages', async () => {
    const map = await aFilledMap();
    const first = await map.ask('ListInstances', { ServiceId: map.arn, MaxResults: 2 });
    const second = await map.ask('ListInstances', {
      ServiceId: map.serviceId,
      NextToken: first['NextToken'],
    });
    const one = await map.ask('GetInstance', { ServiceId: map.serviceId, InstanceId: 'a' });

    assert.deepEqual(
      [first, second].map((page) => (page['Instances'] as { Id: string }[]).map(({ Id }) => Id)),
      [['a', 'b'], ['c']],
    );
    assert.equal(second['NextToken'], undefined);
    assert.partialDeepStrictEqual(one, { Instance: { Id: 'a', Attributes: { stage: 'beta' } } });
  });

  it('have the health that calls give them', async () => {
    const map = await aFilledMap();
    await map.ask('UpdateInstanceCustomHealthStatus', {
      ServiceId: map.serviceId,
      InstanceId: 'a',
      Status: 'UNHEALTHY',
    });

    assert.deepEqual(await idsOf(map), ['b']);
  });

  it('have no health to change without a custom health check', async () => {
    const map = await aMap('', {}, PLAIN);
    await map.register('a');
    const { __type } = await map.ask('UpdateInstanceCustomHealthStatus', {
      ServiceId: map.serviceId,
      InstanceId: 'a',
      Status: 'HEALTHY',
    });

    assert.equal(__type, 'CustomHealthNotFound');
    const found = await map.ask('DiscoverInstances', { ...NAMES, HealthStatus: 'UNHEALTHY' });
    assert.partialDeepStrictEqual(found, { Instances: [{ InstanceId: 'a', HealthStatus: 'UNKNOWN' }] });
  });

  it('end with DeregisterInstance and with a reset', async () => {
    const map = await aFilledMap();
    const input = { ServiceId: map.serviceId, InstanceId: 'a' };
    await map.ask('DeregisterInstance', input);

    assert.equal((await map.ask('DeregisterInstance', input))['__type'], 'InstanceNotFound');
    map.services.servicediscovery.reset?.();
    assert.deepEqual(await idsOf(map), []);
  });

  it('stay when the stacks are read again', async () => {
    const map = await aFilledMap();
    map.reload();

    assert.deepEqual(await idsOf(map), ['a', 'b']);
  });

  const refused: readonly { name: string; id?: string; attributes: object }[] = [
    { name: 'an id of 65 characters', id: 'a'.repeat(65), attributes: at(1) },
    { name: 'an id with a blank', id: 'a b', attributes: at(1) },
    { name: 'an invalid address', attributes: at(1, { AWS_INSTANCE_IPV4: '300.1.1.1' }) },
    { name: 'a port over 65535', attributes: at(65_536) },
    { name: 'an invalid health', attributes: at(1, { AWS_INIT_HEALTH_STATUS: 'ILL' }) },
    { name: 'a host name with a path', attributes: { AWS_INSTANCE_CNAME: 'a.example/x' } },
    {
      name: '31 custom attributes',
      attributes: Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`a${index}`, ''])),
    },
    { name: 'an attribute over 1024 characters', attributes: { a: 'a'.repeat(1025) } },
    {
      name: 'attributes over 5000 characters',
      attributes: Object.fromEntries(
        Array.from({ length: 5 }, (_, index) => [`a${index}`, 'a'.repeat(1000)]),
      ),
    },
  ];
  for (const { name, id = 'a', attributes } of refused)
    it(`are refused with ${name} (API_RegisterInstance)`, async () => {
      assert.partialDeepStrictEqual(await (await aMap()).register(id, attributes), {
        __type: 'InvalidInput',
      });
    });

  // The words of Cloud Map's validator: aws/aws-sdk-java#1973
  for (const [action, input, says] of [
    [
      'GetInstance',
      { InstanceId: 'a' },
      "Value null at 'serviceId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'DiscoverInstances',
      { ...NAMES, OwnerAccount: '1' },
      "Value '1' at 'ownerAccount' failed to satisfy constraint: Member must have length greater than or equal to 12",
    ],
    [
      'ListServices',
      { MaxResults: 101 },
      "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
  ] as const)
    it(`are not read by ${action} with ${JSON.stringify(input)}`, async () => {
      assert.deepEqual(await (await aMap()).ask(action, input), {
        __type: 'InvalidInput',
        Message: `1 validation error detected: ${says}`,
      });
    });

  it('cannot be registered with a list of attributes', async () => {
    assert.partialDeepStrictEqual(await (await aMap()).register('a', []), {
      __type: 'SerializationException',
    });
  });

  // AWS CLI reference, get-instance and list-instances
  it('are shown with the account that owns them', async () => {
    const map = await aMap();
    await map.register('a');
    const owner = map.arn.split(':')[4];
    const one = await map.ask('GetInstance', { ServiceId: map.serviceId, InstanceId: 'a' });
    const list = await map.ask('ListInstances', { ServiceId: map.serviceId });

    assert.partialDeepStrictEqual(one, { ResourceOwner: owner, Instance: { CreatedByAccount: owner } });
    assert.partialDeepStrictEqual(list, { ResourceOwner: owner, Instances: [{ CreatedByAccount: owner }] });
  });

  it('are at most 1000 in a service', async () => {
    const map = await aMap();
    for (let count = 0; count < 1000; count += 1) await map.register(`i${count}`);

    assert.partialDeepStrictEqual(await map.register('more'), { __type: 'ResourceLimitExceeded' });
    assert.partialDeepStrictEqual(Object.keys((await map.register('i1')) as object), ['OperationId']);
  });

  it('need the attributes of the DNS records', async () => {
    const records = '{ DnsRecords: [{ Type: SRV, TTL: "60" }] }';
    const map = await aMap('', {}, PLAIN.replace('}\n#', `, DnsConfig: ${records} }\n#`));

    assert.partialDeepStrictEqual(await map.register('a', { AWS_INSTANCE_IPV4: '127.0.0.1' }), {
      __type: 'InvalidInput',
    });
    assert.equal(((await map.register('a')) as { __type?: string }).__type, undefined);
  });
});

const PLAIN = `
  Shop:
    Type: AWS::ServiceDiscovery::HttpNamespace
    Properties: { Name: shop }
  Orders:
    Type: AWS::ServiceDiscovery::Service
    Properties: { Name: orders, NamespaceId: !Ref Shop }
#`;

describe('lists of Cloud Map', () => {
  // API reference, ListInstances: "If you don't specify a value for MaxResults, … up to 100 instances".
  it('have 100 members a page', async () => {
    const map = await aMap();
    for (let number = 0; number < 101; number += 1) await map.register(`i${number}`);
    const first = await map.ask('ListInstances', { ServiceId: map.serviceId });
    const second = await map.ask('ListInstances', {
      ServiceId: map.serviceId,
      NextToken: first['NextToken'],
    });

    assert.deepEqual(
      [first, second].map(({ Instances: page }) => (page as readonly unknown[]).length),
      [100, 1],
    );
  });

  it('name services by the ARN that templates get', async () => {
    const { arn } = await aMap();
    const { resources } = stackOf({
      resources: `
  Shop: { Type: AWS::ServiceDiscovery::HttpNamespace, Properties: { Name: shop } }
  Orders: { Type: AWS::ServiceDiscovery::Service, Properties: { Name: orders, NamespaceId: !Ref Shop } }
  Other: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !GetAtt Orders.Arn } }`,
    });

    for (const found of [arn, resources.get('Other')?.properties['LogGroupName']])
      assert.match(found as string, /^arn:aws:servicediscovery:us-east-1:\d{12}:service\/srv-[a-z0-9]{16}$/);
  });
});

describe('services by calls', () => {
  it('are listed with their ids, types and counts', async () => {
    const map = await aFilledMap();
    const { Services } = (await map.ask('ListServices')) as { Services: { Id: string }[] };

    assert.partialDeepStrictEqual(Services, [
      { Id: map.serviceId, Name: 'orders', InstanceCount: 3, Type: 'HTTP' },
    ]);
    const filter = (Values: string[]): object => ({ Filters: [{ Name: 'NAMESPACE_ID', Values }] });
    const count = async (input: object): Promise<number> =>
      ((await map.ask('ListServices', input)) as { Services: [] }).Services.length;
    assert.deepEqual([await count({}), await count(filter(['ns-x']))], [1, 0]);
  });

  it('answer no call of another operation', async () => {
    const outcome = await (
      await aMap()
    ).send({
      service: 'servicediscovery',
      headers: ['X-Amz-Target', 'Route53AutoNaming_v20170314.constructor'],
      body: '{}',
    });

    assert.equal(outcome.kind, 'unreachable');
  });

  it('name the resource of a call for policies, from the member that the operation reads', async () => {
    const map = await aMap();
    const { api } = map.services.servicediscovery;
    const resource = (action: string, input: object): string | undefined =>
      api?.resourceOf?.({ protocol: 'json', prefix: '', action, input: { ...input } });

    assert.equal(resource('RegisterInstance', { ServiceId: map.serviceId, Id: 'srv-x' }), map.arn);
    assert.equal(resource('ListInstances', { ServiceId: map.serviceId }), map.arn);
    assert.equal(resource('DiscoverInstances', { ServiceId: map.serviceId }), undefined);
  });
});
