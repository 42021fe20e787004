/** Addresses at which a request is served here, but not on AWS (docs/aws §10.4). */
import type { SurpriseKind } from './surprise.ts';

const disabledEndpoint: SurpriseKind = {
  code: 'ENDPOINT_DISABLED',
  mark: 'endpoint disabled on AWS',
  source: 'docs/aws §10.4',
  find({ recorded: { received, error } }) {
    const { api, stage } = received;
    if (!api.disableExecuteApiEndpoint || stage === undefined || error?.code === 'STAGE_NOT_FOUND')
      return undefined;
    const status = api.protocol === 'http' ? 404 : 403;
    return {
      values: { status },
      because: [
        `The API has DisableExecuteApiEndpoint: true, so AWS serves it only at its custom domains, and responds with ${status} at the default endpoint. The local address is none of these endpoints, so the request was served here.`,
      ],
      changes: [
        'To see what AWS does, send the request with the Host header of a custom domain, or of the default endpoint ({api}.execute-api.{region}.amazonaws.com).',
      ],
    };
  },
};

export const ADDRESS_KINDS: readonly SurpriseKind[] = [disabledEndpoint];
