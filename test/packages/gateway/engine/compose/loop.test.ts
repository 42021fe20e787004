import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openLoop } from '../../../../../packages/gateway/engine/compose/loop.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';
import type { GatewayOptions } from '../../../../../packages/gateway/engine/index.ts';

/** The options through which a gateway prints in the terminal of `start`, and a line that each of them prints. */
type Prints = Pick<GatewayOptions, 'log' | 'functionLog' | 'onProgress' | 'onWaiting' | 'onReload'>;

const LINES: {
  readonly [Name in keyof Required<Prints>]: readonly [
    print: (to: Required<Prints>) => void,
    expected: readonly string[],
  ];
} = {
  log: [({ log }) => log.write('GET /menu 200 2 ms'), ['GET /menu 200 2 ms']],
  functionLog: [
    ({ functionLog }) =>
      functionLog({
        functionName: 'list',
        stream: 'stdout',
        epochMs: 0,
        level: 'INFO',
        requestId: 'r',
        message: 'listed',
      }),
    ['listed'],
  ],
  onProgress: [({ onProgress }) => onProgress('loaded menu-dev'), ['loaded menu-dev']],
  onWaiting: [
    ({ onWaiting }) => onWaiting('reading menu/serverless.yml …'),
    ['reading menu/serverless.yml …'],
  ],
  onReload: [
    ({ onReload }) => {
      onReload({ kind: 'begun', what: 'the stacks' });
      onReload({ kind: 'reloaded', what: 'the stacks', tookMs: 41.6 });
      onReload({ kind: 'kept', what: 'list', message: 'Unexpected "=" (list.ts:9:13)' });
    },
    [
      'loading the stacks again…',
      'reloaded the stacks in 42 ms',
      'could not reload list, so the previous version stays in use: Unexpected "=" (list.ts:9:13)',
    ],
  ],
};

describe('the log of a run', () => {
  for (const [option, [print, expected]] of Object.entries(LINES))
    it(`keeps for \`gatewright logs\` what the gateway prints through ${option}, and still prints it`, async () => {
      const printed: string[] = [];
      const note = (name: string) => () => void printed.push(name);
      const given = {
        log: { write: note('log') },
        functionLog: note('functionLog'),
        onProgress: note('onProgress'),
        onWaiting: note('onWaiting'),
        onReload: note('onReload'),
        directory: '.',
      };
      const { options, history } = await openLoop(given as unknown as GatewayOptions, new VirtualClock());

      print(options as Required<Prints>);

      const kept = history.read({}).map(({ message }) => message);
      assert.deepEqual(kept, expected);
      assert.deepEqual(printed, Array(expected.length).fill(option));
    });
});
