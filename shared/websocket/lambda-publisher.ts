/** Publishes to channels from any function that may call `ws-publisher`; no other permission is needed. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { createFunctionInvoker } from '../aws/lambda-poster.ts';
import { readInvokerConfig } from '../config/channels-config.ts';
import { DomainError } from '../errors.ts';
import type { FunctionInvoker } from '../ports.ts';
import { parsePublisherEvent } from './publisher-event.ts';

export type Publication = {
  /**
   * Id of the message. If the message is published again with the same id, users of the client library get it only
   * once.
   */
  readonly id?: string;
  /** If false, calls `ws-publisher` without waiting for the result. Lambda retries failures. */
  readonly wait?: boolean;
};

export type Published = {
  /** Number of the message, or of the last message if there are several. It is undefined if the call does not wait. */
  readonly seq: number | undefined;
};

export interface Publisher {
  /**
   * Publishes a message to a channel.
   * @param channel space and channel, such as `chat:rooms/1`
   * @throws DomainError SUBJECT_INVALID for a message over 120 KB or a channel that does not have this form;
   * EVENT_MALFORMED for an undefined message; TARGET_UNAVAILABLE if `ws-publisher` could not be called, or failed
   */
  publish(channel: string, message: unknown, options?: Publication): Promise<Published>;
  publishAll(channel: string, messages: readonly unknown[], options?: Publication): Promise<Published>;
}

/**
 * Creates a publisher.
 * @param functionArn the stack's export `gatewright-{stage}-WsPublisherArn`
 *
 * @example
 * ```ts
 * import { createLambdaPublisher } from 'gatewright/websocket';
 *
 * process.env['AWS_REGION'] ??= 'eu-central-1';
 * process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIAEXAMPLE';
 * process.env['AWS_SECRET_ACCESS_KEY'] ??= 'set by Lambda';
 * const publisher = createLambdaPublisher('arn:aws:lambda:eu-central-1:123456789012:function:ws-publisher');
 * export const handler = async () => publisher.publish('chat:orders/acme/o-1', { state: 'cooking' });
 * ```
 */
export function createLambdaPublisher(
  functionArn: string,
  invoker: FunctionInvoker = createFunctionInvoker(readInvokerConfig),
): Publisher {
  const send = async (
    payload: Readonly<Record<string, unknown>>,
    { id, wait = true }: Publication,
  ): Promise<Published> => {
    const event = { ...payload, id: id ?? globalThis.crypto.randomUUID() };
    // The event is checked before the call, so that the caller gets the reason for a refusal.
    parsePublisherEvent(event, () => '');
    if (!wait) {
      await invoker.start(functionArn, event);
      return { seq: undefined };
    }
    const answer = await invoker.ask(functionArn, event);
    const seq = isJsonObject(answer) ? answer['seq'] : undefined;
    if (typeof seq !== 'number')
      throw new DomainError('TARGET_UNAVAILABLE', 'ws-publisher returned an unknown result');
    return { seq };
  };
  return {
    publish: (channel, message, options = {}) => send({ channel, data: message }, options),
    publishAll: (channel, messages, options = {}) => send({ channel, messages }, options),
  };
}
