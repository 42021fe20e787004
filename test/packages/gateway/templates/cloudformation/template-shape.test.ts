import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkShape } from '../../../../../packages/gateway/templates/cloudformation/template-shape.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const TOPIC = { Type: 'AWS::SNS::Topic' };
const VOLUME = { Type: 'AWS::EC2::Volume' };

/** The remaining template, the findings, and the error that ended it. */
function check(template: JsonObject): { left: unknown; messages: string[]; failed: string | undefined } {
  const messages: string[] = [];
  try {
    const left = checkShape(
      { template },
      (_at, message) => void messages.push(message),
      (_at, message) => {
        throw new Error(message);
      },
    )['Resources'];
    return { left, messages, failed: undefined };
  } catch (error) {
    return { left: undefined, messages, failed: error instanceof Error ? error.message : '' };
  }
}

describe('checkShape', () => {
  const many = (count: number): JsonObject => ({
    Resources: Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, TOPIC])),
  });

  it('reads 5,000 resources, and no more: their number bounds the time of a load', () => {
    const most = check(many(5_000));
    assert.deepEqual([Object.keys(most.left ?? {}).length, most.failed], [5_000, undefined]);
    assert.match(
      check(many(5_001)).failed ?? '',
      /^the template has 5001 resources, but AWS allows 500 per stack/,
    );
  });

  it('omits what CloudFormation would refuse, and reports it', () => {
    const { left, messages } = check({ Resources: { Good: TOPIC, Bad: 'text' }, Outputs: [] });

    assert.deepEqual(left, { Good: TOPIC });
    assert.equal(messages.length, 2);
  });
});

// CloudFormation user guide, "Template anatomy"; CloudFormation template reference, "Resource attributes".
describe('what checkShape refuses', () => {
  const SERVERLESS = 'AWS::Serverless-2016-10-31';
  const resource = (members: JsonObject): JsonObject => ({ Resources: { Good: TOPIC, R: members } });
  type Said = readonly [at: string, message: string, consequence: string, rule?: string];
  const isOmitted = 'the resource is omitted';
  const isIgnored = 'the gateway ignores this part of the template';
  const noMapping = (name: string): Said => [
    name,
    `Template format error: ${name} must be a mapping`,
    'the section is omitted',
  ];
  const macro = (name: string): Said => [
    'Transform',
    `Transform ${name} runs a macro in the AWS account, and the gateway cannot run macros`,
    'the template is used without this transform',
    'macro',
  ];
  const noType: Said = [
    'Resources.R',
    'Template format error: [/Resources/R] Every Resources object must contain a Type member.',
    isOmitted,
  ];
  const policy = (name: string): Said => [
    `Resources.R.${name}`,
    `Template format error: Unrecognized ${name} Keep for resource R`,
    isIgnored,
  ];
  const rows: readonly (readonly [template: JsonObject, said: readonly Said[], left?: readonly string[]])[] =
    [
      [
        { ...resource(TOPIC), Resource: {}, Output: {} },
        [
          [
            'Resource',
            'Template format error: Invalid template property or properties [Resource, Output]',
            isIgnored,
          ],
        ],
      ],
      ...['Parameters', 'Mappings', 'Conditions', 'Outputs'].map(
        (name) => [{ ...resource(TOPIC), [name]: [] }, [noMapping(name)]] as const,
      ),
      [{ ...resource(TOPIC), Transform: 'Own' }, [macro('Own')]],
      [{ ...resource(TOPIC), Transform: 'AWS::CodeStar' }, [macro('AWS::CodeStar')]],
      // A public project has this date, and was told that the gateway does not run its macro.
      [
        { ...resource(TOPIC), Transform: 'AWS::Serverless-2019-06-15' },
        [
          [
            'Transform',
            'AWS has no transform AWS::Serverless-2019-06-15: for SAM, write AWS::Serverless-2016-10-31',
            'the template is used without this transform',
          ],
        ],
      ],
      [{ ...resource(TOPIC), Transform: [SERVERLESS, { Name: 'Own' }] }, [macro('{"Name":"Own"}')]],
      [{ ...resource(TOPIC), Transform: [SERVERLESS, 'AWS::LanguageExtensions'] }, []],
      [
        { Resources: { 'a-b': TOPIC } },
        [
          [
            'Resources.a-b',
            'Template format error: Resource name a-b is non alphanumeric.',
            'the gateway accepts the name',
          ],
        ],
        ['a-b'],
      ],
      [{ Resources: { Good: TOPIC, R: 'text' } }, [noType], ['Good']],
      [resource({ Properties: {} }), [noType], ['Good']],
      [resource({ ...TOPIC, DeletionPolicy: 'Keep' }), [policy('DeletionPolicy')]],
      [resource({ ...TOPIC, UpdateReplacePolicy: 'Keep' }), [policy('UpdateReplacePolicy')]],
      ...['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'].map(
        (value) => [resource({ ...VOLUME, DeletionPolicy: value }), []] as const,
      ),
      ...['Delete', 'Retain', 'Snapshot'].map(
        (value) => [resource({ ...VOLUME, UpdateReplacePolicy: value }), []] as const,
      ),
      [
        resource({ ...TOPIC, Property: {} }),
        [['Resources.R.Property', "Invalid template resource property 'Property'", isIgnored]],
      ],
      ...['DependsOn', 'Condition', 'Metadata', 'CreationPolicy', 'UpdatePolicy', 'Version'].map(
        (member) => [resource({ ...TOPIC, [member]: 'x' }), []] as const,
      ),
      [
        resource({ ...TOPIC, Properties: [] }),
        [['Resources.R.Properties', 'Template format error: Properties must be a mapping', isOmitted]],
        ['Good'],
      ],
      [resource({ ...TOPIC, Properties: null }), []],
    ];
  for (const [template, said, left = ['Good', 'R']] of rows)
    it(`${said.length === 0 ? 'is nothing' : 'is reported'}: ${JSON.stringify(template)}`, () => {
      const found: unknown[] = [];
      const kept = checkShape(
        { template },
        (at, ...words) => void found.push([at.join('.'), ...words]),
        (_at, message) => assert.fail(message),
      );

      assert.deepEqual(found, said);
      assert.deepEqual(Object.keys(kept['Resources'] ?? {}), left);
    });

  for (const name of 'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform Hooks Outputs'.split(
    ' ',
  ))
    it(`is not the section ${name}`, () => {
      const texts: JsonObject = {
        Transform: SERVERLESS,
        AWSTemplateFormatVersion: '2010-09-09',
        Description: 'shop',
      };
      const value = texts[name] ?? {};

      assert.deepEqual(check({ ...resource(TOPIC), [name]: value }).messages, []);
    });

  for (const [name, version] of [
    ['openapi', '3.0.1'],
    ['swagger', '2.0'],
  ] as const)
    it(`says that a file is an OpenAPI document, and what to write: ${name}`, () => {
      const refused: unknown[] = [];
      assert.throws(
        () =>
          checkShape(
            { template: { [name]: version, info: {}, paths: {} } },
            (at) => refused.push(at),
            (at, message) => {
              throw new Error(`${at.join('.')}: ${message}`);
            },
          ),
        new RegExp(
          `^Error: ${name}: the file is an OpenAPI document \\(${name}: ${version}\\).*DefinitionUri`,
        ),
      );
      assert.deepEqual(refused, []);
    });

  for (const Resources of [undefined, {}, [], { R: {} }])
    it(`ends with a template without resources: ${JSON.stringify(Resources)}`, () => {
      const template = Resources === undefined ? {} : { Resources };
      let ended: unknown;
      assert.throws(() =>
        checkShape(
          { template },
          () => undefined,
          (at, message) => {
            ended = [at, message];
            throw new Error(message);
          },
        ),
      );

      assert.deepEqual(ended, [
        ['Resources'],
        'Template format error: At least one Resources member must be defined.',
      ]);
    });
});
