/**
 * Reports calls of AWS clients to the address of a local emulator, such as DynamoDB Local, if nothing listens there.
 * The SDK repeats such a call for many seconds, so the function often times out without an error that names the cause.
 */
import type { ClientRequest } from 'node:http';

import { OWN_ENDPOINTS } from '../own-endpoints.ts';

/** The errors of a connection to an address where nothing listens, or to a name that is not known here. */
const NOT_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const OF_SDK = 'AWS_ENDPOINT_URL';
/** The services that the gateway serves and that local emulators are written for. */
const SERVED = /^(?:dynamodb|kinesis|sqs|sns|events|scheduler|s3|ssm|secretsmanager)$/;
/** The addresses of emulators: this machine, and names without a dot, which Docker gives to containers. */
const LOCAL = /^https?:\/\/(?:127\.0\.0\.1|\[::1\]|host\.docker\.internal|[^.:/[\]]+)(?::\d+)?$/i;
/** The maximum number of addresses that one invocation reports. */
const MAX_REPORTED = 20;
/** The signature of AWS names the service: `Credential=KEY/20261201/eu-west-1/dynamodb/aws4_request`. */
const SIGNED_FOR = /^AWS4-HMAC-SHA256 Credential=[^,]*\/([a-z0-9-]+)\/aws4_request/;

export class RefusedEndpoints {
  readonly #report: (message: string) => void;
  readonly #invocation: () => string | undefined;
  /** The variables of the SDK that the function's own environment sets. */
  readonly #own: readonly string[];
  /** The addresses that the last invocation with such a call has reported. */
  readonly #reported = new Set<string>();
  #last: string | undefined;

  /** @param invocation the invocation that is running; each gets one message about an address */
  constructor(report: (message: string) => void, invocation: () => string | undefined) {
    this.#report = report;
    this.#invocation = invocation;
    this.#own = (process.env[OWN_ENDPOINTS] ?? '').split(' ');
    Reflect.deleteProperty(process.env, OWN_ENDPOINTS);
  }

  watch(request: ClientRequest): void {
    const [, service] = SIGNED_FOR.exec(String(request.getHeader('authorization'))) ?? [];
    if (service === undefined || !SERVED.test(service)) return;
    // A listener of `error` would hide the error from the process, if the caller has no listener.
    const { errorMonitor } = process.getBuiltinModule('node:events');
    request.once(errorMonitor, (error: NodeJS.ErrnoException) => {
      if (NOT_REACHED.has(error.code ?? '')) this.#note(service, request);
    });
  }

  #note(service: string, request: ClientRequest): void {
    const address = `${request.protocol}//${String(request.getHeader('host'))}`;
    if (!LOCAL.test(address)) return;
    const message = describeRefusedEndpoint(service, address, this.#own);
    if (message === undefined) return;
    const invocation = this.#invocation();
    if (invocation !== this.#last) this.#reported.clear();
    this.#last = invocation;
    if (this.#reported.has(address) || this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(address);
    this.#report(message);
  }
}

/** Returns the names of the variables whose value is an address of the same host and port. */
function settingsWith(address: string): readonly string[] {
  const originOf = (url: string): string | undefined =>
    URL.canParse(url) && url.startsWith('http') ? new URL(url).origin : undefined;
  const origin = originOf(address);
  return Object.keys(process.env).filter((name) => originOf(process.env[name] ?? '') === origin);
}

/** @param own the variables of the SDK that the function's own environment sets */
function describeRefusedEndpoint(
  service: string,
  address: string,
  own: readonly string[],
): string | undefined {
  const settings = settingsWith(address);
  const ofSdk = settings.filter((name) => name.startsWith(OF_SDK));
  // The addresses of the gateway itself are refused only while it ends.
  if (ofSdk.some((name) => !own.includes(name))) return undefined;
  const [set] = ofSdk;
  if (set !== undefined)
    return `calls ${service} at ${address} (the value of ${set}), where nothing listens. The environment of the function in the template sets ${set}, so the SDK would call this address on AWS as well. Remove this variable: the calls then go to the gateway here, and to AWS after a deployment`;
  const special = `${OF_SDK}_${service.toUpperCase()}`;
  const variable = service === 'dynamodb' && process.env[special] !== undefined ? special : OF_SDK;
  // Without this variable, the address of the gateway is not known.
  if (own.includes(variable)) return undefined;
  const [setting] = settings;
  const origin = setting === undefined ? '' : ` (the value of ${setting})`;
  return `calls ${service} at ${address}${origin}, where nothing listens; the gateway serves ${service} at ${process.env[variable] ?? ''}. Create the SDK's client without an endpoint, region and keys of its own: its calls then go to the gateway here, and to AWS after a deployment. If the client must have an endpoint, give it only process.env.${variable}, which is not set on AWS`;
}
