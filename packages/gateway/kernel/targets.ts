/**
 * Delivers events to functions, queues, topics and buses of this run, which are found by ARN. All other targets are
 * called in the same way as integrations call services.
 */
import { parseArn } from '@gatewright/aws/arn';
import { parseJsonObject } from '@gatewright/aws/json-object';
import { isUnsendable } from '../core/events/unsendable.ts';
import type { HttpOutcome, ServiceClient } from '../core/ports.ts';
import { denialOf } from './calls/aws-call.ts';
import { DELIVERED, final } from './event-ports.ts';
import type { Delivery, DeliveryOutcome, EventTargets } from './event-ports.ts';
import type { Service } from './service.ts';

type Options = {
  readonly services: ServiceClient;
  readonly isElsewhere: (service: string) => boolean;
  /**
   * Finds a service by its name in ARNs. Returns a promise if the service is not loaded yet, and undefined if the
   * service is unknown.
   */
  readonly find: (service: string) => Service | Promise<Service | undefined> | undefined;
  /** Returns why the sender may not deliver to the target; absent if permissions are not checked. */
  readonly refuse?: ((targetArn: string, sender: string, roleArn?: string) => string | undefined) | undefined;
};

const CALL_MS = 30_000;

export class Targets implements EventTargets {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async send(arn: string, body: string, delivery: Delivery = {}): Promise<DeliveryOutcome> {
    const parsed = parseArn(arn);
    if (parsed === undefined) return final('INVALID_ARN', `"${arn}" is not an ARN`);
    const { service, region } = parsed;
    const { sender, roleArn } = delivery;
    const refusal = sender === undefined ? undefined : this.#options.refuse?.(arn, sender, roleArn);
    if (refusal !== undefined) return final(codeOfRefusal(sender, service), refusal);
    // A loaded service is not awaited, so that it receives the event in the same turn of the event loop.
    const found = this.#options.find(service);
    const target = (found instanceof Promise ? await found : found)?.target;
    const isElsewhere = this.#options.isElsewhere(service);
    const outcome = isElsewhere ? undefined : await target?.deliver?.(arn, body, delivery);
    if (outcome !== undefined) return outcome;
    const call = target?.remoteCall?.(arn, body, delivery);
    if (call === undefined) return final('NOT_SERVED', `the gateway does not run ${service}`);
    const answer = await this.#options.services.call({
      service,
      region,
      subdomain: undefined,
      method: 'POST',
      path: '/',
      query: '',
      timeoutMs: CALL_MS,
      headers: ['Content-Type', `application/x-amz-json-${call.version}`, 'X-Amz-Target', call.target],
      body: JSON.stringify(call.input),
    });
    const sent = outcomeOf(answer, isElsewhere ? '' : 'the target is not in a loaded stack: ');
    return sent.kind === 'delivered' && !isElsewhere ? { ...sent, isRecorded: true } : sent;
  }

  async sendHere(arn: string, body: string, delivery: Delivery): Promise<DeliveryOutcome> {
    const service = parseArn(arn)?.service ?? '';
    if (this.#options.isElsewhere(service)) return DELIVERED;
    const found = this.#options.find(service);
    const target = (found instanceof Promise ? await found : found)?.target;
    return (await target?.deliver?.(arn, body, delivery)) ?? DELIVERED;
  }
}

/**
 * Returns the code in the message attributes of a dead-letter queue. For rules, it is EventBridge's own code
 * (EventBridge user guide, "Using dead-letter queues"). For schedules, it is the error code of the target's service
 * (EventBridge Scheduler user guide, "Configuring a dead-letter queue").
 */
function codeOfRefusal(sender: string | undefined, service: string): string {
  return parseArn(sender ?? '')?.service === 'scheduler' ? denialOf(service).type : 'NO_PERMISSIONS';
}

/** @param hint the text before the message of an error that the service returned */
function outcomeOf(answer: HttpOutcome, hint: string): DeliveryOutcome {
  if (answer.kind !== 'answered') {
    const message = answer.kind === 'timed-out' ? 'the target did not respond within 30 s' : answer.message;
    const isFinal = answer.kind === 'unreachable' && isUnsendable(answer);
    return { kind: 'failed', isFinal, code: 'UNREACHABLE', message };
  }
  if (answer.status < 300) return DELIVERED;
  const body = answer.body.toString('utf8').slice(0, 500);
  const { __type: type, message, Message } = parseJsonObject(body) ?? {};
  const said = message ?? Message;
  // The form is `QueueDoesNotExist: The specified queue does not exist.`
  const shown =
    typeof type === 'string' && typeof said === 'string'
      ? `${hint}${type.replace(/^.*#/, '')}: ${said}`
      : body;
  return {
    kind: 'failed',
    isFinal: answer.status < 500 && answer.status !== 429,
    code: String(answer.status),
    message: shown,
  };
}
