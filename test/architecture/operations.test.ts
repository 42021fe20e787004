import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COGNITO_CALLS } from '../../packages/gateway/cognito/api/cognito-idp.ts';
import { formatText } from '../../lab/tools/format-text.ts';
import { MODELLED } from '../../lab/tools/modelled-operations.ts';
import { USES } from '../../lab/tools/operation-uses.ts';
import { ANSWERED, OPERATIONS_PAGE, printOperations } from '../../lab/tools/operations-page.ts';
import { readSource } from './source-files.ts';

describe('operations that the gateway answers', () => {
  for (const [service, operations] of Object.entries(ANSWERED))
    it(`of ${service} each have a use, and each use has an operation`, () => {
      const used = Object.keys(USES[service] ?? {});

      assert.deepEqual(
        used.toSorted(),
        [...operations].toSorted(),
        `lab/tools/operation-uses.ts must say what uses each operation of ${service}`,
      );
    });

  it('include every operation whose members are checked by a model', () => {
    const answered = new Set([...Object.values(ANSWERED).flat(), ...COGNITO_CALLS]);

    assert.deepEqual(
      Object.values(MODELLED)
        .flat()
        .filter((operation) => !answered.has(operation)),
      [],
    );
  });

  it('are printed in the reference as the code has them', async () => {
    const { text } = readSource(OPERATIONS_PAGE);

    assert.equal(await formatText(OPERATIONS_PAGE, printOperations()), text, 'run npm run schemas');
  });
});
