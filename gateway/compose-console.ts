/** What the console and the commands beside it ask of a start, put together. */
import { readFileSync } from 'node:fs';
import { clockFixedBecause } from './compose-parts.ts';
import { serveRequests } from './console-api/request-endpoints.ts';
import type { Parts } from './compose-parts.ts';
import type { RequestEndpointPorts } from './console-api/request-endpoints.ts';
import type { MoreEndpoints } from './control-port/local-endpoints.ts';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

export function openConsoleApi(parts: Parts): MoreEndpoints {
  const requests = requestPorts(parts);
  return (request, path) => serveRequests(request, path, requests);
}

function requestPorts({
  records,
  at,
  served,
  clock,
  options,
  signIn,
  identities,
}: Parts): RequestEndpointPorts | undefined {
  if (records === undefined) return undefined;
  return {
    ...{ records, at, clock, version, clockFixedBecause: clockFixedBecause(options) },
    findApi: (apiId) => served.find(apiId),
    who: { issuer: signIn.issuer, identities, clock, keys: () => served.account.keys },
  };
}
