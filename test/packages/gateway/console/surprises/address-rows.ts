/** Addresses at which a request is served here, but not on AWS, each next to an address that is served by both. */
import { anApi } from '../../../../support/an-api.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { restRoutes } from '../../../../support/routed-apis.ts';
import type { SurpriseRow } from './surprise-rows.ts';

export const ADDRESSES: readonly SurpriseRow[] = [
  {
    code: 'ENDPOINT_DISABLED',
    source: 'docs/aws §10.4',
    api: () =>
      anApi(restRoutes({ 'GET /pets': {} }, { api: { DisableExecuteApiEndpoint: true } }), { echo: ok }),
    request: { target: '/dev/pets' },
    values: { status: 403 },
    because: /AWS serves it only at its custom domains, and responds with 403 at the default endpoint/,
    change: /^To see what AWS does, send the request with the Host header of a custom domain/m,
    not: { api: () => anApi(restRoutes({ 'GET /pets': {} }), { echo: ok }) },
  },
];
