import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSchemas } from '../../../../../packages/gateway/engine/compose/checking/open-schemas.ts';
import {
  meaningOfPattern,
  valuesOfPattern,
  wordsOfPattern,
} from '../../../../../packages/gateway/core/deployability/pattern-words.ts';

const CASES = [
  ['^[A-Za-z0-9_-]+$', 'letters, digits and _ -'],
  [String.raw`^[.\-_/#A-Za-z0-9]{1,512}\Z`, '1 to 512 characters (letters, digits and . - _ / #)'],
  ['[a-z0-9]*', 'lower-case letters and digits'],
  [String.raw`^[\w+=,.@-]{1,128}$`, '1 to 128 characters (letters, digits and _ + = , . @ -)'],
  [String.raw`^\d{12}$`, undefined],
  ['^(?!aws)[a-z]+$', undefined],
  ['^[^a-z]+$', undefined],
  [String.raw`^[\p{L}\s]+$`, 'letters and spaces'],
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`, 'letters, combining marks, digits, symbols and punctuation'],
  [String.raw`^[\u0009\u000A]*$`, undefined],
] as const;

describe('wordsOfPattern', () => {
  for (const [pattern, words] of CASES)
    it(`says ${words ?? 'nothing'} for ${pattern}`, () => {
      assert.equal(wordsOfPattern(pattern), words);
    });
});

const MEANT = [
  [String.raw`^\d{12}$`, 'the id of an account, which has 12 digits'],
  ['^(none|whitelist)$', 'one of none, whitelist'],
  ['ENABLED|DISABLED', 'one of ENABLED, DISABLED'],
  ['^(a+|b)$', undefined],
  ['^[a-z]+$', undefined],
] as const;

/** Patterns of CloudFormation's schemas whose values people often write, with the beginning of what is said of them. */
const OF_SCHEMAS: readonly (readonly [type: string, path: string, says: RegExp])[] = [
  ['AWS::Lambda::LayerVersion', 'LayerName', /^a name of letters, digits, - and _, such as shared-code$/],
  ['AWS::Lambda::CapacityProvider', 'CapacityProviderName', /^a name of letters.*such as workers$/],
  ['AWS::Lambda::Function', 'FunctionName', /^a name of up to 64 letters.*such as list-orders$/],
  ['AWS::Lambda::Function', 'Role', /^the ARN of a role, such as arn:aws:iam::\d{12}:role\/NAME$/],
  ['AWS::Lambda::Function', 'KmsKeyArn', /^the ARN of a key/],
  ['AWS::Lambda::Permission', 'FunctionName', /^the name or the ARN of a function/],
  ['AWS::Lambda::Permission', 'Action', /^an action of Lambda, such as lambda:InvokeFunction$/],
  ['AWS::Lambda::Alias', 'Name', /^a string of letters, digits.*such as live$/],
  ['AWS::Lambda::Alias', 'FunctionVersion', /^the number of a version/],
  ['AWS::Events::Rule', 'EventBusName', /^the name or the ARN of an event bus/],
  ['AWS::Logs::LogGroup', 'KmsKeyId', /^the ARN of a key/],
  ['AWS::S3::Bucket', 'BucketName', /^a string of lower-case letters/],
];

const TABLE = (await openSchemas()).table;

function patternsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { pattern } = value as { readonly pattern?: unknown };
  return [...(typeof pattern === 'string' ? [pattern] : []), ...Object.values(value).flatMap(patternsIn)];
}

describe('the patterns of the schemas', () => {
  for (const [type, property, says] of OF_SCHEMAS)
    it(`have words: ${type}, ${property}`, () => {
      const { pattern } =
        (TABLE[type]?.schema['properties'] as Record<string, { pattern?: string }>)[property] ?? {};
      assert.match(meaningOfPattern(pattern ?? '') ?? 'nothing', says);
    });

  it('are all said in words, so that no finding prints a regular expression', () => {
    const all = new Set(Object.values(TABLE).flatMap(({ schema }) => patternsIn(schema)));
    const bare = [...all].filter(
      (pattern) => (meaningOfPattern(pattern) ?? wordsOfPattern(pattern)) === undefined,
    );

    assert.deepEqual(bare, [], 'pattern-words.ts or arn-words.ts must say what these ask for');
  });

  it('match the example of their words', () => {
    const all = new Set(Object.values(TABLE).flatMap(({ schema }) => patternsIn(schema)));
    for (const pattern of all) {
      const [, example] = /, such as (\S+?)(?:, or .*)?$/.exec(meaningOfPattern(pattern) ?? '') ?? [];
      if (example === undefined) continue;
      const source = pattern.replaceAll(/\\[Zz]/g, '$');
      assert.match(example, new RegExp(source, source.includes(String.raw`\p{`) ? 'u' : ''));
    }
  });
});

/** Names that hardly any pattern excludes because of their characters. */
const NAMES = ['name', 'live', 'Name1'];

it('no pattern that accepts a name is said to ask for an ARN only', () => {
  const all = new Set(Object.values(TABLE).flatMap(({ schema }) => patternsIn(schema)));
  const wrong = [...all].filter((pattern) => {
    const meaning = meaningOfPattern(pattern) ?? '';
    const isOptional = /\(\)\$?$/.test(pattern);
    return (
      !isOptional && /^(?:an|the) ARN/.test(meaning) && NAMES.every((name) => new RegExp(pattern).test(name))
    );
  });

  assert.deepEqual(wrong, []);
});

describe('meaningOfPattern', () => {
  for (const [pattern, meaning] of MEANT)
    it(`says ${meaning ?? 'nothing'} for ${pattern}`, () => {
      assert.equal(meaningOfPattern(pattern), meaning);
    });

  it('lists the values of a pattern', () => {
    assert.deepEqual(valuesOfPattern('^(s3|lambda)$'), ['s3', 'lambda']);
  });
});
