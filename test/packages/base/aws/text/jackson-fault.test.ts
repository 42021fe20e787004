import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describePayloadFault,
  findJacksonFault,
} from '../../../../../packages/base/aws/text/jackson-fault.ts';

const VALUES = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
const ENCODED = Buffer.from([0x6e, 0x87, 0x72, 0x9e, 0xe9, 0xb5, 0xd7, 0x49, 0xee, 0x9b, 0x6d, 0x74]);

/** The sources are tests of LocalStack, whose snapshots are recorded; Jackson's are its own tests of messages. */
const FAULTS: readonly (readonly [
  text: string | Buffer,
  message: string,
  line: number,
  column: number,
  source: string,
])[] = [
  [
    'not some json',
    `Unrecognized token 'not': was expecting (${VALUES})`,
    1,
    4,
    'test_invalid_start_execution_input',
  ],
  [
    "{'not': 'json'}",
    "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
    1,
    3,
    'test_invalid_start_execution_input',
  ],
  [
    '{"not": closed mark"',
    `Unrecognized token 'closed': was expecting (${VALUES})`,
    1,
    15,
    'test_invalid_json_event_pattern',
  ],
  [ENCODED, 'Invalid UTF-8 start byte 0x87', 1, 3, 'test_lambda_invoke_payload_encoding_error'],
  [
    Buffer.from([0x99, 0xeb, 0x2c]),
    `Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (${VALUES})`,
    1,
    2,
    'test_lambda_invoke_payload_encoding_error',
  ],
  [
    Buffer.from([0xb7, 0x61]),
    `Unexpected character ('·' (code 183)): expected a valid value (${VALUES})`,
    1,
    2,
    'a guide about payloads that an older shell encoded',
  ],
  [Buffer.from([0x6e, 0xe9, 0x2d]), 'Invalid UTF-8 middle byte 0x2d', 1, 4, 'a guide about AWS CLI v2'],
  [Buffer.from([0xc3, 0xa9]), 'Invalid UTF-8 start byte 0xa9', 1, 3, 'Jackson'],
  [
    Buffer.from([0x7b, 0xb7]),
    'Invalid UTF-8 start byte 0xb7',
    1,
    3,
    'Jackson, which decodes the names of fields',
  ],
  [
    '{"a"\n 1}',
    "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
    2,
    3,
    'Jackson',
  ],
  [
    '[1 2]',
    "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
    1,
    5,
    'Jackson',
  ],
  [
    '{"a":1 "b"}',
    `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries`,
    1,
    9,
    'Jackson',
  ],
  [
    '{"a":"b\nc"}',
    'Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value',
    1,
    9,
    'Jackson',
  ],
  [
    '[1,\u0001]',
    'Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is allowed between tokens',
    1,
    5,
    'Jackson',
  ],
  ['[}', `Unexpected character ('}' (code 125)): expected a valid value (${VALUES})`, 1, 3, 'Jackson'],
  ['{"a":"it\\\'s"}', "Unrecognized character escape ''' (code 39)", 1, 11, 'Jackson'],
  [
    '{"a":"b\rc"}',
    'Illegal unquoted character ((CTRL-CHAR, code 13)): has to be escaped using backslash to be included in string value',
    1,
    9,
    // https://github.com/serverless/serverless/issues/2270
    'a thread of the Serverless Framework',
  ],
  ['{"a":"b"', 'Unexpected end-of-input: expected close marker for Object', 1, 9, 'Jackson'],
  ['', 'No content to map due to end-of-input', 1, 1, 'Jackson'],
];

describe('findJacksonFault', () => {
  for (const [text, message, line, column, source] of FAULTS)
    it(`describes ${JSON.stringify(String(text))} as ${source} does`, () => {
      const fault = findJacksonFault(Buffer.from(text));
      assert.deepEqual([fault?.message, fault?.place], [message, { line, column }]);
    });

  it('names the place where an object begins that does not end', () => {
    assert.deepEqual(findJacksonFault(Buffer.from(' [{"ü":[]'))?.opened, { line: 1, column: 3 });
  });

  // obs: lambda, test_lambda_invoke_payload_encoding_error, November 2025
  it('is told by Lambda with the place of an unexpected character', () => {
    assert.match(describePayloadFault(Buffer.from([0x99, 0xeb])), / line: 1, column: 1\]$/);
    assert.match(describePayloadFault(Buffer.from('{c}')), / line: 1, column: 2\]$/);
  });

  it('finds no fault in JSON', () => {
    for (const text of [
      '{}',
      '[ ]',
      ' {"a" : [1, -2.5e+3, "ü€😀\\"", true, null, {"b":false}]} ',
      '"x"',
      '0',
    ])
      assert.equal(findJacksonFault(Buffer.from(text)), undefined);
  });

  it('has no wording for a text that is nested more deeply than Jackson reads, however deep it is', () => {
    assert.equal(findJacksonFault(Buffer.from('['.repeat(6_000_000))), undefined);
    assert.equal(findJacksonFault(Buffer.from('{"a":'.repeat(1_001))), undefined);
    assert.match(findJacksonFault(Buffer.from('['.repeat(1_000)))?.message ?? '', /close marker for Array/);
  });
});
