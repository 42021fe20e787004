import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileEventPattern } from '../../../../../packages/gateway/kernel/delivery/event-pattern.ts';
import { refusedBy } from '../../../../../packages/gateway/kernel/delivery/pattern-error.ts';
import { describeRefusal } from '../../../../../packages/gateway/services/eventbridge/pattern-place.ts';

function refusal(text: string): string | undefined {
  const error = refusedBy(() => compileEventPattern(text));
  return error && describeRefusal(text, error);
}

describe('the place in a pattern that is refused', () => {
  // LocalStack, test_events_patterns.snapshot.json, recorded on AWS: the column after the reason, and how often it is
  // printed
  for (const [text, reason, column, times = 1] of [
    ['["not", "a", "dict", "but valid json"]', 'Filter is not an object', 2],
    [
      'this is valid json but not a dict',
      "Unrecognized token 'this': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      5,
    ],
    ['{"EventBusArn": [{"wildcard": 123}]}', 'wildcard match pattern must be a string', 34],
    ['{"FileName": [{"suffix": 123}]}', 'suffix match pattern must be a string', 29],
    ['{"FileName": [{"suffix": [".png"]}]}', 'suffix match pattern must be a string', 27],
    ['{"detail": {"FileName": [{"anything-but": {"prefix": ""}}]}}', 'Null prefix/suffix not allowed', 56],
    [
      '{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}',
      'Value of anything-but must be an array or single string/number value.',
      55,
    ],
    ['{"detail": {"FileName": [{"anything-but": {"suffix": ""}}]}}', 'Null prefix/suffix not allowed', 56],
    [
      '{"detail": {"FileName": [{"anything-but": {"suffix": 123}}]}}',
      'prefix/suffix match pattern must be a string',
      57,
    ],
    [
      '{"detail": {"FileName": [{"anything-but": {"suffix": [123, ".txt"]}}]}}',
      'prefix/suffix match pattern must be a string',
      58,
      2,
    ],
    [
      '{"detail": {"FileName": [{"anything-but": {"suffix": [null, ".txt"]}}]}}',
      'prefix/suffix match pattern must be a string',
      59,
      2,
    ],
    [
      '{"detail": {"FileName": [{"anything-but": {"suffix": {"equals-ignore-case": ".png"}}}]}}',
      'Value of anything-but must be an array or single string/number value.',
      55,
    ],
    [
      '{"detail": {"FilePath": [{"anything-but": {"wildcard": 123}}]}}',
      'wildcard match pattern must be a string',
      59,
    ],
    ['{"detail": {"c-count": [{"numeric": 10}]}}', 'Value of numeric must be an array.', 39],
    ['{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', 'Value of < must be numeric', 50],
    ['{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}', 'Bad numeric range operator: >', 49],
    ['{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', 'Unrecognized match type NUMERIC', 36],
    [
      '{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}',
      'prefix match pattern must be a string',
      43,
    ],
    [
      '{"detail": {"state": [{"anything-but": ["stopped", null]}]}}',
      'Inside anything but list, start|null|boolean is not supported.',
      56,
      2,
    ],
    [
      '{"detail": {"state": [{"anything-but": null}]}}',
      'Value of anything-but must be an array or single string/number value.',
      44,
    ],
    [
      '{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}',
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
      66,
    ],
    [
      '{"detail": {"state": [{"anything-but": {"equals-ignore-case": [123, 456]}}]}}',
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
      67,
      2,
    ],
    [
      '{"detail": {"state": [{"anything-but": {"prefix": 123}}]}}',
      'prefix/suffix match pattern must be a string',
      54,
    ],
    [
      '{"detail": {"state": [{"anything-but": {"prefix": [123, "test"]}}]}}',
      'prefix/suffix match pattern must be a string',
      55,
      2,
    ],
    [
      '{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}',
      'wildcard match pattern must be a string',
      57,
      2,
    ],
    [
      '{"detail-type": [{"equals-ignore-case": ["ec2 instance state-change notification"]}]}',
      'equals-ignore-case match pattern must be a string',
      42,
    ],
    [
      '{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}',
      'equals-ignore-case match pattern must be a string',
      42,
    ],
    ['{"int": 42}', '"int" must be an object or an array', 11],
    ['{"my_key": [{"EXISTS": true}]}', 'Unrecognized match type EXISTS', 28],
    [
      '{"not": closed mark"',
      "Unrecognized token 'closed': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      15,
    ],
    ['{"resources": []}', 'Empty arrays are not allowed', 17],
    ['{"string": "my-value"}', '"string" must be an object or an array', 13],
    ['{"time": [{"prefix": 123}]}', 'prefix match pattern must be a string', 25],
    ['{"time": [{"prefix": ["2022-07-13"]}]}', 'prefix match pattern must be a string', 23],
    [
      "{'bad': 'quotation'}",
      "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
      2,
    ],
  ] as const)
    it(`is column ${column} of ${text}`, () => {
      const place = `\n at [Source: (String)"${text}"; line: 1, column: ${column}]`;
      assert.equal(refusal(text), `Event pattern is not valid. Reason: ${reason}${place.repeat(times)}`);
    });

  // aws/event-ruler, JsonRuleCompiler: the token at which its parser stands
  for (const [text, line, column] of [
    ['{\n  "a": [],\n  "b": [1]\n}', 2, 10],
    ['{"a": {}}', 1, 9],
    ['{"a": [{}]}', 1, 10],
    ['{"a": [{"prefix": "x", "suffix": "y"}]}', 1, 35],
    ['{"$or": [{"a": [1]}]}', 1, 21],
    ['{"a": [{"numeric": [">", 5, "<", 1]}]}', 1, 36],
    ['{"a": [{"wildcard": "x**"}]}', 1, 26],
    ['{"a": [{"anything-but": ["x", 1]}]}', 1, 33],
  ] as const)
    it(`is line ${line}, column ${column} of ${JSON.stringify(text)}`, () => {
      assert.ok(refusal(text)?.endsWith(`; line: ${line}, column: ${column}]`), refusal(text));
    });

  it('is not printed for an address, or for a rule that is too complex', () => {
    for (const text of [
      '{"a": [{"cidr": "xx.11.xx/8"}]}',
      '{"a": [{"wildcard": "a*a*a*a*a*a*a*a*a*a*a*a*b"}]}',
    ])
      assert.doesNotMatch(refusal(text) ?? 'not refused', /Source|not refused/);
  });

  // Jackson, ContentReference: at most 500 characters of the source
  it('follows the first 500 characters of the text', () => {
    const text = `["${'x'.repeat(600)}"]`;
    const shown = `${text.slice(0, 500)}"[truncated 104 chars]; line: 1, column: 2]`;
    assert.equal(
      refusal(text),
      `Event pattern is not valid. Reason: Filter is not an object\n at [Source: (String)"${shown}`,
    );
  });
});
