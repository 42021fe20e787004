import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import * as servicediscovery from '../../../../../packages/gateway/services/servicediscovery/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';
import { aMap, ARN_OF } from './a-map.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-cloud-map-'));
after(() => rmSync(folder, { recursive: true }));

function aFile(text: string): string {
  const file = join(folder, 'instances.yml');
  writeFileSync(file, text);
  return file;
}

const ONE = `
  - InstanceId: one
    Attributes: { AWS_INSTANCE_IPV4: 10.1.2.3, AWS_INSTANCE_PORT: 80 }`;

const INSTANCE = (attributes: string, service = '!Ref Orders'): string => `
  One:
    Type: AWS::ServiceDiscovery::Instance
    Properties: { InstanceId: one, ServiceId: ${service}, InstanceAttributes: ${attributes} }`;

describe('instances of the --cloud-map file', () => {
  for (const key of ['orders', 'orders.shop'])
    it(`are found by the name ${key} of their service, and may be on another machine`, async () => {
      const map = await aMap('', { cloudMap: aFile(`${key}:${ONE}`) });

      assert.deepEqual(await map.origins(1), ['http://10.1.2.3:80']);
    });

  it('belong to a service of another stack by its ARN', async () => {
    const arn = ARN_OF('srv-abc123');
    const map = await aMap('', { cloudMap: aFile(`${arn}:${ONE}`) });

    const chosen = await map.engine.findInstance(`${arn}?`);

    assert.equal(chosen?.kind === 'instance' && chosen.origin, 'http://10.1.2.3:80');
  });

  it('may be repeated by an alias of YAML', async () => {
    const text = `orders:\n  - &one { InstanceId: one, Attributes: { AWS_INSTANCE_PORT: 80, AWS_INSTANCE_CNAME: a.internal } }`;
    const more = `${ARN_OF('srv-abc123')}:\n  - *one`;
    const map = await aMap('', { cloudMap: aFile(`${text}\n${more}`) });

    assert.deepEqual(await map.origins(1), ['http://a.internal:80']);
    assert.equal((await map.engine.findInstance(ARN_OF('srv-abc123')))?.kind, 'instance');
  });

  it('replace those of a template with the same id', async () => {
    const more = INSTANCE('{ AWS_INSTANCE_IPV4: 10.0.0.9, AWS_INSTANCE_PORT: "80" }');
    const map = await aMap(more, { cloudMap: aFile(`orders:${ONE}`) });

    assert.deepEqual(await map.origins(1), ['http://10.1.2.3:80']);
  });

  it('are read again with the stacks, and those of calls stay', async () => {
    const map = await aMap('', { cloudMap: aFile(`orders:${ONE}`) });
    await map.register('two');
    aFile(`orders:${ONE.replaceAll('one', 'three')}`);
    map.reload();

    const { Instances } = await map.ask('ListInstances', { ServiceId: map.serviceId });
    assert.deepEqual((Instances as { Id: string }[]).map(({ Id }) => Id).sort(), ['three', 'two']);
  });

  const refused: readonly { name: string; text: string; line: number; message: RegExp }[] = [
    {
      name: 'an unknown service',
      text: `\nprices:${ONE}`,
      line: 2,
      message: /unknown service prices; expected one of orders\.shop/,
    },
    { name: 'no list', text: 'orders: one', line: 1, message: /orders must be a list/ },
    { name: 'no map', text: '- one', line: 1, message: /the file must be a map of services/ },
    {
      name: 'an unknown member',
      text: 'orders:\n  - InstanceId: one\n    Attribute: {}',
      line: 3,
      message: /unknown member Attribute in an instance/,
    },
    {
      name: 'a bad address',
      text: `orders:${ONE}\n  - InstanceId: two\n    Attributes: { AWS_INSTANCE_IPV4: here }`,
      line: 4,
      message: /AWS_INSTANCE_IPV4 of two is invalid: "here"/,
    },
    {
      name: 'an instance without id',
      text: 'orders:\n  - Attributes: {}',
      line: 2,
      message: /InstanceId is missing/,
    },
    { name: 'a text that is not YAML', text: 'orders: [', line: 1, message: /./ },
  ];
  for (const { name, text, line, message } of refused)
    it(`refuses ${name}, with its line`, async () => {
      const cloudMap = aFile(text);
      await assert.rejects(aMap('', { cloudMap }), (error) => {
        assert.ok(error instanceof DefinitionError);
        assert.match(error.describe(), message);
        assert.deepEqual([error.place.file, error.place.line], [cloudMap, line]);
        return true;
      });
    });

  it("refuse a start whose calls to Cloud Map go to the user's endpoint", () => {
    const settings = { cloudMap: aFile(`orders:${ONE}`) };
    const isElsewhere = (service: string): boolean => service === 'servicediscovery';
    const resources = '  Shop: { Type: AWS::ServiceDiscovery::HttpNamespace, Properties: { Name: shop } }';

    assert.throws(
      () => anEventEngine({ servicediscovery }, { resources, settings, isElsewhere }),
      /go to the endpoint that you set, so --cloud-map has no effect/,
    );
  });

  it('refuses a file that cannot be read, and a name of two services', async () => {
    await assert.rejects(aMap('', { cloudMap: join(folder, 'none.yml') }), /cannot be read/);
    const second = `
  Other: { Type: AWS::ServiceDiscovery::HttpNamespace, Properties: { Name: other } }
  More: { Type: AWS::ServiceDiscovery::Service, Properties: { Name: orders, NamespaceId: !Ref Other } }`;
    await assert.rejects(aMap(second, { cloudMap: aFile(`orders:${ONE}`) }), /write orders\.<namespace>/);
  });
});

describe('instances of a template', () => {
  it('are registered, with numbers as texts', async () => {
    const map = await aMap(INSTANCE('{ AWS_INSTANCE_IPV4: 127.0.0.1, AWS_INSTANCE_PORT: 81 }'));

    assert.deepEqual(await map.origins(1), ['http://127.0.0.1:81']);
    assert.deepEqual(map.unsupported, []);
  });

  it('are reported if integrations cannot call them', async () => {
    const map = await aMap(INSTANCE('{ AWS_INSTANCE_IPV4: 10.0.0.9, AWS_INSTANCE_PORT: 81 }'));

    assert.match(map.unsupported.map(({ consequence }) => consequence).join(), /not on this machine/);
  });

  it('are reported if AWS refuses them, or their service is not loaded', async () => {
    const bad = await aMap(INSTANCE('{ AWS_INSTANCE_PORT: 0 }'));
    const elsewhere = await aMap(INSTANCE('{}', 'srv-elsewhere'));

    assert.match(
      bad.faults.all.map(({ error }) => error.message).join(),
      /AWS_INSTANCE_PORT of one is invalid/,
    );
    assert.match(elsewhere.unsupported.map(({ consequence }) => consequence).join(), /not in a loaded stack/);
  });
});
