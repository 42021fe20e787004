import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  noteMoved,
  reportMoved,
} from '../../../../../../packages/gateway/engine/compose/control-port/control.ts';

type Parts = Parameters<typeof reportMoved>[0];

describe('the message about ports that are in use', () => {
  const rows: readonly { name: string; moved: readonly (readonly [number, number])[]; expected: string[] }[] =
    [
      { name: 'is not printed while all ports are free', moved: [], expected: [] },
      {
        name: 'names the port and the one that is used instead',
        moved: [[4000, 4001]],
        expected: ['port 4000 is in use, so port 4001 is used instead'],
      },
      {
        name: 'is one line for the control port and all APIs',
        moved: [
          [4000, 4001],
          [3000, 3002],
          [3001, 3003],
        ],
        expected: ['ports 4000, 3000 and 3001 are in use, so ports 4001, 3002 and 3003 are used instead'],
      },
    ];
  for (const { name, moved, expected } of rows)
    it(name, () => {
      const lines: string[] = [];
      const parts = {
        movedPorts: new Map(),
        options: { onProgress: (line: string) => void lines.push(line) },
      } as unknown as Parts;
      for (const [port, used] of moved) noteMoved(parts)(port, used);

      reportMoved(parts);

      assert.deepEqual(lines, expected);
    });
});
