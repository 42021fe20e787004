import fc from 'fast-check';
import type { ItemWrite } from '#shared/table/item-write.ts';

const PLAIN = { noNullPrototype: true } as const;

/** Writes like the protocol's, on two attributes: never arithmetic on one that a test does not prove to be there. */
export function aWrite(): fc.Arbitrary<Pick<ItemWrite, 'when' | 'change'>> {
  const number = fc.integer({ min: -5, max: 5 });
  const test = fc.oneof(
    fc.record({
      attribute: fc.constantFrom('n', 's1'),
      is: fc.constantFrom('absent' as const, 'present' as const),
    }),
    fc.record({
      attribute: fc.constant('n'),
      is: fc.constantFrom(
        'at-least' as const,
        'at-most' as const,
        'equal' as const,
        'absent-or-below' as const,
      ),
      value: number,
    }),
    fc.record({
      attribute: fc.constant('s1'),
      is: fc.constantFrom('equal' as const, 'absent-or-not' as const),
      value: fc.constantFrom('a', 'b'),
    }),
  );
  const put = fc.record({
    when: fc.array(test, { maxLength: 2 }),
    change: fc.record({
      kind: fc.constant('put' as const),
      item: fc.record({ n: number, s1: fc.constantFrom('a', 'b') }, PLAIN),
    }),
  });
  const update = fc.record({
    when: fc
      .array(test, { maxLength: 2 })
      .map((tests) => [{ attribute: 'n', is: 'present' as const }, ...tests]),
    change: fc.record({
      kind: fc.constant('update' as const),
      add: fc.record({ n: number }),
      set: fc.record({ s1: fc.constantFrom('a', 'b') }),
      remove: fc.constantFrom([], ['x']),
    }),
  });
  return fc.oneof(put, update);
}
