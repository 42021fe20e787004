/** What is said of a batch that failed because of its code and of its stream, each with the line of the code. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeEventGaps } from '../../../../../packages/gateway/console/records/event-gaps.ts';
import { noteRun } from '../../../../../packages/gateway/console/records/run-notes.ts';
import { aStack } from '../../../../support/a-stack.ts';

type Step = Parameters<typeof noteRun>[0];

const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:jobs';

const ran = (more: Partial<Step>): Step => ({
  kind: 'ran',
  functionName: 'work',
  from: QUEUE,
  invocationId: 'one',
  records: 1,
  tries: 1,
  outcome: 'returned',
  atEpochMs: 0,
  cause: 'cause',
  ...more,
});

const streamed = (StreamViewType: string): ReturnType<typeof aStack> =>
  aStack({
    Orders: {
      type: 'AWS::DynamoDB::Table',
      id: 'orders',
      properties: { StreamSpecification: { StreamViewType } },
    },
  });

const record = (eventName: string, StreamViewType: string, more: object = {}): string =>
  JSON.stringify({ Records: [{ eventName, dynamodb: { StreamViewType, Keys: {}, ...more } }] });

type Row = {
  readonly note: string;
  readonly source: string;
  readonly file: string;
  readonly code: string;
  readonly step: Partial<Step>;
  readonly view?: string;
  readonly because: RegExp;
  readonly change: RegExp;
};

const REPORTING = 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html';
const VIEWS = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html';

const ROWS: readonly Row[] = [
  {
    note: 'items with another name of the identifier',
    source: REPORTING,
    file: 'send.js',
    code: 'const failed = [];\nfailed.push({ messageId: record.messageId });',
    step: {
      failedItems: 'an item of batchItemFailures has no itemIdentifier, only messageId',
    },
    because: /Each item of batchItemFailures must be an object.*send\.js:2 writes the items/,
    change: /^Write \{ itemIdentifier: record\.messageId \} for each failed record at send\.js:2/,
  },
  {
    note: 'items without an identifier, in Python',
    source: 'https://github.com/floci-io/floci/issues/3152',
    file: 'app.py',
    code: 'failures = []\nfailures.append({"itemIdentifier": None})',
    step: { failedItems: 'an item of batchItemFailures has no itemIdentifier' },
    because: /app\.py:2 writes the items/,
    change: /^Write \{"itemIdentifier": record\['messageId'\]\} for each failed record at app\.py:2/,
  },
  {
    note: 'an image that no record of the stream has',
    source: 'https://github.com/awslabs/amazon-dynamodb-tools/issues/55',
    file: 'app.py',
    code: 'for record in event["Records"]:\n    image = record["dynamodb"]["NewImage"]',
    step: {
      from: TABLE,
      outcome: 'failed',
      errorType: 'KeyError',
      errorMessage: "'NewImage'",
      payload: record('INSERT', 'KEYS_ONLY'),
    },
    view: 'KEYS_ONLY',
    because:
      /app\.py:2 reads NewImage, which no record of this stream has, because its StreamViewType is KEYS_ONLY/,
    change: /^Set StreamViewType: NEW_AND_OLD_IMAGES/,
  },
  {
    note: 'an image that no record of the stream has, in a destructuring',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html',
    file: 'copy.js',
    code: 'for (const record of event.Records) {\n  const { id } = record.dynamodb.NewImage;',
    step: {
      from: TABLE,
      outcome: 'failed',
      errorType: 'TypeError',
      // Printed by Node.js 20 and 24
      errorMessage: "Cannot destructure property 'id' of 'record.dynamodb.NewImage' as it is undefined.",
      payload: record('INSERT', 'KEYS_ONLY'),
    },
    view: 'KEYS_ONLY',
    because:
      /copy\.js:2 reads NewImage, which no record of this stream has, because its StreamViewType is KEYS_ONLY/,
    change: /^Set StreamViewType: NEW_AND_OLD_IMAGES/,
  },
  {
    note: 'the new image of an item that was deleted',
    source: VIEWS,
    file: 'main.js',
    code: 'const { name } = record.dynamodb.NewImage;',
    step: {
      from: TABLE,
      outcome: 'failed',
      errorType: 'TypeError',
      errorMessage: "Cannot destructure property 'name' of undefined",
      payload: record('REMOVE', 'NEW_AND_OLD_IMAGES', { OldImage: {} }),
    },
    view: 'NEW_AND_OLD_IMAGES',
    because: /main\.js:1 reads NewImage, which a record of the kind REMOVE never has/,
    change: /^Read NewImage at main\.js:1 only if eventName is not REMOVE/,
  },
];

describe('a note about a run', () => {
  for (const { note, source, file, code, step, view = 'NEW_IMAGE', because, change } of ROWS)
    it(`names the line and what to write: ${note} (${source})`, () => {
      const readHandler = () => ({ file, text: code, environment: [] });
      const [first] = noteRun(ran(step), { stacks: [streamed(view)], readHandler });

      assert.match(first?.because ?? '', because);
      assert.match(first?.change ?? '', change);
    });

  it('is not made of a run that succeeded', () => {
    const readHandler = () => ({ file: 'main.js', text: 'record.dynamodb.NewImage', environment: [] });
    assert.deepEqual(noteRun(ran({ from: TABLE }), { stacks: [streamed('KEYS_ONLY')], readHandler }), []);
  });
});

describe('a record of Kinesis', () => {
  it('is said to be base64, if the code parsed it as it is (https://github.com/awslabs/amazon-kinesis-data-generator/issues/5)', () => {
    const event = JSON.stringify({ Records: [{ kinesis: { data: 'eyJhIjoxfQ==' } }] });
    const said = describeEventGaps(event, {
      errorType: 'SyntaxError',
      errorMessage: 'Unexpected token \'e\', "eyJhIjoxfQ==" is not valid JSON',
    });

    assert.match(said.join('\n'), /data of a Kinesis record is base64.*decode it before it is parsed/);
  });
});
