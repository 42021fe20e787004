import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openEventsApi } from '../../../../packages/engine/compose/events.ts';
import type { ControlRequest } from '../../../../packages/core/api-call.ts';

type Parts = Parameters<typeof openEventsApi>[0];

const QUEUE = { resources: new Map([['Dead', { physicalId: 'https://sqs/1/dead' }]]) };

function anApi() {
  const handTargets = [
    { arn: 'arn:aws:sqs:us-east-1:1:dead', name: 'dead', redrive: () => 2 },
    { arn: 'arn:aws:sqs:us-east-1:1:jobs', name: 'jobs' },
  ];
  return openEventsApi({ events: { handTargets }, served: { stacks: [QUEUE] } } as unknown as Parts);
}

async function post(body: object): Promise<readonly [number | undefined, unknown]> {
  const request = { method: 'POST', body: Buffer.from(JSON.stringify(body)) } as unknown as ControlRequest;
  const reply = await anApi()(request, 'events');
  return [reply?.status, JSON.parse(String(reply?.body))];
}

describe('a redrive by the control port', () => {
  for (const target of ['dead', 'Dead', 'arn:aws:sqs:us-east-1:1:dead'])
    it(`moves the dead messages of ${target}`, async () => {
      assert.deepEqual(await post({ target, redrive: true }), [200, { moved: 2 }]);
    });

  it('is refused for a queue without dead messages of another one', async () => {
    for (const target of ['jobs', 'nothing']) {
      const [status, answer] = await post({ target, redrive: true });

      assert.equal(status, 409);
      assert.match(JSON.stringify(answer), new RegExp(`\\\\"${target}\\\\" is no queue with dead messages`));
    }
  });
});
