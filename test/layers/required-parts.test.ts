import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingParts } from '../../layers/required-parts.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';

type Members = { readonly quota?: object; readonly channels?: object };
const aDocument = (members: Members = {}) =>
  ({ name: 'menu', apis: [], ...members }) as unknown as CompiledDocument;
const ofStage = (documents: readonly CompiledDocument[], hasWebhooks = false, stage = 'prod') => ({
  access: { compiled: { documents }, stages: new Map([['menu', ['prod']]]) },
  hasWebhooks,
  stage,
});

describe('missingParts', () => {
  it('names what documents ask of a part that is left out', () => {
    const missing = missingParts(ofStage([aDocument({ quota: {}, channels: {} })], true), ['authorizers']);
    assert.deepEqual(
      missing.map((sentence) => / init --add (\w+)/.exec(sentence)?.[1]),
      ['quotas', 'channels', 'webhooks'],
    );
    assert.match(
      missing[0] ?? '',
      /^access\/menu\.yml has a quota in stage "prod", but the stack has no part quotas: run npx gatewright init --add quotas,/,
    );
    assert.deepEqual(missingParts(ofStage([aDocument()]), ['cache']).length, 1);
    assert.deepEqual(
      missingParts(ofStage([aDocument({ quota: { isTracked: true } })]), ['authorizers', 'quotas']),
      [
        'access/menu.yml charges from access logs in stage "prod", but the stack has no part access-logs: run npx gatewright init --add access-logs, or remove count: access-log from the document',
      ],
    );
  });

  it('has nothing to report for chosen parts, for other stages, and for the whole stack', () => {
    const quota = aDocument({ quota: {} });
    assert.deepEqual(missingParts(ofStage([quota]), ['authorizers', 'quotas']), []);
    assert.deepEqual(missingParts(ofStage([quota], false, 'test'), ['authorizers']), []);
    assert.deepEqual(missingParts(ofStage([quota], true), undefined), []);
  });
});
