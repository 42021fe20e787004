import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DomainError } from '../errors.ts';
import type { DeliveryJob } from '../ports.ts';
import { MAX_DATA_BYTES } from './answer-message.ts';
import { assertAddress } from './channel-address.ts';

type Publication = {
  /**
   * The address of the channel: the space (which an access document defines) and the channel's name, such as
   * `chat:rooms/1`.
   */
  readonly address: string;
  readonly messages: readonly { readonly id: string; readonly data: unknown }[];
};

export type PublisherEvent =
  | { readonly kind: 'deliver'; readonly job: DeliveryJob }
  | { readonly kind: 'publish'; readonly publications: readonly Publication[] };

/** Maximum number of messages per publication. They are delivered together, in as few frames as possible. */
const MESSAGES_LIMIT = 100;
const ID = /^[\x21-\x7e]{1,64}$/;
const PLACE = /^[0-9a-g]{0,12}$/;

/**
 * Reads an event. The source may be EventBridge (`detail`), SNS (each message as JSON) or another function (the event
 * itself). The form is `{"channel":…,"data":…}`, or `"messages":[…]` instead of `data`. `newId` is called if the source
 * gives no valid id. EventBridge and SNS give an id, because they may deliver an event twice.
 * @throws DomainError SUBJECT_INVALID if the channel or a message is invalid; EVENT_MALFORMED if the event has any
 * other form
 */
export function parsePublisherEvent(event: unknown, newId: () => string): PublisherEvent {
  if (!isJsonObject(event)) throw malformed('the event is not a JSON object');
  const { deliver, Records: records, detail } = event;
  if (isJsonObject(deliver)) return { kind: 'deliver', job: parseJob(deliver) };
  if (Array.isArray(records))
    return { kind: 'publish', publications: records.map((record) => parseSnsRecord(record)) };
  if (isJsonObject(detail))
    return { kind: 'publish', publications: [parsePublication(detail, idOf(event, newId))] };
  return { kind: 'publish', publications: [parsePublication(event, idOf(event, newId))] };
}

function parseSnsRecord(record: unknown): Publication {
  const sns = isJsonObject(record) ? record['Sns'] : undefined;
  const { Message: text, MessageId: id } = isJsonObject(sns) ? sns : {};
  const message = typeof text === 'string' ? parseJsonObject(text) : undefined;
  if (message === undefined || typeof id !== 'string')
    throw malformed('each record must be an SNS message with a JSON object as body');
  return parsePublication(
    message,
    idOf({ id }, () => id),
  );
}

function parsePublication({ channel, data, messages }: UnknownMembers, id: string): Publication {
  if (typeof channel !== 'string') throw malformed('the event must name a channel');
  assertAddress(channel);
  const all: readonly unknown[] = Array.isArray(messages) ? messages : [data];
  if (all.length === 0 || all.length > MESSAGES_LIMIT)
    throw new DomainError(
      'SUBJECT_INVALID',
      `the event has ${all.length} messages; 1 to ${MESSAGES_LIMIT} may be published together`,
    );
  return {
    address: channel,
    messages: all.map((one, index) => ({ id: all.length === 1 ? id : `${id}.${index}`, data: checked(one) })),
  };
}

function checked(data: unknown): unknown {
  if (data === undefined) throw malformed('the event must have data');
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MAX_DATA_BYTES)
    throw new DomainError(
      'SUBJECT_INVALID',
      `the message has ${bytes} bytes; the maximum is ${MAX_DATA_BYTES}, because API Gateway accepts 128 KB including the frame`,
    );
  return data;
}

function idOf({ id }: UnknownMembers, newId: () => string): string {
  return typeof id === 'string' && ID.test(id) ? id : newId();
}

function parseJob({ address, from, to, log, places }: UnknownMembers): DeliveryJob {
  if (typeof address !== 'string' || typeof from !== 'number' || typeof to !== 'number')
    throw malformed('the event must name messages to deliver');
  assertAddress(address);
  const job = { address, from, to, ...(typeof log === 'number' && { log }) };
  if (places === undefined) return job;
  const [start, before] = Array.isArray(places) ? (places as readonly unknown[]) : [];
  if (typeof start !== 'string' || typeof before !== 'string' || !PLACE.test(start) || !PLACE.test(before))
    throw malformed('the event must name a share of listeners');
  return { ...job, places: [start, before] };
}

function malformed(what: string): DomainError {
  return new DomainError('EVENT_MALFORMED', what);
}
