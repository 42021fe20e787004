import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatText } from '../../lab/tools/format-text.ts';
import { MODELLED } from '../../lab/tools/modelled-operations.ts';
import { ADDED, REMOVED } from '../../lab/tools/operation-changes.ts';
import { casesOf, holdersOf } from './operation-holders.ts';
import { USES } from '../../lab/tools/operation-uses.ts';
import { ANSWERED, OPERATIONS_PAGE, printOperations } from '../../lab/tools/operations-page.ts';
import { readSource } from './source-files.ts';

/** The services whose refusals have no text that a source states, each with the reason. */
const WITHOUT_WORDS: Readonly<Record<string, string>> = {
  'API Gateway (connections)': 'The API reference states the names of the exceptions and no messages.',
};

/** X-Ray and EventBridge accept the call, and refuse entries of it. */
function hasRefusedEntry(body: unknown): boolean {
  return JSON.stringify(body ?? {}).includes('"ErrorCode":');
}

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

  for (const service of Object.keys(ANSWERED))
    it(`of ${service} are asked by four cases of the conformance suite, one of which has the words of a refusal`, () => {
      const cases = casesOf(service);
      const refused = cases.filter(({ expect: { error, body } }) =>
        error === undefined ? hasRefusedEntry(body) : error.message !== '<any>',
      );

      assert.ok(cases.length >= 4, `packages/conformance/cases has ${cases.length} cases of ${service}`);
      if (WITHOUT_WORDS[service] === undefined)
        assert.notDeepEqual(refused, [], `no case of ${service} has the message of an error`);
      else assert.deepEqual(refused, [], `${service} has words now; remove it from WITHOUT_WORDS`);
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
