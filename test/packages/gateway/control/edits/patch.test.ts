import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ControlError } from '../../../../../packages/gateway/control/control-error.ts';
import { listingRefusal, readPatch } from '../../../../../packages/gateway/control/edits/patch.ts';
import { STAGE_RULES, stageRefusal } from '../../../../../packages/gateway/control/api/rest/stage-patch.ts';
import type { PatchRule } from '../../../../../packages/gateway/control/edits/patch.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

type Shelf = Readonly<Record<string, string>>;

const RULES: readonly PatchRule<Shelf>[] = [
  {
    path: '/items/{name}',
    on: {
      add: (shelf, { names, value }) => ({ ...shelf, [names['name'] ?? '']: value }),
      remove: (shelf, { names }) =>
        Object.fromEntries(Object.entries(shelf).filter(([key]) => key !== names['name'])),
    },
  },
];

function patch(shelf: Shelf, ...patchOperations: unknown[]): Shelf {
  return readPatch({ patchOperations }, 'updateShelfInput', RULES)(shelf);
}

describe('readPatch', () => {
  it('applies operations in order, names unescaped as RFC 6901 says', () => {
    const shelf = patch(
      {},
      { op: 'add', path: '/items/a~1b', value: '1' },
      { op: 'add', path: '/items/~01', value: '2' },
      { op: 'add', path: '/items/gone', value: '3' },
      { op: 'remove', path: '/items/gone' },
    );

    assert.deepEqual(shelf, { 'a/b': '1', '~1': '2' });
  });

  const refused: { name: string; operation: unknown; code: string; message: string }[] = [
    {
      name: 'a path that no rule has',
      operation: { op: 'add', path: '/items', value: '1' },
      code: 'BadRequestException',
      message: 'Invalid patch path /items',
    },
    {
      name: 'a verb that the path does not take',
      operation: { op: 'replace', path: '/items/a', value: '1' },
      code: 'BadRequestException',
      message: 'Invalid patch operation specified. Must be one of: [add, remove]',
    },
    {
      name: 'a verb of RFC 6902 that works nowhere on AWS',
      operation: { op: 'move', path: '/items/a', from: '/items/b' },
      code: 'BadRequestException',
      message: 'Invalid patch operation specified. Must be one of: [add, remove]',
    },
    {
      name: 'a verb that does not exist',
      operation: { op: 'wrong_op', path: '/items/a' },
      code: 'ValidationException',
      message:
        "1 validation error detected: Value 'wrong_op' at 'updateShelfInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]",
    },
    {
      name: 'a value that is not text',
      operation: { op: 'add', path: '/items/a', value: 1 },
      code: 'BadRequestException',
      message: 'Invalid request input',
    },
  ];
  for (const { name, operation, code, message } of refused)
    it(`refuses ${name} with AWS's message (recorded 2024–2025)`, () => {
      assert.throws(
        () => patch({}, operation),
        (error) => error instanceof ControlError && error.code === code && error.message === message,
      );
    });

  it('counts several unknown verbs in one message (recorded 2025-06-30)', () => {
    const operations = [{ op: 'x' }, { op: 'add', path: '/items/a' }, { op: 'y' }];

    assert.throws(
      () => patch({}, ...operations),
      /^ControlError: 2 validation errors detected: Value 'x' at .*patchOperations\.1\.member.*; Value 'y' at .*patchOperations\.3\./,
    );
  });

  it('refuses too many operations', () => {
    const operation = { op: 'add', path: '/items/a', value: '1' };

    assert.throws(() => patch({}, ...Array.from({ length: 201 }, () => operation)), ControlError);
  });

  it('says which other operations exist if a resource lists its paths', () => {
    const body = { patchOperations: [{ op: 'replace', path: '/x' }] };
    const refuseListing = readPatch(body, 'input', [], listingRefusal(['/parentId', '/pathPart']));

    assert.throws(
      () => refuseListing({}),
      /Invalid patch path {2}'\/x' specified for op 'replace'\. Must be one of: \[\/parentId, \/pathPart\]/,
    );
  });

  it('ends every patch of a stage, with any content, with a stage or a ControlError', () => {
    const segment = fc.constantFrom(
      'variables',
      '*',
      '~1pets',
      'GET',
      'throttling',
      'rateLimit',
      'canarySettings',
    );
    const path = fc
      .array(fc.oneof(segment, fc.string()), { maxLength: 5 })
      .map((parts) => `/${parts.join('/')}`);
    const operation = fc.record(
      {
        op: fc.constantFrom('add', 'replace', 'remove', 'copy', 'move'),
        path,
        value: fc.oneof(fc.string(), fc.constantFrom('true', '1', '')),
        from: path,
      },
      { requiredKeys: ['op', 'path'] },
    );
    const stage: JsonObject = { StageName: 'dev', DeploymentId: 'd', MethodSettings: [] };
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (patchOperations) => {
        try {
          const patched = readPatch(
            { patchOperations },
            'updateStageInput',
            STAGE_RULES,
            stageRefusal,
          )(stage);
          assert.equal(patched['StageName'], 'dev');
        } catch (error) {
          assert.ok(error instanceof ControlError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
