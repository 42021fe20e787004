/** An SQS queue whose messages are hidden while somebody has received them, and the functions around it. */
import { xml } from './an-aws-account.ts';
import type { Answer, Answers } from './an-aws-account.ts';

type Held = { readonly id: string; readonly body: string; readonly attributes?: object };

const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/menu-prod-failures';
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:menu-prod-failures';

/** `answers`: for each function, by its name, the outcome of an event. */
export function aFailureQueue(messages: readonly Held[], functions: Readonly<Record<string, Answer>> = {}) {
  const held = [...messages];
  const hidden = new Set<string>();
  const events: unknown[] = [];
  const idOf = (receipt: string): string => receipt.replace('receipt-', '');
  const names = ['menu-prod-orders', ...Object.keys(functions)];
  const answers: Answers = {
    'cloudformation ListStackResources': xml(
      'ListStackResources',
      `<StackResourceSummaries>${names
        .map(
          (name) =>
            `<member><ResourceType>AWS::Lambda::Function</ResourceType><PhysicalResourceId>${name}</PhysicalResourceId></member>`,
        )
        .join('')}</StackResourceSummaries>`,
    ),
    'sqs GetQueueUrl': { body: { QueueUrl: QUEUE_URL } },
    'sqs ReceiveMessage': ({ MaxNumberOfMessages = '1' }) => {
      const taken = held.filter(({ id }) => !hidden.has(id)).slice(0, Number(MaxNumberOfMessages));
      for (const { id } of taken) hidden.add(id);
      const Messages = taken.map(({ id, body, attributes = {} }) => ({
        MessageId: id,
        ReceiptHandle: `receipt-${id}`,
        Body: body,
        MessageAttributes: attributes,
        Attributes: { SentTimestamp: '1767225600000' },
      }));
      return { body: Messages.length === 0 ? {} : { Messages } };
    },
    'sqs ChangeMessageVisibility': ({ ReceiptHandle = '', VisibilityTimeout }) => {
      if (String(VisibilityTimeout) === '0') hidden.delete(idOf(ReceiptHandle));
      return { body: {} };
    },
    'sqs DeleteMessage': ({ ReceiptHandle = '' }) => {
      const at = held.findIndex(({ id }) => id === idOf(ReceiptHandle));
      if (at !== -1) held.splice(at, 1);
      return { body: {} };
    },
  };
  const ofFunctions = names.map((name): Answers => {
    const isTracker = name in functions;
    const config = {
      DestinationConfig: { OnFailure: { Destination: QUEUE_ARN } },
      FunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}:$LATEST`,
    };
    return {
      [`lambda GET /2019-09-25/functions/${name}/event-invoke-config/list`]: {
        body: { FunctionEventInvokeConfigs: isTracker ? [config] : [] },
      },
      [`lambda GET /2015-03-31/functions/${name}/configuration`]: { body: { FunctionName: name } },
      [`lambda POST /2015-03-31/functions/${name}/invocations`]: ({ body = '' }) => {
        events.push(JSON.parse(body));
        return functions[name] ?? { body: {} };
      },
    };
  });
  return {
    answers: Object.assign({}, answers, ...ofFunctions) as Answers,
    events,
    /** The ids of the messages in the queue, and which of them are hidden. */
    left: () => ({
      held: held.map(({ id }) => id),
      hidden: [...hidden].filter((id) => held.some((one) => one.id === id)),
    }),
  };
}

/** Returns a record as Lambda writes it to an on-failure destination. */
export function record(name: string, requestPayload: unknown): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: '2026-01-01T00:00:00.000Z',
    requestContext: {
      requestId: 'e4b46cbf-b738-xmpl-8880-a18cdf61200e',
      functionArn: `arn:aws:lambda:us-east-1:123456789012:function:${name}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'StoreError', errorMessage: 'the table is away' },
  });
}
