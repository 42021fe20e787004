import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatText } from '../../lab/tools/format-text.ts';
import { MODELLED } from '../../lab/tools/modelled-operations.ts';
import { ADDED, REMOVED } from '../../lab/tools/operation-changes.ts';
import { holdersOf } from './operation-holders.ts';
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

  for (const [service, operations] of Object.entries(ANSWERED))
    it(`of ${service} are each called by a test or a case`, () => {
      const loose = operations.filter((one) => Object.keys(holdersOf(service, one)).length === 0);

      assert.deepEqual(loose, [], `no test in the folders of ${service} names these operations`);
    });

  it('include what was added since the list was begun, and not what was removed', () => {
    const wrong = [
      ...Object.entries(ADDED).map(([service, names]) =>
        names.filter((name) => ANSWERED[service]?.includes(name) !== true),
      ),
      ...Object.entries(REMOVED).map(([service, names]) =>
        Object.keys(names).filter((name) => ANSWERED[service]?.includes(name) !== false),
      ),
    ];

    assert.deepEqual(wrong.flat(), []);
  });

  it('include every operation whose members are checked by a model', () => {
    const answered = new Set(Object.values(ANSWERED).flat());

    assert.deepEqual(
      Object.values(MODELLED)
        .flat()
        .filter((operation) => !answered.has(operation)),
      [],
    );
  });

  it('are printed in the reference as the code has them', async () => {
    const { text } = readSource(OPERATIONS_PAGE);

    assert.equal(await formatText(OPERATIONS_PAGE, printOperations(holdersOf)), text, 'run npm run schemas');
  });
});
