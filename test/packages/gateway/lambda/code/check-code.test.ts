import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError, DefinitionFaults, Faults } from '../../../../../packages/gateway/core/errors.ts';
import { findBroken } from '../../../../../packages/gateway/lambda/code/check-code.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';

/** CreateFunction reads neither the handler nor its imports: it checks the archive only (Lambda API, CreateFunction). */
describe('findBroken', () => {
  const definition = aFolderFunction(aFolder({ 'app.js': '' }), 'app.handler');
  const fault = (text: string) =>
    new DefinitionError({ file: 'a.yml', logicalId: 'Fn', property: 'Runtime' }, text);
  const rulesOf = async (code: object): Promise<readonly unknown[]> => {
    const faults = new Faults(true);
    const entry = { definition, code } as never;
    await findBroken([entry], faults, { borrowed: new Set(), interpreters: new Set() });
    return faults.all.map(({ error }) => [error.message, error.rule]);
  };
  const checked = (more: object) => ({
    check: async () => ({ missing: [], borrowed: [], ...more }),
    unsupportedSettings: undefined,
  });

  it('reports no fault of code as a refusal by AWS, which accepts the function', async () => {
    const error = fault('x');
    const same = { error, consequence: 'c' };
    const cases: readonly object[] = [
      checked({ missing: [error] }),
      checked({ refused: error }),
      checked({ findings: [same] }),
      { ...checked({}), unsupportedSettings: same },
      { check: () => Promise.reject(error), unsupportedSettings: undefined },
    ];
    for (const code of cases) assert.deepEqual(await rulesOf(code), [['x', 'served-otherwise']]);
  });

  it('keeps the rule that a fault names, and reports each of several faults', async () => {
    const ruled = new DefinitionError({ file: 'a.yml' }, 'y', [], 'package-size');
    const several = new DefinitionFaults(fault('x'), [ruled]);
    assert.deepEqual(
      await rulesOf({ check: () => Promise.reject(several), unsupportedSettings: undefined }),
      [
        ['x', 'served-otherwise'],
        ['y', 'package-size'],
      ],
    );
  });
});
