import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSamconfig } from '../../../../packages/gateway/templates/samconfig.ts';

/** Forms as AWS's page "AWS SAM CLI configuration file" has them. */
const rows: readonly { name: string; file: string; text: string; region: string | undefined }[] = [
  {
    name: 'what `sam deploy --guided` writes',
    file: 'samconfig.toml',
    text: 'version = 0.1\n[default.deploy.parameters]\nstack_name = "shop"\nregion = "eu-central-1" # here\n',
    region: 'eu-central-1',
  },
  {
    name: 'the region of all commands',
    file: 'samconfig.toml',
    text: "[default]\n[default.global.parameters]\nregion = 'eu-west-1'\n",
    region: 'eu-west-1',
  },
  {
    name: 'deploy before all commands',
    file: 'samconfig.toml',
    text: '[default.global.parameters]\nregion = "eu-west-1"\n[default.deploy.parameters]\nregion = "eu-west-2"\n',
    region: 'eu-west-2',
  },
  {
    name: 'no region of another environment',
    file: 'samconfig.toml',
    text: '[prod.deploy.parameters]\nregion = "eu-west-1"\n',
    region: undefined,
  },
  {
    name: 'no region of a comment',
    file: 'samconfig.toml',
    text: '[default.deploy.parameters]\n# region = "eu-west-1"\n',
    region: undefined,
  },
  {
    name: 'nothing that is not a region',
    file: 'samconfig.toml',
    text: '[default.deploy.parameters]\nregion = "x"',
    region: undefined,
  },
  {
    name: 'YAML',
    file: 'samconfig.yaml',
    text: 'version: 0.1\ndefault:\n  deploy:\n    parameters:\n      region: ap-south-1\n',
    region: 'ap-south-1',
  },
  { name: 'broken YAML as none', file: 'samconfig.yml', text: 'default: [', region: undefined },
];

const STAGE_ROWS: readonly { name: string; file: string; text: string; expected: object }[] = [
  {
    name: "the stage's stack name, region and overrides, not those of the default",
    file: 'samconfig.toml',
    text: 'version = 0.1\r\n[default.deploy.parameters]\r\nstack_name = "svc"\r\nregion = "eu-west-1"\r\nparameter_overrides = "Stage=dev"\r\n[prod.deploy.parameters]\r\nstack_name = "svc-prod" # live\r\nregion = "eu-west-2"\r\nparameter_overrides = "Stage=prod Note=\\"a \\\\\\"b\\\\\\"\\""\r\n',
    expected: {
      region: 'eu-west-2',
      stackName: 'svc-prod',
      parameters: { Stage: 'prod', Note: 'a "b"' },
      passedOver:
        'samconfig.toml: parameter_overrides of [default.deploy.parameters] are not used: [prod.deploy.parameters] takes precedence',
    },
  },
  {
    name: 'overrides in the long form, and in a list over several lines',
    file: 'samconfig.toml',
    text: "[prod.global.parameters]\nstack_name = 'ours'\n[prod.deploy.parameters]\nparameter_overrides = [\n  \"ParameterKey=Stage,ParameterValue=prod\",\n  'Size=2',\n]\n",
    expected: { stackName: 'ours', parameters: { Stage: 'prod', Size: '2' } },
  },
  {
    name: 'YAML',
    file: 'samconfig.yaml',
    text: 'prod:\n  deploy:\n    parameters:\n      stack_name: svc-prod\n      parameter_overrides: [Stage=prod]\n',
    expected: { stackName: 'svc-prod', parameters: { Stage: 'prod' } },
  },
  {
    name: 'no name that CloudFormation would refuse, and nothing of another stage',
    file: 'samconfig.toml',
    text: '[prod.deploy.parameters]\nstack_name = "a b"\n[test.deploy.parameters]\nparameter_overrides = "Stage=test"\n',
    expected: { parameters: {} },
  },
];

/** Tables of parameters. Source: AWS SAM CLI configuration file, "Configuration priority" and "Tables". */
const TABLE_ROWS: readonly {
  readonly name: string;
  readonly tables: Readonly<Record<string, string>>;
  readonly stage?: string;
  readonly isChosen?: boolean;
  readonly value: string | undefined;
  readonly passedOver?: RegExp;
}[] = [
  { name: 'sam deploy --guided', tables: { 'default.deploy': 'a' }, value: 'a' },
  { name: 'all commands', tables: { 'default.global': 'a' }, value: 'a' },
  { name: 'sam local start-api', tables: { 'default.local_start_api': 'a' }, value: 'a' },
  {
    name: 'sam local start-api before all commands',
    tables: { 'default.global': 'a', 'default.local_start_api': 'b' },
    value: 'b',
    passedOver:
      /of \[default\.global\.parameters\] are not used: \[default\.local_start_api\.parameters\] takes/,
  },
  {
    name: 'sam local start-api before what is deployed',
    tables: { 'default.deploy': 'a', 'default.local_start_api': 'b' },
    value: 'b',
    passedOver: /of \[default\.deploy\.parameters\] are not used/,
  },
  {
    name: 'equal values of two tables without a word',
    tables: { 'default.deploy': 'a', 'default.global': 'a' },
    value: 'a',
  },
  {
    name: 'the stage before the default, although no stage was chosen',
    tables: { 'default.deploy': 'a', 'dev.deploy': 'b' },
    value: 'b',
    passedOver:
      /of \[default\.deploy\.parameters\] are not used: \[dev\.deploy\.parameters\] takes precedence/,
  },
  {
    name: 'nothing of the default for a chosen stage',
    tables: { 'default.deploy': 'a' },
    stage: 'prod',
    isChosen: true,
    value: undefined,
    passedOver: /of \[default\.deploy\.parameters\] are not used: stage prod has none/,
  },
  {
    name: 'the default if it is the stage',
    tables: { 'default.deploy': 'a' },
    stage: 'default',
    isChosen: true,
    value: 'a',
  },
];

describe('readSamconfig', () => {
  for (const { name, tables, stage = 'dev', isChosen = false, value, passedOver } of TABLE_ROWS)
    it(`reads parameters of ${name}`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-samconfig-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const text = Object.entries(tables).map(
        ([table, word]) => `[${table}.parameters]\nparameter_overrides = "Word=${word}"\n`,
      );
      writeFileSync(join(folder, 'samconfig.toml'), text.join(''));

      const { parameters, passedOver: said } = readSamconfig(folder, stage, isChosen);

      assert.equal(parameters['Word'], value);
      if (passedOver === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', passedOver);
    });

  // "--config-env: the environment name specifying the default parameter values in the configuration file to use" (sam deploy)
  for (const { name, file, text, expected } of STAGE_ROWS)
    it(`reads ${name}`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-samconfig-'));
      t.after(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, file), text);

      assert.deepEqual(readSamconfig(folder, 'prod', true), expected);
    });

  for (const { name, file, text, region } of rows)
    it(`reads ${name}`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-samconfig-'));
      t.after(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, file), text);

      assert.equal(readSamconfig(folder, 'dev', false).region, region);
    });

  it('reads nothing if there is no such file', () => {
    assert.deepEqual(readSamconfig(import.meta.dirname, 'dev', false), { parameters: {} });
  });
});
