/**
 * Where events go, by ARN: functions, queues, topics and buses of this start; what lies elsewhere is called as an
 * integration would call it, and so reaches AWS, an emulator or the recorder.
 */
import { parseArn } from '@gatewright/aws/arn';
import type { HttpOutcome, ServiceClient } from '../../ports.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import type { Delivery, DeliveryOutcome, EventTargets } from './event-ports.ts';
import { OverfullError, type Queues } from './queues.ts';

/** Of a service that runs here; undefined = it has nothing by this ARN. */
type LocalTarget = (
  arn: string,
  body: string,
  delivery: Delivery,
) => DeliveryOutcome | undefined | Promise<DeliveryOutcome | undefined>;

type Options = {
  readonly services: ServiceClient;
  /** Services whose calls go to an endpoint of the user: nothing of them is here. */
  readonly isElsewhere: (service: string) => boolean;
};

const CALL_MS = 30_000;
const DELIVERED: DeliveryOutcome = { kind: 'delivered' };

export class Targets implements EventTargets {
  readonly #options: Options;
  readonly #local = new Map<string, LocalTarget>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param service as ARNs name it */
  serve(service: string, target: LocalTarget): void {
    this.#local.set(service, target);
  }

  async send(arn: string, body: string, delivery: Delivery = {}): Promise<DeliveryOutcome> {
    const parsed = parseArn(arn);
    if (parsed === undefined) return final('INVALID_ARN', `"${arn}" is no ARN`);
    const { service, region } = parsed;
    const local = this.#options.isElsewhere(service) ? undefined : this.#local.get(service);
    const outcome = await local?.(arn, body, delivery);
    if (outcome !== undefined) return outcome;
    const call = callOf(service, arn, body, delivery);
    if (call === undefined) return final('NOT_SERVED', `nothing of ${service} runs here`);
    const answer = await this.#options.services.call({
      ...{ service, region, subdomain: undefined, method: 'POST', path: '/', query: '', timeoutMs: CALL_MS },
      headers: ['Content-Type', `application/x-amz-json-${call.version}`, 'X-Amz-Target', call.target],
      body: JSON.stringify(call.input),
    });
    return outcomeOf(answer);
  }
}

/** Functions take events asynchronously, whoever hands them over. */
export function functionTarget(async: AsyncInvocations, has: (functionName: string) => boolean): LocalTarget {
  return (arn, payload) => {
    const [, functionName = '', qualifier] = /:function:([^:]+)(?::([^:]+))?$/.exec(arn) ?? [];
    if (!has(functionName)) return final('NOT_FOUND', `Function not found: ${arn}`);
    return async.accept({ functionName, qualifier, payload })
      ? DELIVERED
      : { kind: 'failed', isFinal: false, code: 'THROTTLING', message: 'too many events wait' };
  };
}

export function queueTarget(queues: Queues, senderId: string): LocalTarget {
  return (arn, body, { groupId, deduplicationId, attributes = {} }) => {
    const queue = queues.find(arn);
    if (queue === undefined) return undefined;
    const { settings } = queue.definition;
    if (settings.isFifo && groupId === undefined)
      return final('INVALID_PARAMETER', `${arn}: a FIFO queue needs a MessageGroupId`);
    try {
      queue.send({ body, attributes, senderId, ...(settings.isFifo ? { groupId, deduplicationId } : {}) });
      return DELIVERED;
    } catch (error) {
      if (!(error instanceof OverfullError)) throw error;
      return { kind: 'failed', isFinal: false, code: 'THROTTLING', message: error.message };
    }
  };
}

function final(code: string, message: string): DeliveryOutcome {
  return { kind: 'failed', isFinal: true, code, message };
}

type Call = { readonly version: string; readonly target: string; readonly input: object };

function callOf(
  service: string,
  arn: string,
  body: string,
  { groupId, deduplicationId, attributes, source, detailType, resources }: Delivery,
): Call | undefined {
  const { region, accountId, resource } = parseArn(arn) ?? { region: '', accountId: '', resource: '' };
  switch (service) {
    case 'sqs':
      return {
        ...{ version: '1.0', target: 'AmazonSQS.SendMessage' },
        input: {
          QueueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${resource}`,
          MessageBody: body,
          ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
          ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
          ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
        },
      };
    case 'events':
      return {
        ...{ version: '1.1', target: 'AWSEvents.PutEvents' },
        input: {
          Entries: [
            { EventBusName: arn, Source: source, DetailType: detailType, Detail: body, Resources: resources },
          ],
        },
      };
    case 'states':
      return {
        ...{ version: '1.0', target: 'AWSStepFunctions.StartExecution' },
        input: { stateMachineArn: arn, input: body },
      };
    case 'kinesis':
      return {
        ...{ version: '1.1', target: 'Kinesis_20131202.PutRecord' },
        input: {
          StreamARN: arn,
          Data: Buffer.from(body).toString('base64'),
          PartitionKey: groupId ?? 'gatewright',
        },
      };
    default:
      return undefined;
  }
}

function outcomeOf(answer: HttpOutcome): DeliveryOutcome {
  if (answer.kind !== 'answered') {
    const message = answer.kind === 'timed-out' ? 'no answer in 30 s' : answer.message;
    const isFinal = answer.kind === 'unreachable' && answer.reason === 'request';
    return { kind: 'failed', isFinal, code: 'UNREACHABLE', message };
  }
  if (answer.status < 300) return DELIVERED;
  const message = answer.body.toString('utf8').slice(0, 500);
  return {
    kind: 'failed',
    isFinal: answer.status < 500 && answer.status !== 429,
    code: String(answer.status),
    message,
  };
}
