import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError, DefinitionFaults, propertyAt } from '../../../../packages/gateway/core/errors.ts';

describe('DefinitionFaults', () => {
  it('describes each fault in a line of its own, and the first as the error that it replaces', () => {
    const fault = (property: string): DefinitionError =>
      new DefinitionError({ file: 'shop.yml', line: 3, logicalId: 'Me', property }, 'is wrong', [property]);

    const faults = new DefinitionFaults(fault('Layers'), [fault('Role'), fault('Handler')]);

    assert.equal(
      faults.describe(),
      ['Layers', 'Role', 'Handler'].map((name) => `shop.yml:3: Me.${name}: is wrong`).join('\n'),
    );
    assert.deepEqual(faults.awaited, ['Layers', 'Role', 'Handler']);
  });

  it('contains the faults of others that it is given', () => {
    const fault = (message: string): DefinitionError => new DefinitionError({ file: 'shop.yml' }, message);

    const faults = new DefinitionFaults(new DefinitionFaults(fault('a'), [fault('b')]), [fault('c')]);

    assert.deepEqual(
      faults.all.map(({ message }) => message),
      ['a', 'b', 'c'],
    );
  });
});

describe('propertyAt', () => {
  it('reads the line of the place only if a message needs it', () => {
    let reads = 0;
    const place = {
      file: 'shop.json',
      get line() {
        reads += 1;
        return 7;
      },
      logicalId: 'Me',
    };

    const at = propertyAt(propertyAt(place, 'Role'), 'Handler');
    assert.equal(reads, 0);

    assert.equal(new DefinitionError(at, 'is wrong').describe(), 'shop.json:7: Me.Handler: is wrong');
  });
});
