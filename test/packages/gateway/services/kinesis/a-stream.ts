/** A stream `orders`, the calls of it, and a function that reads it. */
import { ACCOUNT, REGION } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

export const ARN = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/orders`;

export type Fields = Readonly<Record<string, unknown>>;

export const streamOf = (properties = 'ShardCount: 1'): string => `
  Orders: { Type: AWS::Kinesis::Stream, Properties: { Name: orders, ${properties} } }`;

/** Returns a template with a mapping, and a queue `lost` for records that are given up. */
export const mapped = (mapping = '', stream?: string): string => `${streamOf(stream)}
  Lost: { Type: AWS::SQS::Queue, Properties: { QueueName: lost } }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: work
      StartingPosition: TRIM_HORIZON
      ${mapping.split(', ').join('\n      ')}`;

export const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

export const recordOf = (text: string, key = 'p'): Fields => ({ PartitionKey: key, Data: toBase64(text) });

export const call = (bench: EventBench, action: string, input: Fields): Promise<Fields> =>
  bench.call('kinesis', action, input);

/** All by one call, so that they come at once. */
export async function put(bench: EventBench, ...texts: readonly string[]): Promise<Fields> {
  const Records = texts.map((text) => recordOf(text));
  const answer = await call(bench, 'PutRecords', { StreamName: 'orders', Records });
  await bench.engine.idle();
  return answer;
}

type EventRecord = { readonly kinesis: { readonly data: string; readonly sequenceNumber: string } };

export const recordsOf = (event: unknown): readonly EventRecord[] =>
  (event as { Records: EventRecord[] }).Records;

export const textsOf = (event: unknown): readonly string[] =>
  recordsOf(event).map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString());

/** Batches as `ab`, in the order in which the function got them. */
export const batchesOf = (bench: EventBench): readonly string[] =>
  bench.invoker.calls.map(({ event }) => textsOf(event).join(''));

export const failOn =
  (...bad: readonly string[]) =>
  (event: unknown): void => {
    if (textsOf(event).some((text) => bad.includes(text))) throw new Error('no');
  };
