/**
 * An explanation names the line of the member that decided, not the first line of the resource, list or statement that
 * has the member. The line that is meant ends with `# here` in YAML; in JSON and Terraform, a text of it is given.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import { BODIES } from './deciding-body-rows.ts';
import { DECIDED_BY } from '../../../../../packages/gateway/console/records/surprise-places.ts';
import { OUTSIDE_OF_CODE } from '../surprises/code-line-rows.ts';
import { FRONT } from './deciding-front-rows.ts';
import { OF_DOCUMENTS } from './deciding-document-rows.ts';
import { OF_MESSAGES } from './deciding-message-rows.ts';
import { OF_SAM_APIS } from './deciding-sam-api-rows.ts';
import { OF_SAM } from './deciding-sam-rows.ts';
import { SURPRISING } from './deciding-surprise-rows.ts';
import { OF_TEMPLATES } from './deciding-template-rows.ts';
import { assertLineIsNamed } from './named-line.ts';
import { DECIDING, OK, OPEN, rest } from './deciding-rows.ts';

/** A handler whose call of an SDK fails as the SDK fails: the message names a member of the call. */
const failing = (message: string, call: readonly string[]): string =>
  [
    'const call = async () => {',
    `  const error = new Error(${JSON.stringify(message)});`,
    "  error.name = 'ValidationException';",
    '  Error.captureStackTrace(error, call);',
    '  throw error;',
    '};',
    'exports.handler = async () => {',
    '  await call({',
    ...call.map((line) => `    ${line}`),
    '  });',
    '};',
  ].join('\n');

const CALLS = [
  {
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
    kind: 'an expression',
    message: 'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: key',
    call: [
      "TableName: 't',",
      "Item: { key: { S: 'a' } },",
      "ConditionExpression: 'attribute_not_exists(key)', // here",
    ],
  },
  {
    // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    kind: 'a parameter',
    message: 'Invalid parameter: Message Structure - No default entry in JSON message body',
    call: ["TopicArn: 't',", "MessageStructure: 'json',", "Message: '{}', // here"],
  },
  {
    kind: 'a quoted name in another case',
    message: "1 validation error detected: Value '' at 'delaySeconds' failed to satisfy constraint",
    call: ["QueueUrl: 'q',", 'Value: 1,', 'DelaySeconds: 1000, // here'],
  },
] as const;

describe('the line of the member of a call that an error names', () => {
  for (const { kind, message, call } of CALLS)
    it(`is named: ${kind}`, async () => {
      const code = failing(message, call);
      using project = anAdvisedProject('template.yaml', { 'template.yaml': rest(OPEN), 'index.js': code });
      const line = code.split('\n').findIndex((text) => text.endsWith('// here')) + 1;

      const { sentences } = await project.ask();

      assert.match(sentences.join('\n'), new RegExp(`Defined at: .*index\\.js:${line}\\b`));
    });
});

const LOADING = [
  {
    // https://github.com/aws-samples/aws-serverless-webapp-workshop/issues/43
    kind: 'an ES module that uses exports',
    file: 'index.mjs',
    code: "import 'node:fs';\nexports.handler = async () => ({ statusCode: 200 });",
  },
  {
    kind: 'an error that the module throws',
    file: 'index.js',
    code: "\nthrow new Error('TABLE is not set');",
  },
  {
    kind: 'a variable that is not defined',
    file: 'index.js',
    code: 'exports.handler = async () => ({ statusCode: 200 });\nsetup();',
  },
];

describe('the line of a module that fails while it is loaded', () => {
  for (const { kind, file, code } of LOADING)
    it(`is named: ${kind}`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': rest(OPEN), [file]: code });
      const { status, sentences, changes } = await project.ask();
      const place = new RegExp(`${file.replace('.', '\\.')}:2\\b`);
      assert.equal(status, 502);
      assert.match(sentences.join('\n'), new RegExp(`Defined at: .*${place.source}`));
      assert.match(changes.join('\n'), place);
    });
});

/** The messages of DynamoDB that name an index and its key. */
const INDEX_MESSAGES = [
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  'The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byName, IndexKey: name',
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
  'Type mismatch for Index Key name Expected: S Actual: NULL IndexName: byName',
];

describe('the key of an index that an error names', () => {
  const table = `
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
        - { AttributeName: name, AttributeType: S }
      KeySchema:
        - { AttributeName: id, KeyType: HASH }
      GlobalSecondaryIndexes:
        - IndexName: byName
          KeySchema:
            - { AttributeName: name, KeyType: HASH } # here
          Projection: { ProjectionType: ALL }`;

  for (const message of INDEX_MESSAGES)
    it(`has its place: ${message}`, async () => {
      const template = rest(OPEN, table);
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template,
        'index.js': failing(message, ["TableName: 't',"]),
      });
      const line = template.split('\n').findIndex((text) => text.endsWith('# here')) + 1;
      const { sentences } = await project.ask();
      assert.match(
        sentences.join('\n'),
        new RegExp(`Defined at: .*key name of the index byName template\\.yaml:${line}\\b`),
      );
    });
});

describe('the line of a result that is too large', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, invocation payload
  const large = [
    'exports.handler = async (event) => {',
    "  if (event === undefined) return { statusCode: 404, body: 'none' };",
    "  return { statusCode: 200, body: 'x'.repeat(7_000_000) }; // here",
    '};',
  ].join('\n');

  it('is that of the body, not that of an error', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': rest(OPEN), 'index.js': large });
    const { sentences } = await project.ask();
    assert.match(sentences.join('\n'), /ResponseSizeTooLarge[^]*Defined at: .*its code \/\S+\/index\.js:3\b/);
  });
});

describe('the line of a result that is not valid', () => {
  // A function that answers 404 before it answers 200 with an object as its body.
  const malformed = [
    'exports.handler = async (event) => {',
    "  if (event === undefined) return { statusCode: 404, body: 'none' };",
    '  return {',
    '    statusCode: 200,',
    "    headers: { 'Content-Type': 'application/json' },",
    '    body: { id: 1 }, // here',
    '  };',
    '};',
  ].join('\n');

  it('is that of the response with its status', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': rest(OPEN),
      'index.js': malformed,
    });
    const { sentences } = await project.ask();
    assert.match(sentences.join('\n'), /body is not a string[^]*Defined at: .*its code \/\S+\/index\.js:6\b/);
  });
});

describe('the line of the member that decided', () => {
  for (const { kind, template, file = 'template.yaml', code = OK, auth = OK, request, status } of [
    ...DECIDING,
    ...FRONT,
    ...BODIES,
    ...SURPRISING,
    ...OF_SAM,
    ...OF_SAM_APIS,
    ...OF_DOCUMENTS,
    ...OF_MESSAGES,
    ...OF_TEMPLATES,
  ])
    it(`is named: ${kind}`, async () => {
      using project = anAdvisedProject(file, { [file]: template, 'index.js': code, 'auth.js': auth });

      assertLineIsNamed(await project.ask(request), { template, file, status });
    });
});

describe('the kinds of answers that surprise', () => {
  it('have the line of the code, or are listed with what decides', () => {
    assert.deepEqual(Object.keys(DECIDED_BY).toSorted(), OUTSIDE_OF_CODE.toSorted());
  });

  it('are those of which a row above has the line', () => {
    for (const { surprise } of SURPRISING) assert.ok('members' in (DECIDED_BY[surprise] ?? {}), surprise);
  });
});
