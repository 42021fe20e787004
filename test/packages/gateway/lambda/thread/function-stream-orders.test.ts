/**
 * Parts, reads, an end and a reader that leaves come in any order. A reader gets the parts in their order and then the
 * end, and each part is acknowledged once.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FunctionStream } from '../../../../../packages/gateway/lambda/thread/function-stream.ts';
import { pickFrom } from '../../../../support/pick.ts';

type Said = number | 'over' | 'failed';

it('a streamed response reaches its reader in order, whatever comes when', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const pick = pickFrom(seed);
    const stream = new FunctionStream();
    const iterator = stream[Symbol.asyncIterator]();
    const acknowledged: number[] = [];
    const wanted: number[] = [];
    const said: Said[] = [];
    let reads = 0;
    let sent = 0;
    let end: 'over' | 'failed' | undefined;
    let isCancelled = false;
    const read = (): void => {
      reads += 1;
      void iterator.next().then(
        ({ done, value }) => said.push(done === true ? 'over' : (value[0] ?? -1)),
        () => said.push('failed'),
      );
    };
    const take = (): void => {
      sent += 1;
      const number = sent;
      if (end === undefined && !isCancelled) wanted.push(number);
      stream.take({
        bytes: Buffer.from([number, 0, 0]),
        acknowledge: (bytes) => {
          assert.equal(bytes, 3);
          acknowledged.push(number);
        },
      });
    };
    for (let step = 0; step < 30; step += 1) {
      await Promise.resolve();
      await Promise.resolve();
      const way = pick.upTo(20);
      if (way < 10) take();
      // One read at a time, as `for await` does.
      else if (way < 18 && said.length === reads) read();
      else if (way === 19) {
        const how = pick.one(['over', 'failed'] as const);
        stream.end(how === 'failed' ? new Error('it broke off') : undefined);
        end ??= how;
      } else if (way === 20 && pick.chance(0.5)) {
        stream.cancel();
        isCancelled = true;
      }
    }
    stream.end();
    end ??= 'over';
    for (let rest = 0; rest <= sent + 1; rest += 1) {
      await Promise.resolve();
      await Promise.resolve();
      if (said.length === reads) read();
    }
    await new Promise(setImmediate);

    const numbers = said.filter((one) => typeof one === 'number');
    assert.deepEqual(numbers, isCancelled ? wanted.slice(0, numbers.length) : wanted, `seed ${seed}`);
    assert.equal(said.at(-1), isCancelled ? 'over' : end, `seed ${seed}`);
    assert.deepEqual(
      acknowledged.toSorted((a, b) => a - b),
      Array.from({ length: sent }, (_, index) => index + 1),
      `seed ${seed}`,
    );
  }
});
