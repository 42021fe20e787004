import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  notePort,
  reportMoved,
} from '../../../../../../packages/gateway/engine/compose/control-port/control.ts';

type Parts = Parameters<typeof reportMoved>[0];

describe('the message about ports that are in use', () => {
  const rows: readonly {
    name: string;
    bound: readonly (readonly [number, readonly number[]])[];
    expected: string[];
  }[] = [
    {
      name: 'is not printed while all ports are free',
      bound: [
        [4000, []],
        [3000, []],
      ],
      expected: [],
    },
    {
      name: 'names the port and the one that is used instead',
      bound: [
        [4001, [4000]],
        [3000, []],
      ],
      expected: ['port 4000 is in use, so port 4001 is used instead'],
    },
    {
      // The walk of a user: "ports 4000 and 3000 are in use, so ports 4001 and 3002 are used instead".
      name: 'names each port that was found in use',
      bound: [
        [4001, [4000]],
        [3002, [3000, 3001]],
      ],
      expected: ['ports 4000, 3000 and 3001 are in use, so ports 4001 and 3002 are used instead'],
    },
    {
      // The walk of a user: 3002 was named as in use, although the gateway itself used it.
      name: 'does not name a port as in use that the gateway itself uses',
      bound: [
        [4001, [4000]],
        [3002, [3000, 3001]],
        [3003, [3001, 3002]],
        [3004, [3002, 3003]],
      ],
      expected: ['ports 4000, 3000 and 3001 are in use, so ports 4001, 3002, 3003 and 3004 are used instead'],
    },
    {
      name: 'names one port in use and several that are used instead',
      bound: [
        [3001, [3000]],
        [3002, [3001]],
      ],
      expected: ['port 3000 is in use, so ports 3001 and 3002 are used instead'],
    },
  ];
  for (const { name, bound, expected } of rows)
    it(name, () => {
      const lines: string[] = [];
      const parts = {
        triedPorts: new Map(),
        options: { onProgress: (line: string) => void lines.push(line) },
      } as unknown as Parts;
      for (const [port, taken] of bound) notePort(parts)(port, taken);

      reportMoved(parts);

      assert.deepEqual(lines, expected);
    });
});
