/** The field Lineage of the trace header still counts a function after a long chain, and in a batch of many senders. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinLineages, lineageOf, withLineage } from '../../../../packages/gateway/kernel/lineage.ts';
import { stopLoops } from '../../../../packages/gateway/kernel/calls/stop-loops.ts';

const HEADER = 'Root=1-65f0c1d2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0';
/** Lambda accepts a trace header of at most 256 characters. */
const MAX_HEADER = 256;

const invoke = stopLoops(
  (invocation: { functionName: string; traceHeader: string }) => Promise.resolve(invocation),
  {
    isAllowed: () => false,
  },
);

/** Invokes the functions one after the other in one chain. Returns how many were invoked until one was refused. */
async function countUntilRefused(functions: readonly string[]): Promise<number> {
  let traceHeader = HEADER;
  for (const [index, functionName] of functions.entries()) {
    const result = await invoke({ functionName, traceHeader });
    if ('kind' in result) return index;
    ({ traceHeader } = result);
    assert.ok(traceHeader.length <= MAX_HEADER, traceHeader);
  }
  return functions.length;
}

const names = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

const repeat = (functions: readonly string[], times: number): readonly string[] =>
  Array.from({ length: times }, () => functions).flat();

// "Lambda stops … after approximately 16 times" (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html)
const ROWS: readonly (readonly [what: string, functions: readonly string[], invoked: number])[] = [
  ['a function that invokes itself', repeat(['a'], 30), 16],
  ['a loop after a chain of six other functions', [...names(6, 'before'), ...repeat(['a'], 30)], 22],
  ['a loop after a chain of twenty other functions', [...names(20, 'before'), ...repeat(['a'], 30)], 36],
  ['a loop over two functions after such a chain', [...names(20, 'before'), ...repeat(['a', 'b'], 30)], 52],
  ['a loop over ten functions', repeat(names(10, 'of'), 30), 160],
];

describe('a chain of events', () => {
  for (const [what, functions, invoked] of ROWS)
    it(`ends after the 16th invocation of a function in ${what}`, async () => {
      assert.equal(await countUntilRefused(functions), invoked);
    });

  it('ends after the 16th invocation if each batch also has messages of many other functions', async () => {
    let traceHeader = HEADER;
    let invoked = 0;
    for (; invoked < 30; invoked += 1) {
      const result = await invoke({ functionName: 'a', traceHeader });
      if ('kind' in result) break;
      const others: string[] = [];
      for (const functionName of names(12, `round-${invoked}`)) {
        const other = await invoke({ functionName, traceHeader: HEADER });
        if (!('kind' in other)) others.push(lineageOf(other.traceHeader) ?? '');
      }
      traceHeader = withLineage(HEADER, joinLineages([...others, lineageOf(result.traceHeader) ?? '']));
    }
    assert.equal(invoked, 16);
  });
});
