import { openFrontPort } from '../../../server/front-port.ts';
import type { Listening } from '../../gateway.ts';
import { shownHost } from './addresses.ts';
import type { Parts } from '../parts.ts';

/**
 * Opens one port for each service in front of APIs, such as a distribution. After a reload, the ports serve the new
 * definitions. A distribution that a reload adds gets a port only when the gateway is restarted.
 */
export async function openFronts({ options, events, closing, fronts }: Parts): Promise<Listening['fronts']> {
  for (const name of new Set(events.fronts.map((front) => front.name))) {
    const find = () => events.fronts.find((front) => front.name === name);
    const { port, close } = await openFrontPort({
      host: options.host,
      allowHosts: () => [...options.allowHosts, ...(find()?.hosts ?? [])],
      serve: (request) => find()?.serve(request) ?? Promise.resolve(GONE),
      maxBodyMemoryBytes: options.maxBodyMemoryBytes,
      log: options.log,
    });
    closing.add(close);
    fronts.set(name, `http://${shownHost(options)}:${port}`);
  }
  return [...fronts].map(([name, url]) => ({ name, url }));
}

const GONE = {
  status: 404,
  headers: ['Content-Type', 'text/plain'],
  body: 'This address no longer exists, because a reload has removed it.',
};
