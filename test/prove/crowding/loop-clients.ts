/** Clients that send a new request as soon as they have an answer. Each keeps its connection. */
import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';

type Asked = { readonly tookMs: number[]; readonly statuses: Record<string, number> };

type Asking = {
  readonly isOver: () => boolean;
  readonly body?: Buffer;
  /** Is called for every answer, with the client's number. An answer for which it returns false is not counted. */
  readonly isCounted?: (client: number) => boolean;
};

/** Lets this number of clients call at the same time, until `isOver`. */
export async function askInLoop(url: URL, clients: number, asking: Asking): Promise<Asked> {
  const asked: Asked = { tookMs: [], statuses: {} };
  await Promise.all(Array.from({ length: clients }, (_, client) => loop(url, client, asking, asked)));
  return asked;
}

async function loop(
  url: URL,
  client: number,
  { isOver, body, isCounted }: Asking,
  asked: Asked,
): Promise<void> {
  const options = { keepAlive: true, maxSockets: 1 };
  const agent =
    url.protocol === 'https:' ? new TlsAgent({ ...options, rejectUnauthorized: false }) : new Agent(options);
  while (!isOver()) {
    const startedMs = performance.now();
    const status = await ask(url, agent, body);
    if (isCounted?.(client) !== false || status !== '200') {
      asked.tookMs.push(performance.now() - startedMs);
      asked.statuses[status] = (asked.statuses[status] ?? 0) + 1;
    }
  }
  agent.destroy();
}

function ask(url: URL, agent: Agent, body: Buffer | undefined): Promise<string> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestTls : request;
    const asked = send(url, { agent, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      response.resume().once('end', () => resolve(String(response.statusCode)));
      response.once('error', () => resolve('broken'));
    });
    asked.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'broken')).end(body);
  });
}

export function percentileMs(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round((sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? NaN) * 10) / 10;
}
