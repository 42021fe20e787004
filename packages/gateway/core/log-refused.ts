/**
 * Logs and records requests that are refused before they reach an API: at a domain whose mappings do not include the
 * path, or whose truststore does not trust the client, or for a host that the gateway does not serve.
 */
import { restWordings } from './deployment/wordings/error-wordings.ts';
import { gatewayError, GatewayError } from './errors.ts';
import { log } from './phases/log.ts';
import { receive } from './receive.ts';
import { Trail } from './trail.ts';
import type { Reply, ServedApi } from './exchange.ts';
import type { Ports } from './ports.ts';
import type { Recording } from './trail.ts';

/** The reasons for a refusal, and the changes that would prevent it. */
export type RefusalText = {
  readonly reason: string;
  readonly because: readonly string[];
  readonly changes: readonly string[];
};

type Refused = {
  /** The host name of the request. If no API is known, the request is recorded under this name. */
  readonly host: string;
  readonly api: ServedApi | undefined;
  readonly isTrusted: boolean;
  /** Whether the gateway does not serve the host, which AWS would not refuse. */
  readonly isForeign?: true;
  readonly told: RefusalText;
};

/** Returns an API with the host name as its name, so that a request without an API can be recorded. */
function placeholder(host: string): ServedApi {
  return {
    apiId: '',
    accountId: '',
    region: '',
    stackName: '',
    logicalId: '',
    domainName: host,
    name: host,
    protocol: 'rest',
    stages: new Map(),
    locate: (rawPath) => ({ stageName: '', path: rawPath }),
    errors: restWordings,
    disableExecuteApiEndpoint: false,
  };
}

export function logRefused(
  wire: Parameters<typeof receive>[0],
  reply: Reply,
  { host, api = placeholder(host), isTrusted, isForeign, told }: Refused,
  at: Ports & Recording,
): void {
  const received = receive(wire, api, at);
  const trail = new Trail(at.clock);
  if (at.records !== undefined) trail.keepAll(received);
  // AWS answers its health check itself. Such a reply does not refuse the request.
  const isRefusal = reply.status >= 400;
  const error = gatewayError(isTrusted && isForeign !== true ? 'STAGE_NOT_FOUND' : 'ACCESS_DENIED', {
    source: 'client',
    reason: told.reason,
    defect: {
      kind: 'screen',
      because: told.because,
      changes: told.changes,
      ...(!isTrusted && { isUntrusted: true as const }),
    },
  });
  if (isRefusal) trail.failure = told.reason;
  if (error instanceof GatewayError) trail.error = error;
  log(received, reply, trail, at);
}
