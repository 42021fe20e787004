/**
 * Responds to calls that no other service handles. Each call is checked, gets a response in the service's format, and
 * is stored for `GET /_gatewright/recorded`. A call has no effect unless a resource of the stacks handles it.
 */
import { describeFault } from '../../core/errors.ts';
import { describeUnserved, nameUnserved } from './unserved-call.ts';
import { headerOf, printCborReply, printJsonReply, printQueryReply } from './aws-operation.ts';
import type { Answered, Service, ServiceApi, ServiceCall } from '../service.ts';
import type { Clock, HttpOutcome, Random, ServiceRequest } from '../../core/ports.ts';
import { readOperation } from '@gatewright/aws/aws-operation';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationReply, OperationResult } from './aws-operation.ts';

type RecordedCall = {
  readonly at: string;
  readonly service: string;
  readonly region: string;
  /** The operation, such as `SendMessage`; absent on S3 and CloudFront, where method and path define the action. */
  readonly action?: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text. At most 256 KB of it are stored. A body that is not UTF-8 is in `bodyBase64` instead. */
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly status: number;
};

const MAX_CALLS = 1_000;
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Finds a service by signing name. Returns a promise if the service is not loaded yet, and undefined if no service has
 * the name.
 */
type FindService = (name: string) => Service | Promise<Service | undefined> | undefined;

type Options = {
  readonly clock: Clock;
  readonly random: Random;
  readonly find: FindService;
  readonly report: (message: string) => void;
};

export class Recorder {
  readonly #options: Options;
  readonly #calls: RecordedCall[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** Returns the last 1,000 calls, oldest first. */
  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  clear(): void {
    this.#calls.length = 0;
  }

  /**
   * Checks and records a call. Returns `unreachable` for an unknown service or operation, because an invented response
   * would be misleading.
   */
  async answer(request: ServiceRequest): Promise<HttpOutcome> {
    const operation = readOperation(request);
    const { service } = request;
    const found = this.#options.find(service);
    const api = (found instanceof Promise ? await found : found)?.api;
    const result = api === undefined ? undefined : await this.#ask(api, { request, operation });
    if (api === undefined || result === undefined) {
      const own = api?.adviseInstead?.({ request, operation });
      const what = operation.protocol === 'rest' ? nameUnserved(request) : operation.action;
      return { kind: 'unreachable', reason: 'unserved', message: describeUnserved(service, what, own) };
    }
    const answer =
      result.kind === 'answered' ? result : this.#reply(this.#print(api, request, operation, result));
    this.#keep(request, operation, answer.status);
    return answer;
  }

  async #ask(api: ServiceApi, call: ServiceCall): Promise<OperationResult | Answered | undefined> {
    try {
      return await api.answer(call);
    } catch (fault) {
      this.#options.report(describeFault(fault));
      return { kind: 'error', status: 500, code: 'InternalError', message: 'Internal server error' };
    }
  }

  #print(
    { jsonVersion = '1.1', namespace = '', hasDetail }: ServiceApi,
    request: ServiceRequest,
    operation: AwsOperation,
    result: OperationResult,
  ): OperationReply {
    if (operation.protocol === 'json' && operation.isCbor === true)
      return printCborReply(result, request.service);
    // A service with the query protocol also responds with XML to a call without Action, although such a call counts as
    // `rest`.
    const isQuery = operation.protocol === 'query' || (operation.protocol === 'rest' && namespace !== '');
    if (!isQuery) return printJsonReply(result, request.service, jsonVersion);
    return printQueryReply(operation.protocol === 'rest' ? '' : operation.action, result, {
      accept: headerOf(request, 'accept'),
      requestId: this.#options.random.uuid(),
      namespace,
      hasDetail,
    });
  }

  #reply({ status, contentType, body, headers: more = [] }: OperationReply): Answered {
    const headers = ['Content-Type', contentType, 'x-amzn-RequestId', this.#options.random.uuid(), ...more];
    return { kind: 'answered', status, headers, body: Buffer.from(body) };
  }

  #keep(request: ServiceRequest, operation: AwsOperation, status: number): void {
    const { service, region, method, path, query, headers } = request;
    this.#calls.push({
      at: new Date(this.#options.clock.nowEpochMs()).toISOString(),
      service,
      region,
      ...(operation.protocol === 'rest' ? {} : { action: operation.action }),
      method,
      path,
      query,
      headers: Object.fromEntries(
        headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : [])),
      ),
      ...printBody(Buffer.from(request.body ?? '').subarray(0, MAX_BODY_BYTES)),
      status,
    });
    if (this.#calls.length > MAX_CALLS) this.#calls.shift();
  }
}

function printBody(body: Buffer): { readonly body?: string; readonly bodyBase64?: string } {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  return text.includes('\ufffd') ? { bodyBase64: body.toString('base64') } : { body: text };
}
