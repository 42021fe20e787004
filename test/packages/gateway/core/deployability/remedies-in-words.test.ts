import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  REMEDIES_IN_WORDS,
  remedyInWords,
} from '../../../../../packages/gateway/core/deployability/remedies-in-words.ts';

const MAPPING = 'Invalid mapping expression specified: Validation Result: warnings : [], errors : ';

/** The sources of AWS's words are next to the code that reports them. */
const CASES = [
  [
    'Invalid stage variable value: the value is empty',
    'Variables.admin_pass',
    'write a value, for example none, or remove the variable',
  ],
  [
    'Invalid model specified: Validation Result: warnings : [], errors : [Model reference must be in canonical form]',
    'Schema',
    "write the URL of a model of the same API: !Sub 'https://apigateway.amazonaws.com/restapis/${API}/models/NAME', with the logical id of the API and the Name of the model",
  ],
  [
    'rate(3 minute) must be like rate(1 minute) or rate(5 minutes)',
    'ScheduleExpression',
    'write rate(3 minutes)',
  ],
  ['rate(1 days) must be like rate(1 minute) or rate(5 minutes)', 'ScheduleExpression', 'write rate(1 day)'],
  [
    `${MAPPING}[Invalid mapping expression parameter specified: method.response.header.X]`,
    'Integration',
    'add method.response.header.X: true to ResponseParameters of the method response (MethodResponses) that has the same status code',
  ],
  [
    `${MAPPING}[Invalid mapping expression parameter specified: method.request.path.page]`,
    'Integration',
    'add method.request.path.page: true to RequestParameters of the method',
  ],
  [
    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
    'Body.paths./clients/{$clientId}.pathPart',
    'use only letters, digits and . _ - : in the path, and in the name of a variable, such as {clientId}',
  ],
  [
    'event Feed: StartingPosition is required',
    'Events',
    'add StartingPosition: TRIM_HORIZON (from the oldest record) or StartingPosition: LATEST',
  ],
  [
    'The provided route key "GET /a/{x}" has a conflicting variable on the same hierarchical level as "GET /a/{y}"',
    'RouteKey',
    'name the variables as in GET /a/{y}, and read them by these names in the handler',
  ],
  ['unknown property Authorizer in Auth', 'Auth', 'remove Authorizer from Auth, or correct its name'],
  ['event Tick: use State or Enabled, not both', '', 'remove State, or remove Enabled'],
  ['must be 1, 5 or a multiple of 60', 'Period', 'correct Period: it must be 1, 5 or a multiple of 60'],
  [
    "Template format error: [/Mappings/A/b] map keys must be strings; received numeric [30] instead (write it in quotes: '30')",
    '',
    "write the key in quotes: '30'",
  ],
  [
    'the names of FIFO queues, and only of FIFO queues, must end with .fifo',
    'QueueName',
    'set FifoQueue: true and end the name with .fifo, or leave out both',
  ],
  [
    'Template format error: Unresolved resource dependencies [OrdersQueu] in the Resources block of the template',
    'Environment',
    'correct the spelling of OrdersQueu, which must be the logical id of a resource or the name of a parameter of this template, or add it',
  ],
  [
    'Template format error: Unresolved resource dependencies [Audit] in the Outputs block of the template; its Condition is false',
    '',
    'add the Condition of Audit to the resource or output that refers to Audit, or refer to Audit only inside of Fn::If with this condition',
  ],
  ["Invalid template parameter property 'DefaultValue'", 'Parameters.Stage', 'write Default'],
  [
    'is missing in a rule that uses a rule group',
    'Rules.0.OverrideAction',
    'add OverrideAction: { None: {} }',
  ],
  [
    'the name of the bucket logs must begin with aws-waf-logs-',
    'LogDestinationConfigs',
    'change BucketName of the bucket itself to a name that begins with aws-waf-logs-, such as aws-waf-logs-logs',
  ],
  ['Something else went wrong', 'Name', undefined],
] as const;

describe('remedyInWords', () => {
  for (const [message, property, remedy] of CASES)
    it(`says ${remedy ?? 'nothing'} for ${message}`, () => {
      assert.equal(remedyInWords(message, { type: 'AWS::ApiGateway::Method', property }), remedy);
    });

  it('names the forms of an HTTP API in a mapping of an HTTP API', () => {
    const at = { type: 'AWS::ApiGatewayV2::Integration', property: 'ResponseParameters.200' };

    assert.match(remedyInWords(`${MAPPING}[x]`, at) ?? '', /overwrite:statuscode/);
  });

  for (const { words, remedy } of REMEDIES_IN_WORDS)
    it(`has a remedy for ${String(words)}`, () => {
      assert.notEqual(remedy([], { type: 'AWS::ApiGateway::Method', property: 'Name' }).trim(), '');
    });
});
