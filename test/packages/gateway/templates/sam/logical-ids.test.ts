/** Parts of logical ids (docs/aws §18.10). The expectations are output of aws-sam-translator 1.115.0. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  digestOf,
  idPart,
  makeRestPermissionId,
  makeStageId,
} from '../../../../../packages/gateway/templates/sam/sam-ids.ts';

describe('a part of a logical id', () => {
  it('is a digest for what an id cannot contain', () => {
    assert.equal(digestOf('api.example.com'), '1bc412bb08');
    assert.equal(digestOf({ 'Fn::Sub': 'prod.example.com' }), 'eb2530a8bd');
  });

  it('has a digest of the JSON text with sorted keys, at every depth', () => {
    const sorted = { a: { c: 1, d: 2 }, b: [] };
    const other = { b: [], a: { d: 2, c: 1 } };
    assert.equal(digestOf(other), digestOf(sorted));
    assert.equal(digestOf(other), digestOf(JSON.stringify(sorted)));
  });

  it('is the name of a stage, if that is a text of letters and digits', () => {
    assert.equal(makeStageId('Api', 'v1'), 'Apiv1Stage');
    assert.equal(makeStageId('Api', { Ref: 'Env' }), 'ApiStage');
    assert.equal(makeRestPermissionId('FGetPermission', 'Prod'), 'FGetPermissionProd');
    assert.equal(makeRestPermissionId('FGetPermission', 'my-stage'), `FGetPermission${digestOf('my-stage')}`);
  });

  for (const [key, expected] of [
    ['$connect', 'Connect'],
    ['send-message', 'SendMessage'],
    ['a_b.c', 'ABC'],
  ] as const)
    it(`is ${expected} for ${key}`, () => {
      assert.equal(idPart(key), expected);
    });
});
