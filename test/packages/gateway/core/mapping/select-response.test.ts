import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectResponse } from '../../../../../packages/gateway/core/mapping/select-response.ts';
import { TemplateError } from '../../../../../packages/gateway/velocity/java/template-error.ts';
import type { IntegrationResponse } from '../../../../../packages/gateway/core/mapping/integration.ts';

function responses(...patterns: (string | undefined)[]): IntegrationResponse[] {
  return patterns.map((pattern, index) => ({
    status: index,
    pattern,
    parameters: [],
    templates: new Map(),
    contentHandling: undefined,
  }));
}

/** `expected` is the index of the response. */
const rows: readonly {
  name: string;
  patterns: (string | undefined)[];
  text: string | undefined;
  expected: number | undefined;
  source: string;
}[] = [
  {
    name: 'matches a status by its pattern',
    patterns: [undefined, '4\\d{2}'],
    text: '404',
    expected: 1,
    source: 'parity http-selection-pattern-status-404',
  },
  {
    name: 'falls back to the default',
    patterns: [undefined, '4\\d{2}'],
    text: '200',
    expected: 0,
    source: 'docs/aws §7.7',
  },
  {
    name: 'wants the whole text to match',
    patterns: [undefined, 'Bad'],
    text: 'Bad request',
    expected: 0,
    source: 'docs/aws §7.7 full match',
  },
  {
    name: 'takes the first that matches',
    patterns: ['5.*', '50.', undefined],
    text: '500',
    expected: 0,
    source: 'docs/aws §7.7',
  },
  {
    name: 'takes the first of several defaults',
    patterns: ['4..', undefined, undefined],
    text: '500',
    expected: 1,
    source: 'docs/aws §7.9, not settled',
  },
  {
    name: 'supports the Java classes',
    patterns: ['\\p{Upper}\\w+'],
    text: 'Error',
    expected: 0,
    source: 'java.util.regex',
  },
  {
    name: 'does not let a dot match a line break',
    patterns: ['Bad.*', undefined],
    text: 'Bad\nrequest',
    expected: 1,
    source: 'docs/aws §7.7 DOTALL not set',
  },
  {
    name: 'matches line breaks as AWS advises',
    patterns: ['Bad(\\n|.)*', undefined],
    text: 'Bad\nrequest',
    expected: 0,
    source: 'docs/aws §7.7',
  },
  {
    name: 'takes the default for a function that succeeded',
    patterns: ['.+', '200', undefined],
    text: undefined,
    expected: 2,
    source: 'API model, IntegrationResponse.selectionPattern: ".+" for errors, as a success has no text',
  },
  {
    name: 'matches a function that succeeded by a pattern that takes no text',
    patterns: ['Tired', '.*'],
    text: undefined,
    expected: 1,
    source: 'API model, IntegrationResponse.selectionPattern',
  },
  {
    name: 'finds none without a default',
    patterns: ['4\\d{2}'],
    text: '200',
    expected: undefined,
    source: 'docs/aws §1.5',
  },
];

describe('selectResponse', () => {
  for (const { name, patterns, text, expected, source } of rows)
    it(name, () => {
      assert.equal(selectResponse(responses(...patterns), text)?.status, expected, source);
    });

  const own: {
    name: string;
    patterns: (string | undefined)[];
    text: string;
    status: number;
    expected: number;
  }[] = [
    {
      name: 'prefers the own status among those that match',
      patterns: ['\\d+', '.*', '2'],
      text: '2',
      status: 2,
      expected: 2,
    },
    {
      name: 'does not use its own status if the pattern does not match',
      patterns: ['\\d+', '2', '3'],
      text: '2',
      status: 2,
      expected: 0,
    },
    {
      name: 'uses the first that matches if none has the status',
      patterns: ['\\d', '\\d+'],
      text: '7',
      status: 7,
      expected: 0,
    },
    {
      name: 'prefers no default for its status',
      patterns: ['1', undefined],
      text: '1',
      status: 1,
      expected: 0,
    },
  ];
  for (const { name, patterns, text, status, expected } of own)
    it(`of a MOCK ${name} (docs/aws §7.9)`, () => {
      assert.equal(selectResponse(responses(...patterns), text, status)?.status, expected);
    });

  it('stops a pattern that would backtrack forever', () => {
    assert.throws(
      () => selectResponse(responses('(a+)+$'), `${'a'.repeat(2_000)}b`),
      (error) => error instanceof TemplateError && error.code === 'TEMPLATE_LIMIT',
    );
  });
});
