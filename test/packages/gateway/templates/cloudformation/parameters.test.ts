import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { StackSet } from '../../../../../packages/gateway/templates/stacks.ts';
import { evaluate, OPTIONS, refusal } from '../stack-builders.ts';

const declare = (declaration: string): string => `Parameters:\n  P: ${declaration}`;

describe('readParameters', () => {
  const rows = [
    {
      name: 'takes the given value before the default',
      declaration: '{Type: String, Default: a}',
      given: 'b',
      value: 'b',
    },
    { name: 'takes the default', declaration: '{Type: Number, Default: 5}', given: undefined, value: '5' },
    {
      name: 'reads an empty list',
      declaration: '{Type: CommaDelimitedList, Default: ""}',
      given: undefined,
      value: [],
    },
    { name: 'reads a list of numbers', declaration: '{Type: List<Number>}', given: '1,2', value: ['1', '2'] },
    {
      name: 'takes an SSM value that is given directly',
      declaration: '{Type: "AWS::SSM::Parameter::Value<String>"}',
      given: 'ami-1',
      value: 'ami-1',
    },
    // CloudFormation user guide, "Parameters": every bound belongs to what it allows.
    ...(
      [
        ['MinLength: 2', 'ab'],
        ['MaxLength: 2', 'ab'],
        ['MaxLength: 2', ''],
        ['AllowedPattern: "[a-z]+"', 'abc'],
        ['AllowedValues: [ab, 1]', '1'],
      ] as const
    ).map(([constraint, given]) => ({
      name: `takes "${given}" with ${constraint}`,
      declaration: `{Type: String, ${constraint}}`,
      given,
      value: given,
    })),
    ...(
      [
        ['MinValue: 2', '2'],
        ['MaxValue: 2', '2'],
        ['MinValue: -1', '-0.5'],
      ] as const
    ).map(([constraint, given]) => ({
      name: `takes the number ${given} with ${constraint}`,
      declaration: `{Type: Number, ${constraint}}`,
      given,
      value: given,
    })),
    {
      name: 'takes the items of a list that are allowed',
      declaration: '{Type: CommaDelimitedList, AllowedValues: [a, b]}',
      given: 'a, b',
      value: ['a', 'b'],
    },
    {
      name: 'takes an AWS-specific type',
      declaration: '{Type: "AWS::EC2::VPC::Id"}',
      given: 'vpc-1',
      value: 'vpc-1',
    },
  ];
  for (const { name, declaration, given, value } of rows) {
    it(name, () => {
      const parameters = given === undefined ? {} : { P: given };

      assert.deepEqual(
        evaluate('!Ref P', declare(declaration), parameters),
        value,
        'CloudFormation, Parameters',
      );
    });
  }

  const refusals = [
    {
      declaration: '{Type: String}',
      given: {},
      says: /^\/app\/shop\.yml:\d+: Parameters\.P: must have a value; pass --param P=…$/,
    },
    { declaration: '{Type: Strang}', given: {}, says: /Unrecognized parameter type: Strang/ },
    { declaration: '{Default: x}', given: {}, says: /must contain a Type member/ },
    { declaration: '{Type: Number}', given: { P: 'x' }, says: /'P' must be a number/ },
    {
      declaration: '{Type: String, AllowedValues: [a, 1]}',
      given: { P: 'c' },
      says: /one of AllowedValues: a, 1/,
    },
    {
      declaration: '{Type: String, NoEcho: true, AllowedValues: [secret]}',
      given: { P: 'c' },
      says: /AllowedValues$/,
    },
    {
      declaration: '{Type: String, AllowedPattern: "[a-z]+"}',
      given: { P: 'A' },
      says: /must match pattern \[a-z\]\+/,
    },
    {
      declaration: '{Type: String, AllowedPattern: "["}',
      given: { P: 'A' },
      says: /not a regular expression/,
    },
    {
      declaration: '{Type: String, AllowedPattern: "[a-z]+"}',
      given: { P: 'abC' },
      says: /must match pattern \[a-z\]\+/,
    },
    {
      declaration: '{Type: String, AllowedPattern: "[a-z]+", ConstraintDescription: small letters only}',
      given: { P: 'A' },
      says: /'P' failed to satisfy constraint: small letters only$/,
    },
    { declaration: '{Type: Number}', given: { P: '' }, says: /'P' must be a number/ },
    { declaration: '{Type: List<Number>}', given: { P: '1,x' }, says: /'P' must be a number/ },
    {
      declaration: '{Type: CommaDelimitedList, AllowedValues: [a]}',
      given: { P: 'a,b' },
      says: /one of AllowedValues: a$/,
    },
    { declaration: '{Type: String, MinLength: 2}', given: { P: 'A' }, says: /at least 2 characters/ },
    { declaration: '{Type: String, MaxLength: 2}', given: { P: 'AAA' }, says: /at most 2 characters/ },
    { declaration: '{Type: Number, MaxValue: 2}', given: { P: '3' }, says: /not greater than 2/ },
    { declaration: '{Type: Number, MinValue: 2}', given: { P: '1' }, says: /not less than 2/ },
    {
      declaration: '{Type: "AWS::SSM::Parameter::Value<String>", Default: /a}',
      given: {},
      says: /value comes from SSM in the account; set it with --param P=…/,
    },
  ];
  for (const { declaration, given, says } of refusals) {
    it(`refuses ${declaration} given ${JSON.stringify(given)}`, () => {
      assert.match(
        refusal(() => evaluate('!Ref P', declare(declaration), given)),
        says,
      );
    });
  }

  it('names parameters without values once each, with what to give', () => {
    assert.match(
      refusal(() => evaluate('!Ref P', 'Parameters:\n  P: {Type: String}\n  Q: {Type: Number}')),
      /^\/app\/shop\.yml:\d+: Parameters: \[P, Q\] must have values; pass --param P=… --param Q=…$/,
    );
  });

  for (const [name, declaration, says] of [
    ['without a value', '{Type: String}', /must have a value; pass --param P=…/],
    ['of an unknown type', '{Type: Strang, Default: x}', /Unrecognized parameter type: Strang/],
  ] as const)
    it(`reports the fault of a parameter ${name} at each resource that uses it`, () => {
      const faults = new Faults(false);
      const text = `${declare(declaration)}\nResources: { T: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref P } } }`;
      const tree = parseSource(text, '/app/shop.yml');
      const set = new StackSet(RESOURCE_TYPES, faults);
      set.add(toRawStack(tree, 'shop', { ...OPTIONS, tolerance: faults }));
      const [stack] = set.complete(['shop']);

      assert.match(stack?.resolveResources().get('T')?.fault?.message ?? '', says);
      assert.equal(faults.all.length, 1, 'the fault of the parameter is reported once');
    });

  it('does not mind an SSM parameter that nothing uses', () => {
    const cdkBootstrap = declare(
      '{Type: "AWS::SSM::Parameter::Value<String>", Default: /cdk-bootstrap/version}',
    );

    assert.equal(evaluate('x', cdkBootstrap), 'x');
  });

  it('keeps values for other stacks', () => {
    assert.equal(evaluate('x', '', { Unknown: '1' }), 'x');
  });
});
