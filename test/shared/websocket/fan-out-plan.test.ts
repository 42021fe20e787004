import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { placeOf } from '#shared/websocket/connection.ts';
import { ALL_PLACES, cutPlaces, LISTENERS_PER_SHARE } from '#shared/websocket/fan-out-plan.ts';

const place = (connectionId: string) => placeOf({ apiId: 'a', stage: 's', connectionId });

describe('cutPlaces', () => {
  it('assigns each client exactly once', () => {
    const places = Array.from({ length: 20_000 }, (_, index) => place(`${index}`)).sort();
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 20_000 }),
        fc.integer({ min: 1, max: 400 }),
        (total, listeners) => {
          const all = places.slice(0, total);
          const seen = Math.min(listeners, total);
          const lastPlace = all[seen - 1]!;
          const shares = cutPlaces(ALL_PLACES, { listeners: seen, lastPlace });
          const holders = all
            .slice(seen)
            .map((one) => shares.filter(([from, before]) => one >= from && one < before).length);
          assert.ok(holders.every((count) => count === 1));
          assert.equal(shares[0][0], lastPlace);
          assert.equal(shares.at(-1)?.[1], ALL_PLACES[1]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('estimates from one page how many functions it takes', () => {
    for (const total of [1_000, 20_000]) {
      const places = Array.from({ length: total }, (_, index) => place(`${index}`)).sort();
      const shares = cutPlaces(ALL_PLACES, { listeners: 250, lastPlace: places[249]! });
      const wanted = Math.ceil(total / LISTENERS_PER_SHARE);
      assert.ok(Math.abs(shares.length - wanted) <= Math.max(1, wanted / 4), `${shares.length} for ${total}`);
    }
  });
});
