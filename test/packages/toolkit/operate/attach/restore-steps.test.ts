import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Plan, Saved, SavedStep, Undo } from '../../../../../packages/toolkit/operate/attach/journal.ts';
import { restore } from '../../../../../packages/toolkit/operate/attach/make-plan.ts';
import type { PlaneCall } from '../../../../../packages/toolkit/operate/attach/step.ts';
import { anHttpApiToAttach, aRestApiToAttach } from '../../../../support/an-api-to-attach.ts';
import type { ApiToAttach } from '../../../../support/an-api-to-attach.ts';

/** An undo file as it was written before such files contained calls. */
const undoOf = ({ format, id, apiId, kind, stage, region, functionArn, steps }: Plan): Undo => ({
  format,
  id,
  apiId,
  kind,
  stage,
  region,
  functionArn,
  steps,
});
const withoutCalls = (undo: Undo): Saved<Undo> => ({
  ...undo,
  steps: undo.steps.map(({ part, before: was, after: is, canaryPercent }) => ({
    part,
    before: was,
    after: is,
    ...(canaryPercent !== undefined && { canaryPercent }),
  })),
});

/** The plan names the function by its name, what is made again by its ARN. */
const byArn = ({ steps, functionArn }: Undo): unknown =>
  JSON.parse(
    JSON.stringify(steps).replaceAll(
      `/functions/${functionArn.split(':').at(-1) ?? ''}/`,
      `/functions/${encodeURIComponent(functionArn)}/`,
    ),
  );

for (const { kind, open } of [
  { kind: 'REST', open: () => aRestApiToAttach({ resources: 2, methods: ['GET'] }) },
  { kind: 'HTTP', open: () => anHttpApiToAttach({ count: 2 }) },
  { kind: 'HTTP, deployed by hand,', open: () => anHttpApiToAttach({ count: 2, autoDeploy: false }) },
])
  describe(`the file of an attachment to a ${kind} API`, () => {
    let api: ApiToAttach;
    let undo: Undo;
    before(async () => {
      api = await open();
      undo = undoOf((await api.plan()).plan);
    });
    after(() => api[Symbol.asyncDispose]());

    const edited = (part: string, change: (step: SavedStep) => object): Saved<Undo> => ({
      ...undo,
      steps: undo.steps.map((step) => (step.part.startsWith(part) ? { ...step, ...change(step) } : step)),
    });
    const refused = (saved: Saved<Undo>) =>
      assert.rejects(restore(api.plane, saved), { code: 'ATTACHMENT_FILE_CHANGED' });

    it('refers to the calls that its attachment made, even if a name contains such a call', async () => {
      for (const saved of [undo, withoutCalls(undo)])
        assert.deepEqual((await restore(api.plane, saved)).attachment.steps, byArn(undo));
    });

    it('is refused if it shows one route and opens another', async () => {
      const [, other] = undo.steps.filter(({ part }) => part.startsWith('route '));
      await refused(edited('route GET /things-1', () => ({ revert: other?.revert })));
    });

    it('is refused if a call is another in any part', async () => {
      const [first] = undo.steps.filter(({ part }) => part.startsWith('route '));
      const call = first?.revert ?? assert.fail();
      const others: readonly PlaneCall[] = [
        { ...call, method: 'DELETE' },
        { ...call, service: 'lambda' },
        { ...call, path: `${call.path}/../other` },
        { ...call, body: { authorizationType: 'NONE', more: 1 } },
      ];
      for (const revert of others) await refused(edited(first?.part ?? '', () => ({ revert })));
      for (const apply of others) await refused(edited(first?.part ?? '', () => ({ apply })));
    });

    for (const { does, part, change } of [
      { does: 'makes a route open', part: 'route ', change: { after: { authorizationType: 'NONE' } } },
      { does: 'changes something else of a route', part: 'route ', change: { part: 'integration a1b2c3' } },
      { does: 'deletes a route', part: 'route ', change: { before: null } },
      { does: 'keeps an authorizer that was there', part: 'authorizer ', change: { before: {} } },
      { does: 'deletes another authorizer', part: 'authorizer ', change: { part: 'authorizer other' } },
      {
        does: 'leads the authorizer to another function',
        part: 'authorizer ',
        change: {
          after: {
            name: 'gatewright',
            type: 'TOKEN',
            authorizerUri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/evil/invocations',
          },
        },
      },
      { does: 'deletes another permission', part: 'permission ', change: { part: 'permission other' } },
    ])
      it(`is refused if a step ${does}`, async () => {
        await refused(withoutCalls(edited(part, () => change) as Undo));
      });

    it('is refused for an API of another kind', async () => {
      await refused({ ...undo, kind: 'websocket' });
    });
  });

describe('the file of an attachment by a canary', () => {
  it('has its share of requests, which files with calls have there', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const undo = undoOf((await api.plan({ canaryPercent: 10 })).plan);
    for (const saved of [undo, withoutCalls(undo)])
      assert.deepEqual((await restore(api.plane, saved)).attachment.steps, byArn(undo));
  });
});
