import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ServiceEntry } from '../../../../packages/kernel/service.ts';
import { aGateway } from '../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../support/a-gateway.ts';
import { aMockApi } from '../../../support/a-mock-api.ts';

/** Stands in front of stages that an `AWS::Moat::Drawbridge` names, and refuses bodies with the word `trebuchet`. */
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
                  body?.includes('trebuchet') === true
                    ? {
                        kind: 'refused',
                        reason: 'a trebuchet in the body',
                        because: ['The drawbridge Gate refuses bodies with the word trebuchet.'],
                        changes: ['Send a ladder.'],
                      }
                    : { kind: 'passed' }
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
    started = await aGateway({ ...aMockApi(), Bridge: bridge }, { moreServices: [MOAT], record: 10 });
  });
  after(() => started.close());
  const post = (body: string): Promise<Response> =>
    fetch(`${started.urlOf('rest')}/`, { method: 'POST', body, headers: JSON_BODY });

  it('accepts requests that it has no reason to refuse', async () => {
    assert.equal((await post('{"a":"ladder"}')).status, 200);
  });

  it('refuses others as AWS WAF does, before anything else is checked', async () => {
    const reply = await post('a trebuchet');

    assert.equal(reply.status, 403);
    assert.deepEqual(await reply.json(), { message: 'Forbidden' });
    assert.match(started.lines.at(-1) ?? '', /403 .* screen \(a trebuchet in the body\)/);
  });

  it('says itself why, where the request is explained', async () => {
    await post('another trebuchet');
    const { control } = started.listening;
    const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = started.gateway.environment();
    const headers = { authorization: `Bearer ${secret}` };
    const story = await (await fetch(`${control}/_gatewright/requests/last`, { headers })).text();

    assert.match(story, /The drawbridge Gate refuses bodies with the word trebuchet/);
    assert.match(story, /Send a ladder/);
  });
});
