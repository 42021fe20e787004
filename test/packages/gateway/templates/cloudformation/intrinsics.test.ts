import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import {
  ACCOUNT_FUNCTIONS,
  RESOLVED_FUNCTIONS,
} from '../../../../../packages/gateway/core/stack/intrinsic-functions.ts';
import { aStack, evaluate, refusal } from '../stack-builders.ts';

const SECTIONS = `
Transform: AWS::LanguageExtensions
Parameters:
  Env: { Type: String, Default: dev }
  Subnets: { Type: CommaDelimitedList, Default: "a, b ,c" }
Mappings:
  Sizes:
    dev: { Memory: 128, Zones: [x, y] }
    prod: { Memory: 1024 }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Not [!Condition IsProd]
  Either: !Or [!Condition IsProd, !Condition IsDev]
  Both: !And [!Condition IsProd, !Condition IsDev]
`;

describe('resolveValue', () => {
  const rows = [
    { expression: '!Ref Env', value: 'dev', source: 'Ref of a parameter' },
    {
      expression: '!Ref Subnets',
      value: ['a', 'b', 'c'],
      source: 'Ref of a list parameter; items are trimmed',
    },
    { expression: '!Ref AWS::Region', value: 'eu-west-1', source: 'pseudo parameters' },
    { expression: '!Ref AWS::AccountId', value: '123456789012', source: 'pseudo parameters' },
    { expression: '!Ref AWS::Partition', value: 'aws', source: 'pseudo parameters' },
    { expression: '!Ref AWS::URLSuffix', value: 'amazonaws.com', source: 'pseudo parameters' },
    { expression: '!Ref AWS::StackName', value: 'shop', source: 'pseudo parameters' },
    { expression: '!Ref AWS::NotificationARNs', value: [], source: 'pseudo parameters' },
    { expression: '!Join [":", [a, !Ref Env, 3, true]]', value: 'a:dev:3:true', source: 'Fn::Join' },
    { expression: '!Join ["-", !Ref Subnets]', value: 'a-b-c', source: 'Fn::Join of a list parameter' },
    { expression: '!Select [1, !Ref Subnets]', value: 'b', source: 'Fn::Select' },
    { expression: '!Select ["0", [x, y]]', value: 'x', source: 'Fn::Select: index as text' },
    { expression: '!Split ["|", "a||b"]', value: ['a', '', 'b'], source: 'Fn::Split keeps empty values' },
    { expression: '!Sub "${Env}-${AWS::Region}"', value: 'dev-eu-west-1', source: 'Fn::Sub' },
    { expression: '!Sub "${!Env} ${! x}"', value: '${Env} ${ x}', source: 'Fn::Sub: ${! stays literal' },
    { expression: '!Sub ["${A}${Env}", {A: !Ref Env}]', value: 'devdev', source: 'Fn::Sub with variables' },
    { expression: '!Sub ["${Env}", {Env: mine}]', value: 'mine', source: 'Fn::Sub: own variables win' },
    { expression: '!FindInMap [Sizes, !Ref Env, Memory]', value: 128, source: 'Fn::FindInMap' },
    { expression: '!FindInMap [Sizes, dev, Zones]', value: ['x', 'y'], source: 'Fn::FindInMap of a list' },
    {
      expression: '!FindInMap [Sizes, test, Memory, {DefaultValue: !Ref Env}]',
      value: 'dev',
      source: 'Fn::FindInMap enhancements',
    },
    { expression: '!If [IsProd, a, b]', value: 'b', source: 'Fn::If' },
    {
      expression: '!If [Either, a, !Ref Nowhere]',
      value: 'a',
      source: 'Fn::If does not look at the other branch',
    },
    { expression: '!If [Both, a, b]', value: 'b', source: 'Fn::And' },
    { expression: '[a, !If [IsProd, b, !Ref AWS::NoValue]]', value: ['a'], source: 'AWS::NoValue in a list' },
    { expression: '{A: 1, B: !Ref AWS::NoValue}', value: { A: 1 }, source: 'AWS::NoValue as a property' },
    { expression: '!Base64 aws', value: 'YXdz', source: 'Fn::Base64' },
    { expression: '!GetAZs ""', value: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'], source: 'Fn::GetAZs' },
    { expression: '!Select [0, !GetAZs us-east-1]', value: 'us-east-1a', source: 'Fn::GetAZs of a region' },
    { expression: '!Length [1, 2, 3]', value: 3, source: 'Fn::Length' },
    { expression: '!ToJsonString {a: !Ref Env}', value: '{"a":"dev"}', source: 'Fn::ToJsonString' },
    {
      expression: '!Cidr [10.0.0.0/16, 2, 8]',
      value: ['10.0.0.0/24', '10.0.1.0/24'],
      source: 'Fn::Cidr',
    },
    {
      expression: '{Condition: {Bool: {x: y}}, Effect: Allow}',
      value: { Condition: { Bool: { x: 'y' } }, Effect: 'Allow' },
      source: 'Condition of an IAM statement is no function',
    },
  ];
  for (const { expression, value, source } of rows) {
    it(`gives ${JSON.stringify(value)} for ${expression}`, () => {
      assert.deepEqual(evaluate(expression, SECTIONS), value, source);
    });
  }

  it('gives the attribute that Fn::Sub names', () => {
    const user = 'Resources: { U: { Type: AWS::IAM::User, Properties: { UserName: ada } } }';

    assert.equal(evaluate('!Sub "${U}: ${U.Arn}"', user), 'ada: arn:aws:iam::123456789012:user/ada');
  });

  const refusals = [
    { expression: '!Ref Nowhere', says: /Unresolved resource dependencies \[Nowhere\] in the Outputs block/ },
    { expression: '!Ref AWS::Nothing', says: /Unresolved resource dependencies \[AWS::Nothing\]/ },
    { expression: '!Sub "${Nowhere}"', says: /Unresolved resource dependencies \[Nowhere\]/ },
    { expression: '!Sub "${a b}"', says: /Fn::Sub contains "\$\{a b\}"/ },
    { expression: '!GetAtt Nowhere.Arn', says: /references undefined resource Nowhere/ },
    { expression: '!GetAtt Topic', says: /Fn::GetAtt object requires two non-empty parameters/ },
    { expression: '!Select [7, [a]]', says: /cannot select nonexistent value at index 7/ },
    { expression: '!Select [-1, [a]]', says: /cannot select nonexistent value/ },
    { expression: '!FindInMap [Sizes, test, Memory]', says: /Unable to get mapping for Sizes::test::Memory/ },
    { expression: '!If [Nope, a, b]', says: /unresolved condition dependency Nope/ },
    { expression: '!If [IsProd, a]', says: /Fn::If requires a list with exactly 3 items/ },
    { expression: '!Join [":", [{a: b}]]', says: /every value of Fn::Join must be a string/ },
    { expression: '!Join [":", text]', says: /every Fn::Join object requires two parameters/ },
    { expression: '!Split ["", abc]', says: /delimiter must not be empty/ },
    { expression: '!Cidr [10.0.0.0/24, 9, 8]', says: /Fn::Cidr cannot divide "10.0.0.0\/24" into 9 blocks/ },
    { expression: '!Transform {Name: OwnMacro}', says: /Fn::Transform runs a macro/ },
    { expression: '{"Fn::Nope": 1}', says: /unknown function Fn::Nope/ },
    { expression: '{Ref: Env, x: 1}', says: /Ref must be the only key/ },
    { expression: 'null', says: /'null' values are not allowed/ },
    { expression: '!ImportValue nothing', says: /No export named nothing found. Stack shop imports it/ },
  ];
  for (const { expression, says } of refusals) {
    it(`refuses ${expression} with its line`, () => {
      const said = refusal(() => evaluate(expression, SECTIONS));

      assert.match(said, /^\/app\/shop\.yml:\d+: Outputs\.Out: /);
      assert.match(said, says);
    });
  }

  // Who deploys the template may have these values, so the finding is not a refusal of AWS.
  for (const [expression, rule] of [
    ['!Transform {Name: OwnMacro}', 'macro'],
    ['{"Fn::GetStackOutput": {"StackName": "stack", "OutputName": "Out"}}', 'export-elsewhere'],
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
    ['!GetStackOutput {StackName: stack, OutputName: Out}', 'export-elsewhere'],
    ['{"Fn::Nope": 1}', undefined],
  ] as const)
    it(`says by the rule ${rule ?? 'of templates'} what ${expression} needs`, () => {
      assert.throws(
        () => evaluate(expression, SECTIONS),
        (error) => error instanceof DefinitionError && error.rule === rule,
      );
    });

  const takesItems: readonly (readonly [name: string, items: number, words: string])[] = [
    ['Fn::Select', 2, '2 items'],
    ['Fn::Split', 2, '2 items'],
    ['Fn::If', 3, '3 items'],
  ];
  for (const [name, items, words] of takesItems)
    for (const argument of [[], Array.from({ length: items + 1 }, () => 'a'), 'text'])
      it(`refuses ${name} of ${JSON.stringify(argument)}, by its name and its number of items`, () => {
        const says = `${name} requires a list with exactly ${words}`;
        const said = refusal(() => evaluate(JSON.stringify({ [name]: argument }), SECTIONS));

        assert.ok(said.includes(says), said);
      });

  for (const name of ['Fn::And', 'Fn::Or'])
    for (const [count, isRefused] of [
      [1, true],
      [2, false],
      [10, false],
      [11, true],
    ] as const)
      it(`${isRefused ? 'refuses' : 'takes'} ${name} of ${count} conditions`, () => {
        const items = Array.from({ length: count }, () => ({ Condition: 'IsDev' }));
        const work = () =>
          evaluate('!If [C, a, b]', `${SECTIONS}  C: ${JSON.stringify({ [name]: items })}\n`);

        if (!isRefused) assert.equal(work(), 'a');
        else
          assert.ok(
            refusal(work).includes(
              `every ${name} object requires a list of at least 2 and at most 10 boolean parameters`,
            ),
          );
      });

  // CloudFormation user guide, "Condition functions".
  for (const condition of ['text', '[a]', '!Not [text]', '!And [!Condition IsDev, text]', '!Or [text, text]'])
    it(`refuses the condition ${condition}, which is neither true nor false`, () => {
      assert.match(
        refusal(() => evaluate('!If [C, a, b]', `${SECTIONS}  C: ${condition}\n`)),
        /Conditions can only be boolean operations|boolean parameter/,
      );
    });

  const takesText: readonly (readonly [name: string, argument: unknown])[] = [
    ['Fn::Base64', {}],
    ['Fn::GetAZs', {}],
    ['Fn::ImportValue', {}],
    ['Fn::Cidr', [{}, 1]],
    ['Fn::FindInMap', [{}, 'a', 'b']],
    ['Fn::Split', [{}, 'a']],
    ['Fn::Split', ['a', {}]],
    ['Fn::Select', [{}, ['a']]],
    ['Fn::Join', [{}, ['a']]],
    ['Fn::Join', ['', [{}]]],
    ['Fn::Sub', ['${A}', { A: {} }]],
  ];
  for (const [name, argument] of takesText)
    it(`refuses ${name} of ${JSON.stringify(argument)}, by its name`, () => {
      const said = refusal(() => evaluate(JSON.stringify({ [name]: argument }), SECTIONS));

      assert.ok(said.includes(`every value of ${name} must be a string`), said);
    });

  it('refuses conditions that refer to each other, and names them', () => {
    const text =
      'Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources:\n  T: { Type: AWS::SNS::Topic, Condition: A }';

    assert.match(
      refusal(() => aStack(text).resolveResources()),
      /Circular dependency.*condition A, condition B/,
    );
  });

  it('undoes Fn::Split by Fn::Join for any text', () => {
    const quote = (text: string): string => JSON.stringify(text.replaceAll('$', ''));

    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, separator) => {
        fc.pre(!separator.includes('$'));
        const joined = evaluate(`!Join [${quote(separator)}, !Split [${quote(separator)}, ${quote(text)}]]`);
        assert.equal(joined, text.replaceAll('$', ''));
      }),
      { numRuns: 100 },
    );
  });

  it('throws nothing but a DefinitionError for any arguments of any function', () => {
    const names = [
      'Ref',
      'Condition',
      ...[...RESOLVED_FUNCTIONS, ...ACCOUNT_FUNCTIONS].map((name) => `Fn::${name}`),
    ];
    const { call } = fc.letrec<{ call: unknown; value: unknown }>((tie) => ({
      call: fc
        .tuple(fc.constantFrom(...names), tie('value'))
        .map(([name, argument]) => ({ [name]: argument })),
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('Env', 'IsProd', 'Sizes', 'Topic.TopicArn', '${Env}', '', 0, 1, true, '10.0.0.0/8'),
        fc.array(tie('value'), { maxLength: 4 }),
        tie('call'),
      ),
    }));

    fc.assert(
      fc.property(call, (expression) => {
        try {
          evaluate(JSON.stringify(expression), SECTIONS);
        } catch (error) {
          assert.ok(error instanceof DefinitionError, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
