import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ServiceEntry } from '../../../../../packages/gateway/kernel/service.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import type { ScreenVerdict } from '../../../../../packages/gateway/core/stage-screens.ts';
import { aMockApi } from '../../../../support/a-mock-api.ts';

const REFUSALS: Readonly<Record<string, ScreenVerdict>> = {
  trebuchet: {
    kind: 'refused',
    reason: 'a trebuchet in the body',
    because: ['The drawbridge Gate refuses bodies with the word trebuchet.'],
    changes: ['Send a ladder.'],
  },
  oil: {
    kind: 'refused',
    reason: 'hot oil',
    because: [],
    changes: [],
    reply: { status: 418, headers: ['x-oil', 'hot'], body: 'out' },
    by: 'arn:aws:moat:gate',
  },
  rust: { kind: 'closed', reason: 'the drawbridge is rusty' },
};
const ECHO = "$input.params('x-moat') $context.wafResponseCode $context.webaclArn";
const PASSED: ScreenVerdict = {
  kind: 'passed',
  inserts: ['x-moat', 'crossed'],
  notes: () => ['The guard could not see its face.'],
  by: 'arn:aws:moat:gate',
};

/** Stands in front of stages that an `AWS::Moat::Drawbridge` names, and refuses bodies by their words. */
const MOAT: ServiceEntry = {
  name: 'moat',
  types: { 'AWS::Moat::Drawbridge': { enforced: ['StageArn'] } },
  load: () =>
    Promise.resolve({
      open() {
        let guarded = new Set<unknown>();
        return {
          prepare(stacks) {
            const found = stacks.ofType('AWS::Moat::Drawbridge');
            return () => void (guarded = new Set(found.map((bridge) => bridge.text('StageArn'))));
          },
          screenOf: (stageArn) =>
            guarded.has(stageArn)
              ? ({ body }) =>
                  Object.entries(REFUSALS).find(([word]) => body?.includes(word) === true)?.[1] ?? PASSED
              : undefined,
        };
      },
    }),
};

const JSON_BODY = { 'content-type': 'application/json' };

describe('a service in front of a stage', () => {
  let started: StartedGateway;
  before(async () => {
    const arn = ['arn:aws:apigateway:eu-west-1::/restapis/', { Ref: 'Api' }, '/stages/dev'];
    const bridge = { Type: 'AWS::Moat::Drawbridge', Properties: { StageArn: { 'Fn::Join': ['', arn] } } };
    const api = aMockApi({
      Type: 'MOCK',
      RequestTemplates: { 'application/json': '{"statusCode": 200}' },
      IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: { 'application/json': ECHO } }],
    });
    started = await aGateway({ ...api, Bridge: bridge }, { moreServices: [MOAT], record: 10 });
  });
  after(() => started.close());
  const post = (body: string): Promise<Response> =>
    fetch(`${started.urlOf('rest')}/`, { method: 'POST', body, headers: JSON_BODY });

  it('accepts requests that it has no reason to refuse', async () => {
    assert.equal((await post('{"a":"ladder"}')).status, 200);
  });

  it('refuses requests as AWS WAF does, before anything else is checked', async () => {
    const reply = await post('a trebuchet');

    assert.equal(reply.status, 403);
    assert.deepEqual(await reply.json(), { message: 'Forbidden' });
    assert.match(started.lines.at(-1) ?? '', /403 .* screen \(a trebuchet in the body\)/);
  });

  it('gives headers to what is behind it, in place of those that the caller sent', async () => {
    const url = `${started.urlOf('rest')}/`;
    const headers = { ...JSON_BODY, 'X-Moat': 'forged' };
    const reply = await fetch(url, { method: 'POST', body: '{}', headers });

    assert.equal(await reply.text(), 'crossed WAF_ALLOW arn:aws:moat:gate');
  });

  it('answers with its own reply, in place of the gateway response', async () => {
    const reply = await post('hot oil');

    assert.equal(reply.status, 418);
    assert.equal(reply.headers.get('x-oil'), 'hot');
    assert.equal(reply.headers.get('x-amzn-errortype'), null);
    assert.equal(await reply.text(), 'out');
  });

  it('closes the stage if it cannot be enforced', async () => {
    const reply = await post('rust');

    assert.equal(reply.status, 500);
    assert.match(started.lines.at(-1) ?? '', /the drawbridge is rusty/);
  });

  it('adds to the story of a request that it lets pass', async () => {
    await post('a ladder');

    assert.match(await storyOf(started), /The guard could not see its face/);
  });

  it('says itself why, if the request is explained', async () => {
    await post('another trebuchet');
    const story = await storyOf(started);

    assert.match(story, /The drawbridge Gate refuses bodies with the word trebuchet/);
    assert.match(story, /Send a ladder/);
  });
});

async function storyOf({ listening: { control }, gateway }: StartedGateway): Promise<string> {
  const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = gateway.environment();
  const headers = { authorization: `Bearer ${secret}` };
  return (await fetch(`${control}/_gatewright/requests/last`, { headers })).text();
}
