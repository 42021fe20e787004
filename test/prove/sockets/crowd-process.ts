/**
 * A process of clients that connect, send nothing, and can die all at once. Controlled by IPC; it ends with
 * its parent.
 */
import { WebSocket } from 'ws';

const [url = '', count = '0'] = process.argv.slice(2);
/** The number of concurrent handshakes. It is small, so that functions are not all started at once. */
const AT_ONCE = 16;

export type CrowdWord =
  | { readonly kind: 'connected' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Every connection has ended. `codes` contains how often each close code was received. */
  | { readonly kind: 'closed'; readonly codes: Readonly<Record<string, number>> };

const say = (word: CrowdWord): void => void process.send?.(word);
const codes: Record<string, number> = {};
let open = 0;

function connect(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.once('open', () => {
      open += 1;
      resolve();
      socket.once('close', (code: number) => {
        codes[code] = (codes[code] ?? 0) + 1;
        open -= 1;
        if (open === 0) say({ kind: 'closed', codes });
      });
    });
    socket.on('error', reject);
  });
}

let left = Number(count);
async function connectInTurn(): Promise<void> {
  while (left > 0) {
    left -= 1;
    await connect();
  }
}

process.on('disconnect', () => process.exit(1));
try {
  await Promise.all(Array.from({ length: AT_ONCE }, connectInTurn));
  say({ kind: 'connected' });
} catch (error) {
  say({ kind: 'failed', reason: String(error) });
}
