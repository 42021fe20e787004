import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { LateValues } from '../../../../../../packages/gateway/engine/compose/state/values.ts';
import type { GatewayOptions } from '../../../../../../packages/gateway/engine/gateway.ts';
import { LocalValues } from '../../../../../../packages/gateway/services/values/local-values.ts';
import { parseValues } from '../../../../../../packages/gateway/services/values/value-definitions.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import { VirtualClock } from '../../../../../support/virtual-ports.ts';

/** Values whose code loads only after some tries. */
function lateValues({ failures }: { readonly failures: number }) {
  const log: string[] = [];
  let tries = 0;
  const options = { directory: '/app', log: { write: (line: string) => void log.push(line) } };
  const values = new LateValues(options as unknown as GatewayOptions, new VirtualClock(), async () => {
    await nextTurn();
    tries += 1;
    if (tries <= failures) throw new Error('EMFILE: too many open files');
    return { LocalValues };
  });
  return { values, log, loads: () => tries };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

describe('LateValues', () => {
  it('says in the log why an object could not be looked up, once for all who ask', async () => {
    const { values, log } = lateValues({ failures: 2 });

    assert.equal(values.object('bucket/one'), undefined);
    assert.equal(values.object('bucket/two'), undefined);
    await turns();
    values.object('bucket/one');
    await turns();

    assert.deepEqual(log, ['values cannot be loaded: EMFILE: too many open files']);
  });

  it('tries again for the next who asks', async () => {
    const { values } = lateValues({ failures: 1 });
    await assert.rejects(values.open(), /EMFILE/);

    assert.ok((await values.open()) instanceof LocalValues);
  });

  it('has an object as soon as it is open', async () => {
    const { values, log } = lateValues({ failures: 0 });
    await values.replace(
      parseValues('s3: { bucket: { one: first } }', '', () => Buffer.alloc(0)),
      [],
    );

    assert.equal(values.object('bucket/one')?.bytes.toString(), 'first');
    assert.deepEqual(log, []);
  });

  it('logs no missing object if the search is quiet, as before a write', async () => {
    const { values, log } = lateValues({ failures: 0 });

    values.object('bucket/one', true);
    await turns();
    values.object('bucket/one', true);
    assert.deepEqual(log, []);

    values.object('bucket/one');
    assert.match(log.join(), /^s3: bucket\/one was read but does not exist/);
  });

  const written = parseValues('ssm: { /a: b }', '', () => Buffer.alloc(0));
  for (const { name, given, resources, tries } of [
    { name: 'written values', given: written, resources: {}, tries: 1 },
    { name: 'a parameter of a stack', given: undefined, resources: { P: 'AWS::SSM::Parameter' }, tries: 1 },
    { name: 'other resources', given: undefined, resources: { Q: 'AWS::SQS::Queue' }, tries: 0 },
  ])
    it(`is ${tries === 0 ? 'not ' : ''}loaded for ${name}`, async () => {
      const { values, loads } = lateValues({ failures: 0 });
      const types = Object.entries(resources).map(([id, type]) => [id, { type, properties: {} }] as const);

      await values.replace(given, [aStack(Object.fromEntries(types))]);

      assert.equal(loads(), tries);
    });
});
