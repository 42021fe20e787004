import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteIllegalKeys } from '../../../../../packages/gateway/core/deployment/route-keys.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { PropertyBag } from '../../../../../packages/gateway/core/deployment/properties.ts';

function aBag(logicalId: string, properties: PropertyBag['properties']): PropertyBag {
  const place = (property?: string) => ({ file: 'a.yml', logicalId, property });
  return { id: logicalId, logicalId, properties, place };
}

describe('noteIllegalKeys', () => {
  const rows: readonly [keys: readonly (string | number)[], refused: readonly string[]][] = [
    [['$default', 'GET /a', 'ANY /{p+}'], []],
    [['GET x', 'GET /a'], ['R0']],
    [['GET /a', 'GET /a'], ['R1']],
    [
      ['GET /a', 'GET /a', 'GET /b', 'GET /a'],
      ['R1', 'R3'],
    ],
    [
      ['GET x', 'GET /a', 'GET x'],
      ['R0', 'R2'],
    ],
    [[1], ['R0']],
  ];
  for (const [keys, refused] of rows)
    it(`names the routes whose keys AWS refuses among ${JSON.stringify(keys)}`, () => {
      const faults = new Faults(false);
      const routes = keys.map((RouteKey, index) => aBag(`R${index}`, { RouteKey }));

      noteIllegalKeys(routes, faults);

      assert.deepEqual(
        faults.all.map(({ error }) => error.place.logicalId),
        refused,
        'API Gateway V2 API reference, CreateRoute',
      );
    });
});
