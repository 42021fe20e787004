import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DELIVERED, final } from '../../../../packages/gateway/kernel/event-ports.ts';
import { Targets } from '../../../../packages/gateway/kernel/targets.ts';
import type { HttpOutcome, ServiceRequest } from '../../../../packages/gateway/core/ports.ts';
import type { DeliveryOutcome } from '../../../../packages/gateway/kernel/event-ports.ts';
import { FakeBackend } from '../../../support/virtual-ports.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const CALL = { target: 'AmazonSQS.SendMessage', version: '1.0', input: { MessageBody: 'hi' } } as const;

function aGateway({
  own,
  isElsewhere = false,
  isLate = false,
  answer = { kind: 'answered', status: 200, headers: [], body: Buffer.of() },
}: {
  readonly own?: DeliveryOutcome | undefined;
  readonly isElsewhere?: boolean;
  readonly isLate?: boolean;
  readonly answer?: HttpOutcome;
} = {}) {
  const services = new FakeBackend<ServiceRequest>();
  services.answer = () => answer;
  const delivered: unknown[] = [];
  const service = {
    target: {
      deliver: (...given: unknown[]) => {
        delivered.push(given);
        return Promise.resolve(own);
      },
      remoteCall: () => CALL,
    },
  };
  const targets = new Targets({
    services,
    isElsewhere: () => isElsewhere,
    find: (name) => (name !== 'sqs' ? undefined : isLate ? Promise.resolve(service) : service),
  });
  return { targets, services, delivered };
}

describe('Targets', () => {
  for (const isLate of [false, true])
    it(`passes an event to a resource of this start, whose service is ${isLate ? 'loaded now' : 'loaded'}`, async () => {
      const { targets, services, delivered } = aGateway({ own: DELIVERED, isLate });

      assert.deepEqual(await targets.send(QUEUE, 'hi', { groupId: 'g' }), DELIVERED);
      assert.deepEqual(await targets.sendHere(QUEUE, 'here', {}), DELIVERED);

      assert.deepEqual(delivered, [
        [QUEUE, 'hi', { groupId: 'g' }],
        [QUEUE, 'here', {}],
      ]);
      assert.equal(services.requests.length, 0);
    });

  it('calls the service of a resource that is not of this start', async () => {
    const { targets, services } = aGateway({ own: undefined });

    assert.deepEqual(await targets.send(QUEUE, 'hi'), { ...DELIVERED, isRecorded: true });

    const [request] = services.requests;
    assert.deepEqual(request, {
      service: 'sqs',
      region: 'eu-west-1',
      subdomain: undefined,
      method: 'POST',
      path: '/',
      query: '',
      timeoutMs: 30_000,
      headers: ['Content-Type', 'application/x-amz-json-1.0', 'X-Amz-Target', 'AmazonSQS.SendMessage'],
      body: '{"MessageBody":"hi"}',
    });
  });

  it('passes nothing to this start if calls to the service go to another endpoint', async () => {
    const { targets, services, delivered } = aGateway({ own: final('404', 'no'), isElsewhere: true });

    assert.deepEqual(await targets.send(QUEUE, 'hi'), DELIVERED);
    assert.deepEqual(await targets.sendHere(QUEUE, 'hi', {}), DELIVERED);

    assert.deepEqual([delivered, services.requests.length], [[], 1]);
  });

  it('tries nothing again that cannot succeed: no ARN, and a service that does not run here', async () => {
    const { targets } = aGateway();

    assert.deepEqual(await targets.send('orders', ''), final('INVALID_ARN', '"orders" is not an ARN'));
    assert.deepEqual(
      await targets.send('arn:aws:batch:eu-west-1:1:job/x', ''),
      final('NOT_SERVED', 'the gateway does not run batch'),
    );
    assert.deepEqual(await targets.sendHere('orders', '', {}), DELIVERED);
  });

  const answered = (status: number, body = ''): HttpOutcome => {
    return { kind: 'answered', status, headers: [], body: Buffer.from(body) };
  };
  for (const { answer, isFinal, code, message } of [
    { answer: answered(300, 'moved'), isFinal: true, code: '300', message: 'moved' },
    { answer: answered(400, 'x'.repeat(600)), isFinal: true, code: '400', message: 'x'.repeat(500) },
    { answer: answered(429, 'slow down'), isFinal: false, code: '429', message: 'slow down' },
    { answer: answered(499), isFinal: true, code: '499', message: '' },
    { answer: answered(500), isFinal: false, code: '500', message: '' },
    {
      answer: { kind: 'timed-out' },
      isFinal: false,
      code: 'UNREACHABLE',
      message: 'the target did not respond within 30 s',
    },
    {
      answer: { kind: 'unreachable', reason: 'address', message: 'ENOTFOUND' },
      isFinal: false,
      code: 'UNREACHABLE',
      message: 'ENOTFOUND',
    },
    {
      answer: { kind: 'unreachable', reason: 'request', message: 'not recorded' },
      isFinal: true,
      code: 'UNREACHABLE',
      message: 'not recorded',
    },
  ] as const)
    it(`takes ${answer.kind === 'answered' ? answer.status : `${answer.kind} ${'reason' in answer ? answer.reason : ''}`} for a failure ${isFinal ? 'for good' : 'to try again'}`, async () => {
      const { targets } = aGateway({ answer });

      assert.deepEqual(await targets.send(QUEUE, 'hi'), { kind: 'failed', isFinal, code, message });
    });

  it('takes 299 for a delivery', async () => {
    const { targets } = aGateway({ answer: answered(299), isElsewhere: true });
    assert.deepEqual(await targets.send(QUEUE, 'hi'), DELIVERED);
  });
});
