import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { ServiceEntry } from '../../../../../packages/gateway/kernel/service.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { aMockApi } from '../../../../support/a-mock-api.ts';

/** Resolves the hosts that `AWS::Post::Address` names. */
const POST: ServiceEntry = {
  name: 'post',
  types: { 'AWS::Post::Address': { enforced: ['Host', 'Port'] } },
  load: () =>
    Promise.resolve({
      open() {
        let ports = new Map<unknown, unknown>();
        return {
          prepare(stacks) {
            const found = stacks.ofType('AWS::Post::Address');
            return () =>
              void (ports = new Map(found.map((address) => [address.text('Host'), address.text('Port')])));
          },
          originOf(host) {
            const port = ports.get(host);
            return typeof port === 'string' ? { origin: `http://127.0.0.1:${port}` } : undefined;
          },
        };
      },
    }),
};

describe('a service that resolves hosts', () => {
  const hosts: unknown[] = [];
  const backend = createServer((request, response) => {
    hosts.push(request.headers.host);
    response.end('an order');
  });
  let started: StartedGateway;
  before(async () => {
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as AddressInfo;
    const integration = {
      Type: 'HTTP_PROXY',
      IntegrationHttpMethod: 'ANY',
      Uri: 'http://orders.internal/list',
    };
    const properties = { Host: 'orders.internal', Port: String(port) };
    const resources = {
      ...aMockApi(integration),
      Orders: { Type: 'AWS::Post::Address', Properties: properties },
    };
    started = await aGateway(resources, { moreServices: [POST] });
  });
  after(async () => {
    await started.close();
    backend.close();
  });

  it('is asked for the host of an integration, and the backend still gets the original host', async () => {
    const reply = await fetch(`${started.urlOf('rest')}/`);

    assert.deepEqual([reply.status, await reply.text()], [200, 'an order']);
    assert.deepEqual(hosts, ['orders.internal']);
  });
});
