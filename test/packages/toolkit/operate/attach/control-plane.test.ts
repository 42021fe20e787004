import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createControlPlane,
  PlaneError,
} from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import type { Aws, AwsAnswer } from '../../../../../packages/toolkit/terminal/aws-call.ts';

/** Time that passes only by waiting. */
function aClock() {
  let now = 0;
  return {
    nowEpochMs: () => now,
    wait(ms: number) {
      now += ms;
      return Promise.resolve();
    },
  };
}

function anAws(answer: (path: string, call: number) => AwsAnswer): Aws & { readonly paths: string[] } {
  const paths: string[] = [];
  return {
    region: 'us-east-1',
    paths,
    call(request) {
      if (request.protocol === 'rest') paths.push(request.path);
      return Promise.resolve(answer(paths.at(-1) ?? '', paths.length));
    },
  };
}

const good = (body: Record<string, unknown>): AwsAnswer => ({
  kind: 'answer',
  body,
  headers: new Map(),
  text: '',
});
const refused = (status: number, code: string): AwsAnswer => ({
  kind: 'refused',
  status,
  code,
  message: 'no',
});

// API Gateway developer guide, "Quotas for creating, deploying and managing an API": 10 calls a second with a burst of
// 40 for an account, CreateDeployment every 5 s.
describe('calls of the control plane', () => {
  it('take half of what an account has: 20 at once, and then 5 a second', async () => {
    const clock = aClock();
    const plane = createControlPlane(
      anAws(() => good({})),
      clock,
    );

    for (let call = 1; call <= 20; call += 1) await plane.read('apigateway', '/restapis/a');
    assert.equal(clock.nowEpochMs(), 0);
    for (let call = 1; call <= 25; call += 1) await plane.read('apigateway', '/restapis/a');

    assert.equal(clock.nowEpochMs(), 5000);
  });

  it('do not wait if the control plane is on this machine', async () => {
    const clock = aClock();
    const plane = createControlPlane(
      anAws(() => good({})),
      clock,
      'unlimited',
    );

    for (let call = 1; call <= 50; call += 1) await plane.read('apigateway', '/restapis/a');

    assert.equal(clock.nowEpochMs(), 0);
  });

  it('make a deployment every 5 s', async () => {
    const clock = aClock();
    const plane = createControlPlane(
      anAws(() => good({})),
      clock,
    );
    const call = { service: 'apigateway', method: 'POST', path: '/restapis/a/deployments' } as const;

    await plane.write(call);
    await plane.write(call);

    assert.equal(clock.nowEpochMs(), 5000);
  });

  it("are repeated if AWS has too many calls, and refused with AWS's message if it refuses them", async () => {
    const busy = anAws((_, call) =>
      call < 3 ? refused(429, 'TooManyRequestsException') : good({ id: 'a' }),
    );
    assert.deepEqual(await createControlPlane(busy, aClock()).read('apigateway', '/restapis/a'), { id: 'a' });

    const edited = anAws((_, call) =>
      call < 3
        ? {
            ...refused(409, 'ConflictException'),
            message: 'Unable to complete operation due to concurrent modification. Please try again later.',
          }
        : good({ id: 'a' }),
    );
    assert.deepEqual(await createControlPlane(edited, aClock()).read('apigateway', '/restapis/a'), {
      id: 'a',
    });

    const closed = createControlPlane(
      anAws(() => refused(403, 'AccessDeniedException')),
      aClock(),
    );
    await assert.rejects(closed.read('apigateway', '/restapis/a'), (error) => {
      assert.ok(error instanceof PlaneError);
      assert.equal(error.message, 'GET /restapis/a: AccessDeniedException: no');
      return true;
    });
    const gone = createControlPlane(
      anAws(() => refused(404, 'NotFoundException')),
      aClock(),
    );
    assert.equal(await gone.read('apigateway', '/restapis/a'), undefined);
  });

  it('read every page, and no list without an end', async () => {
    const pages = anAws((path) =>
      path.includes('position=b') ? good({ item: [{ id: 2 }] }) : good({ item: [{ id: 1 }], position: 'b' }),
    );
    assert.deepEqual(await createControlPlane(pages, aClock()).list('/restapis/a/resources?limit=500'), [
      { id: 1 },
      { id: 2 },
    ]);
    assert.deepEqual(pages.paths, [
      '/restapis/a/resources?limit=500',
      '/restapis/a/resources?limit=500&position=b',
    ]);

    for (const end of [{ position: '' }, { position: 7 }, {}]) {
      const last = anAws(() => good({ item: [{ id: 1 }], ...end }));
      assert.deepEqual(await createControlPlane(last, aClock()).list('/restapis'), [{ id: 1 }]);
      assert.deepEqual(last.paths, ['/restapis']);
    }
    const alone = createControlPlane(
      anAws(() => good({ item: { id: 1 } })),
      aClock(),
    );
    assert.deepEqual(await alone.list('/restapis/a/resources'), [{ id: 1 }]);
    const endless = createControlPlane(
      anAws(() => good({ items: [], nextToken: 'x' })),
      aClock(),
    );
    await assert.rejects(endless.list('/v2/apis/a/routes'), /the list has more than 50 pages/);
    const odd = createControlPlane(
      anAws(() => good({ item: 'none' })),
      aClock(),
    );
    await assert.rejects(odd.list('/restapis/a/resources'), /the response is not a list/);
  });
});

describe('the message of a call that failed', () => {
  for (const [refusal, message, says] of [
    ['', 'no answer', 'GET /a: no answer'],
    ['NotFoundException', 'no such API', 'GET /a: NotFoundException: no such API'],
    ['SignatureDoesNotMatch', 'wrong\nGET\nsecret', 'GET /a: SignatureDoesNotMatch: wrong'],
    ['SignatureDoesNotMatch', 'wrong\\u000aGET', 'GET /a: SignatureDoesNotMatch: wrong'],
    [
      'ExpiredTokenException',
      'expired',
      'GET /a: ExpiredTokenException: expired\nthe credentials have expired: renew them and run the command again; completed steps are kept',
    ],
  ] as const)
    it(`is ${says.split('\n')[0]}`, () => {
      assert.equal(new PlaneError('GET /a', refusal, message).message, says);
    });
});
