/** What `--assume` changes of the ends of WebSocket connections; rows of assumptions.test.ts. */
import { Connections } from '../../../gateway/websocket/connections.ts';
import { aDetail, FakeSocket, VirtualClock } from '../websocket/fixture.ts';
import type { Assumptions } from '../../../gateway/deployment/assumptions.ts';
import type { AssumptionRow } from './message-assumptions.ts';

const MINUTE_MS = 60_000;

/** How one ends that is silent for so many minutes at the end of its life, and never for longer before. */
const endingAfter =
  (silentMinutes: number, rounds: number) =>
  (assumptions: Assumptions): Promise<unknown> => {
    const clock = new VirtualClock();
    const connections = new Connections(clock, assumptions);
    const socket = new FakeSocket();
    const connection = connections.open(aDetail(), socket);
    for (let round = 0; round < rounds; round += 1) {
      clock.pass(silentMinutes * MINUTE_MS);
      if (round < rounds - 1) connections.touch(connection);
      connections.sweep();
    }
    return Promise.resolve(socket.closures);
  };

const expected = {
  1001: [{ code: 1001, reason: 'Going away' }],
  1000: [{ code: 1000, reason: 'Connection Closed Normally' }],
  1005: [{ code: 1005, reason: '' }],
  1006: [{ code: 1006, reason: '' }],
};

export const CONNECTION_ROWS: readonly AssumptionRow[] = [
  { source: 'docs/aws §11.4', name: 'idle-close-code', observe: endingAfter(10, 1), expected },
  { source: 'docs/aws §11.4', name: 'lifetime-close-code', observe: endingAfter(8, 15), expected },
];
