/** Runs each minute: computes new prices and sends them to every client that watches. */
import { createLambdaPublisher } from 'gatewright/websocket';

const SYMBOLS = ['ACME', 'BETA', 'CORE', 'DELTA', 'ECHO'];

export async function handler(): Promise<{ readonly seq: number | undefined }> {
  const publisher = createLambdaPublisher(process.env['PUBLISHER'] ?? '');
  const at = Date.now();
  const prices = SYMBOLS.map((symbol, index) => ({ symbol, at, price: priceAt(at / 60_000 + index * 7) }));
  const { seq } = await publisher.publishAll('ticker:prices', prices);
  return { seq };
}

/** Invented prices that go up and down. */
function priceAt(minute: number): number {
  return Math.round((100 + 20 * Math.sin(minute / 9) + 5 * Math.sin(minute)) * 100) / 100;
}
