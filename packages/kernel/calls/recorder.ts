/**
 * Answers calls of AWS services that nobody else answers: each is checked, answered in the service's own format and
 * kept to be read back at `GET /_gatewright/recorded`. What the stacks have made is delivered and run; of all else
 * nothing is.
 */
import { headerOf, printJsonReply, printQueryReply } from './aws-operation.ts';
import { endpointVariableOf } from './endpoint-variables.ts';
import { RecordedDistributions } from './recorded-cloudfront.ts';
import { answerJsonService, JSON_VERSIONS } from './recorded-json-services.ts';
import { RecordedStreams } from './recorded-kinesis.ts';
import { answerSns, answerSqs } from './recorded-messaging.ts';
import { RecordedBuckets } from './recorded-s3.ts';
import type { Clock, HttpOutcome, Random, ServiceRequest } from '../ports.ts';
import { readOperation } from '@gatewright/aws/aws-operation';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationReply, OperationResult } from './aws-operation.ts';
import type { WrittenObjects } from './recorded-s3.ts';

/** One call as it would have gone out, before signing. */
type RecordedCall = {
  readonly at: string;
  readonly service: string;
  readonly region: string;
  /** `SendMessage`; absent on S3 and CloudFront, whose method and path say it. */
  readonly action?: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, cut after 256 KB; bytes that are no UTF-8 are in `bodyBase64`. */
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly status: number;
};

const MAX_CALLS = 1_000;
const MAX_BODY_BYTES = 256 * 1024;
const NAMESPACES: Readonly<Record<string, string>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sqs: 'http://queue.amazonaws.com/doc/2012-11-05/',
};

/** Those with operations; S3 has buckets, whose names would have to be hosts. */
export const RECORDED_SERVICES = ['cloudfront', 'events', 'kinesis', 'sns', 'sqs', 'states'] as const;

type Answered = Extract<HttpOutcome, { kind: 'answered' }>;

/** What runs here for the resources of stacks; undefined for all else, which is only recorded. */
type LocalServices = (
  request: ServiceRequest,
  operation: Exclude<AwsOperation, { protocol: 'rest' }>,
) => Promise<OperationResult | undefined>;

export class Recorder {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #buckets: RecordedBuckets;
  readonly #streams: RecordedStreams;
  readonly #distributions: RecordedDistributions;
  readonly #calls: RecordedCall[] = [];
  /** Set once those are there that calls come from. */
  local: LocalServices | undefined;

  /** @param written objects that are there before anything is put */
  constructor(clock: Clock, random: Random, accountId: string, written?: WrittenObjects) {
    this.#clock = clock;
    this.#random = random;
    this.#buckets = new RecordedBuckets(random, written);
    this.#streams = new RecordedStreams(clock, accountId);
    this.#distributions = new RecordedDistributions(clock, random);
  }

  /** Who is told of objects that are put and deleted. */
  set onObject(listener: RecordedBuckets['onChange']) {
    this.#buckets.onChange = listener;
  }

  /** The last 1,000, oldest first. */
  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  clear(): void {
    this.#calls.length = 0;
    this.#buckets.clear();
    this.#streams.clear();
    this.#distributions.clear();
  }

  /** What runs here answers first. */
  async answer(request: ServiceRequest): Promise<HttpOutcome> {
    const operation = readOperation(request);
    const result = operation.protocol === 'rest' ? undefined : await this.local?.(request, operation);
    if (operation.protocol === 'rest' || result === undefined) return this.call(request);
    const answer = this.#reply(this.#print(request, operation, result));
    this.#keep(request, operation, answer.status);
    return answer;
  }

  /** `unreachable` for a service or an operation that is not known: an answer that was made up would mislead. */
  call(request: ServiceRequest): HttpOutcome {
    const operation = readOperation(request);
    const answer = this.#answer(request, operation);
    if (answer === undefined) {
      const { service } = request;
      const what = operation.protocol === 'rest' ? request.method : operation.action;
      return {
        kind: 'unreachable',
        reason: 'request',
        message: `${service} ${what} is not recorded; let it through with --aws ${service} or ${endpointVariableOf(service)}`,
      };
    }
    this.#keep(request, operation, answer.status);
    return answer;
  }

  #answer(request: ServiceRequest, operation: AwsOperation): Answered | undefined {
    if (request.service === 's3')
      return this.#buckets.answer(request, headerOf(request, 'content-type') ?? 'binary/octet-stream');
    if (request.service === 'cloudfront') return this.#distributions.answer(request);
    if (operation.protocol === 'rest') return undefined;
    const result = this.#result(request, operation);
    return result === undefined ? undefined : this.#reply(this.#print(request, operation, result));
  }

  #result(
    request: ServiceRequest,
    operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  ): OperationResult | undefined {
    if (request.service === 'sns') return answerSns(operation, this.#random);
    if (request.service === 'sqs') return answerSqs(operation, request, this.#random);
    if (operation.protocol !== 'json') return undefined;
    if (request.service === 'kinesis') return this.#streams.answer(operation, request.region);
    return answerJsonService(request, operation, { random: this.#random, clock: this.#clock });
  }

  #print(
    request: ServiceRequest,
    operation: Exclude<AwsOperation, { protocol: 'rest' }>,
    result: OperationResult,
  ): OperationReply {
    if (operation.protocol === 'json') return printJsonReply(result, JSON_VERSIONS[request.service] ?? '1.1');
    return printQueryReply(operation.action, result, {
      accept: headerOf(request, 'accept'),
      requestId: this.#random.uuid(),
      namespace: NAMESPACES[request.service] ?? '',
    });
  }

  #reply({ status, contentType, body, headers: more = [] }: OperationReply): Answered {
    const headers = ['Content-Type', contentType, 'x-amzn-RequestId', this.#random.uuid(), ...more];
    return { kind: 'answered', status, headers, body: Buffer.from(body) };
  }

  #keep(request: ServiceRequest, operation: AwsOperation, status: number): void {
    const { service, region, method, path, query, headers } = request;
    this.#calls.push({
      at: new Date(this.#clock.nowEpochMs()).toISOString(),
      service,
      region,
      ...(operation.protocol === 'rest' ? {} : { action: operation.action }),
      ...{ method, path, query },
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
