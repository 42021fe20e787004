import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Front, ServiceEntry } from '../../../../../packages/gateway/kernel/service.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { aMockApi } from '../../../../support/a-mock-api.ts';

/** A port per `AWS::Porch::Door`, which sends requests on to the host of an API and says so. */
const PORCH: ServiceEntry = {
  name: 'porch',
  types: { 'AWS::Porch::Door': { enforced: ['ApiHost'] } },
  load: () =>
    Promise.resolve({
      open({ http }) {
        let fronts: readonly Front[] = [];
        const toFront = (apiHost: string): Front => ({
          name: 'front.example',
          hosts: ['front.example'],
          async serve({ method, path, body }) {
            const call = { method, target: path, headers: [], body, timeoutMs: 5_000, vpcLink: undefined };
            const origin = `https://${apiHost}`;
            const outcome = await http.send({ ...call, origin, unpacks: false });
            return outcome.kind === 'answered'
              ? {
                  ...outcome,
                  headers: [...outcome.headers, 'X-Porch', path.endsWith('/odd') ? 'żółw' : 'yes'],
                }
              : { status: 502, headers: [], body: JSON.stringify(outcome) };
          },
        });
        return {
          prepare(stacks) {
            const found = stacks.ofType('AWS::Porch::Door');
            return () => void (fronts = found.map((door) => toFront(door.text('ApiHost') ?? '')));
          },
          fronts: () => fronts,
        };
      },
    }),
};

describe('a service with a port in front of an API', () => {
  let started: StartedGateway;
  before(async () => {
    const host = { 'Fn::Join': ['', [{ Ref: 'Api' }, '.execute-api.eu-west-1.amazonaws.com']] };
    const door = { Type: 'AWS::Porch::Door', Properties: { ApiHost: host } };
    started = await aGateway({ ...aMockApi(), Door: door }, { moreServices: [PORCH] });
  });
  after(() => started.close());
  const front = (): string => started.listening.fronts[0]?.url ?? '';
  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const request = send(`${front()}/dev/`, { headers: { host } }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      });
      request.on('error', reject).end();
    });

  it('is shown with its address, and reaches the API by its own host', async () => {
    assert.equal(started.listening.fronts[0]?.name, 'front.example');

    const reply = await fetch(`${front()}/dev/`);

    assert.deepEqual([reply.status, reply.headers.get('x-porch')], [200, 'yes']);
  });

  it('accepts only requests for its own names and for names of this machine', async () => {
    assert.equal(await statusFor('front.example'), 200);
    assert.equal(await statusFor('attacker.example'), 403);
  });

  it('ends a connection for a reply that HTTP does not allow, and continues', async () => {
    await assert.rejects(fetch(`${front()}/dev/odd`));

    assert.match(started.lines.join('\n'), /Invalid character in header content/);
    assert.equal((await fetch(`${front()}/dev/`)).status, 200);
  });

  it('takes bodies as large as API Gateway does', async () => {
    const within = await fetch(`${front()}/dev/`, { method: 'POST', body: Buffer.alloc(1024 * 1024, 'a') });
    const beyond = fetch(`${front()}/dev/`, { method: 'POST', body: Buffer.alloc(11 * 1024 * 1024, 'a') });

    assert.equal(within.status, 200);
    assert.equal((await beyond).status, 413);
  });
});
