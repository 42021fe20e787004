/**
 * Decides whether a resource (RFC 8707) belongs to this gateway. The local issuer issues no tokens for other resources,
 * because a client that requests such a token is misconfigured, or has been misled.
 */
import { LOCAL_ISSUER } from '../../../core/issuers/issuer-names.ts';
import { readApiIdFromHost } from '../../../core/routing/host.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import { listRoutesOf } from '../network/listing.ts';
import type { Parts } from '../parts.ts';

/** @param resource an absolute URI without a fragment */
export function isServedResource(resource: string, parts: Parts): boolean {
  const { served } = parts;
  const url = new URL(resource);
  return (
    isLocalAudience(resource, served) ||
    listRoutesOf(parts).some(
      ({ kind, url: stage }) => kind !== 'websocket' && isBelow(url, new URL(stage)),
    ) ||
    isAtAwsHost(url, served) ||
    served.atDomain(url.host, url.pathname)?.api !== undefined
  );
}

/** Whether a JWT authorizer that trusts the local issuer accepts tokens with this audience. */
function isLocalAudience(resource: string, served: ServedApis): boolean {
  return served.all.some(({ served: api }) =>
    [...api.stages.values()].some(({ deployment }) =>
      deployment.routes.plans.some(
        ({ authorization }) =>
          authorization.kind === 'token' &&
          authorization.authorizer.trust.issuers.some(
            ({ issuer, audience }) =>
              issuer === LOCAL_ISSUER && audience !== 'any' && audience.includes(resource),
          ),
      ),
    ),
  );
}

/** Whether the URL is the address of a stage or below it. The names of this machine are equivalent. */
function isBelow(url: URL, stage: URL): boolean {
  const base = stage.pathname.replace(/\/$/, '');
  return (
    url.protocol === stage.protocol &&
    url.port === stage.port &&
    nameOf(url) === nameOf(stage) &&
    (url.pathname === base || url.pathname.startsWith(`${base}/`))
  );
}

function nameOf({ hostname }: URL): string {
  return ['127.0.0.1', '[::1]'].includes(hostname) ? 'localhost' : hostname;
}

/** Whether the URL is below a stage at the API's own host name, such as `{apiId}.execute-api.{region}.amazonaws.com`. */
function isAtAwsHost({ hostname, pathname }: URL, served: ServedApis): boolean {
  const apiId = readApiIdFromHost(hostname);
  const api = apiId === undefined ? undefined : served.find(apiId);
  if (api === undefined || api.protocol === 'websocket' || api.disableExecuteApiEndpoint) return false;
  return api.stages.has(api.locate(pathname, api.stages).stageName);
}
