/**
 * Reports calls of AWS clients to the address of a local emulator, such as DynamoDB Local, if nothing listens there.
 * The SDK repeats such a call for many seconds, so the function often times out without an error that names the cause.
 */
import type { ClientRequest } from 'node:http';

/** The errors of a connection to an address where nothing listens, or to a name that is not known here. */
const NOT_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const OF_SDK = 'AWS_ENDPOINT_URL';
/** The maximum number of addresses that one invocation reports. */
const MAX_REPORTED = 20;
/** The signature of AWS names the service: `Credential=KEY/20261201/eu-west-1/dynamodb/aws4_request`. */
const SIGNED_FOR = /^AWS4-HMAC-SHA256 Credential=[^,]*\/([a-z0-9-]+)\/aws4_request/;

export class RefusedEndpoints {
  readonly #report: (message: string) => void;
  readonly #invocation: () => string | undefined;
  /** The addresses that the last invocation with such a call has reported. */
  readonly #reported = new Set<string>();
  #last: string | undefined;

  /** @param invocation the invocation that is running; each gets one message about an address */
  constructor(report: (message: string) => void, invocation: () => string | undefined) {
    this.#report = report;
    this.#invocation = invocation;
  }

  watch(request: ClientRequest): void {
    const [, service] = SIGNED_FOR.exec(String(request.getHeader('authorization'))) ?? [];
    if (service === undefined) return;
    // A listener of `error` would hide the error from the process, if the caller has no listener.
    const { errorMonitor } = process.getBuiltinModule('node:events');
    request.once(errorMonitor, (error: NodeJS.ErrnoException) => {
      if (NOT_REACHED.has(error.code ?? '')) this.#note(service, request);
    });
  }

  #note(service: string, request: ClientRequest): void {
    const address = `${request.protocol}//${String(request.getHeader('host'))}`;
    // The addresses of the gateway itself are refused only while it ends.
    if (settingsWith(address).some((name) => name.startsWith(OF_SDK))) return;
    const invocation = this.#invocation();
    if (invocation !== this.#last) this.#reported.clear();
    this.#last = invocation;
    if (this.#reported.has(address) || this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(address);
    this.#report(describeRefusedEndpoint(service, address));
  }
}

/** Returns the names of the variables whose value is the address. */
function settingsWith(address: string): readonly string[] {
  return Object.keys(process.env).filter((name) => process.env[name]?.startsWith(address));
}

function describeRefusedEndpoint(service: string, address: string): string {
  const own = `${OF_SDK}_${service.toUpperCase()}`;
  const variable = service === 'dynamodb' && process.env[own] !== undefined ? own : OF_SDK;
  const [setting] = settingsWith(address);
  const origin = setting === undefined ? '' : ` (the value of ${setting})`;
  return `calls ${service} at ${address}${origin}, where nothing listens; the gateway serves ${service} at ${process.env[variable] ?? ''}. Create the SDK's client without an endpoint, region and keys of its own: its calls then go to the gateway here, and to AWS after a deployment. If the client must have an endpoint, give it only process.env.${variable}, which is not set on AWS`;
}
