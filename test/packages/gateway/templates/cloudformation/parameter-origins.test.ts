import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { describeOrigins } from '../../../../../packages/gateway/templates/cloudformation/parameter-origins.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-origins-'));
after(() => rmSync(folder, { recursive: true }));

const NESTED = (type: string, property: string, path: string): string => `Resources:
  App:
    Type: ${type}
    Properties:
      ${property}: ${path}
      Parameters: { QueueUrl: !GetAtt Network.Outputs.Url }
`;
const OUTPUT = `Resources: {}
Outputs:
  QueueUrl: { Value: a }
  Other: { Value: b, Export: { Name: TableName } }
`;
const PARENT = (file: string): string =>
  `the template ${file} contains this stack and passes QueueUrl: name that template instead of this one`;
const VALUE = (name: string, place: string): string =>
  `${name} is an output of the template ${place}: pass the value of this output`;

// Source: CloudFormation user guide, "Embed stacks within other stacks using nested stacks"
const ROWS: readonly (readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  names: readonly string[],
  origins: readonly string[],
])[] = [
  [
    'a parent of CloudFormation beside it',
    { 'root.yaml': NESTED('AWS::CloudFormation::Stack', 'TemplateURL', './app/app.yaml') },
    ['QueueUrl'],
    [PARENT('root.yaml')],
  ],
  [
    'a parent of SAM, before an output',
    {
      'all/root.yaml': NESTED('AWS::Serverless::Application', 'Location', '../app/app.yaml'),
      'net.yaml': OUTPUT,
    },
    ['QueueUrl'],
    [PARENT('all/root.yaml')],
  ],
  ['an output', { 'network/net.yml': OUTPUT }, ['QueueUrl'], [VALUE('QueueUrl', 'network/net.yml:3')]],
  [
    'the name of an export',
    {
      'net.json': JSON.stringify({
        Resources: {},
        Outputs: { A: { Value: 'a', Export: { Name: 'TableName' } } },
      }),
    },
    ['TableName', 'Stage'],
    [VALUE('TableName', 'net.json:1')],
  ],
  [
    'nothing of a parent of another template',
    { 'root.yaml': NESTED('AWS::CloudFormation::Stack', 'TemplateURL', './other.yaml') },
    ['QueueUrl'],
    [],
  ],
  [
    'nothing of a build',
    { '.aws-sam/build/net.yaml': OUTPUT, 'node_modules/a/net.yaml': OUTPUT },
    ['QueueUrl'],
    [],
  ],
  ['nothing of a file that does not parse', { 'net.yaml': `${OUTPUT}  - [` }, ['QueueUrl'], []],
];

describe('the origin of a parameter without a value', () => {
  for (const [what, files, names, origins] of ROWS)
    it(`is ${what}`, () => {
      const own = mkdtempSync(join(folder, 'project-'));
      for (const [name, text] of Object.entries({ ...files, '.git/HEAD': '', 'app/app.yaml': OUTPUT })) {
        mkdirSync(dirname(join(own, name)), { recursive: true });
        writeFileSync(join(own, name), text);
      }
      const found = describeOrigins(names, join(own, 'app/app.yaml'));

      assert.deepEqual(
        found.map((one) => one.replaceAll(`${own}/`, '')),
        origins,
      );
    });
});
