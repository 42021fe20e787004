import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
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
      passedOver: [
        'samconfig.toml: region of [default.deploy.parameters] is not used: [prod.deploy.parameters] takes precedence',
        'samconfig.toml: parameter_overrides of [default.deploy.parameters] are not used: [prod.deploy.parameters] takes precedence',
      ],
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
    passedOver:
      /of \[default\.deploy\.parameters\] are not used: the stage prod is chosen, but its tables have no parameter_overrides/,
  },
  {
    name: 'the default if it is the stage',
    tables: { 'default.deploy': 'a' },
    stage: 'default',
    isChosen: true,
    value: 'a',
  },
];

/**
 * Forms of settings that SAM reads. Sources: `handle_parse_options`, `SamConfig.get_all` and
 * `CfnParameterOverridesType` of aws/aws-sam-cli, and TOML 1.0.
 */
const FORM_ROWS: readonly { name: string; file?: string; text: string; expected: Read }[] = [
  {
    name: 'the table of sam sync',
    text: '[default.sync.parameters]\nregion = "eu-west-1"\nparameter_overrides = "S=1"\n',
    expected: { region: 'eu-west-1', parameters: { S: '1' } },
  },
  {
    name: 'the region of sam local start-api, if no table of the deployment has one',
    text: '[default.local_start_api.parameters]\nregion = "eu-west-1"\n',
    expected: { region: 'eu-west-1' },
  },
  {
    name: 'an inline table',
    text: '[default.deploy]\nparameters = { region = "eu-west-1", parameter_overrides = "S=1" }\n',
    expected: { region: 'eu-west-1', parameters: { S: '1' } },
  },
  {
    name: 'dotted keys',
    text: '[default]\ndeploy.parameters.region = "eu-west-1"\n',
    expected: { region: 'eu-west-1' },
  },
  {
    name: 'a string over several lines',
    text: '[default.deploy.parameters]\nparameter_overrides = """\nS=1 \\\n  T=2"""\n',
    expected: { parameters: { S: '1', T: '2' } },
  },
  {
    name: 'a list with an item that contains a bracket',
    text: '[default.deploy.parameters]\nparameter_overrides = [\n "A=x]y", "B=2"]\n',
    expected: { parameters: { A: 'x]y', B: '2' } },
  },
  {
    name: 'overrides in an inline table, as Python writes the values',
    text: '[default.deploy.parameters]\nparameter_overrides = { S = "1", T = true, U = 2, V = ["a", "", " b"] }\n',
    expected: { parameters: { S: '1', T: 'True', U: '2', V: 'a,b' } },
  },
  {
    name: 'overrides in a table',
    text: '[default.deploy.parameters.parameter_overrides]\nS = "1"\n',
    expected: { parameters: { S: '1' } },
  },
  {
    name: 'overrides in a map and in a list of maps in YAML',
    file: 'samconfig.yaml',
    text: 'default:\n  deploy:\n    parameters:\n      parameter_overrides: [{ S: 1, T: ~ }, U=2, [V=3]]\n',
    expected: { parameters: { S: '1', T: '', U: '2', V: '3' } },
  },
  {
    name: 'overrides of files, of which one includes another',
    text: '[default.deploy.parameters]\nparameter_overrides = ["file://params.yaml", "C=3"]\n',
    expected: { parameters: { A: '1', B: '2', C: '3' }, files: ['params.yaml', 'more.json'] },
  },
];

type Read = {
  readonly region?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
};

/** What is not used, and the sentence about it. Options: `sam local start-api --help`. */
const UNUSED_ROWS: readonly { name: string; file?: string; text: string; said: readonly RegExp[] }[] = [
  ...['local_start_lambda', 'local_invoke', 'build', 'package', 'validate'].map((command) => ({
    name: `overrides and region of ${command}`,
    text: `[default.${command}.parameters]\nparameter_overrides = "S=1"\nregion = "eu-west-1"\n`,
    said: [
      new RegExp(
        `: region of \\[default\\.${command}\\.parameters\\] is not used: only tables of deploy, sync,`,
      ),
      new RegExp(
        `: parameter_overrides of \\[default\\.${command}\\.parameters\\] are not used: only tables of`,
      ),
    ],
  })),
  {
    name: 'options of sam local start-api',
    text: '[default.local_start_api.parameters]\nenv_vars = "env.json"\nport = 4000\nwarm_containers = "EAGER"\nno_watch = false\nprot = 1\n',
    said: [
      /env_vars of \[default\.local_start_api\.parameters\] is not used: .* pass values of parameters with --param/,
      /port of .* is not used: pass --port, or write port into gatewright\.yml/,
      /prot of .* is not used: Gatewright does not know this option/,
    ],
  },
  {
    name: 'the variables for all commands',
    text: '[default.global.parameters]\nenv_vars = "env.json"\n',
    said: [/env_vars of \[default\.global\.parameters\] is not used/],
  },
  {
    name: 'another template',
    text: '[default.global.parameters]\ntemplate_file = "t.yaml"\n',
    said: [/template_file of .* is not used: it names t\.yaml, but template\.yaml is loaded/],
  },
  {
    name: 'neither the template that is loaded, nor one that was made from it',
    text: '[default.build.parameters]\ntemplate_file = "template.yaml"\n[default.deploy.parameters]\ntemplate_file = "packaged.yaml"\n[default.package.parameters]\noutput_template_file = "packaged.yaml"\n[default.sync.parameters]\ntemplate = ".aws-sam/build/template.yaml"\n',
    said: [],
  },
  {
    name: 'another environment',
    text: '[prod.deploy.parameters]\nregion = "eu-west-1"\n',
    said: [
      /no environment dev and no environment default; choose one of its environments \(prod\) with --stage/,
    ],
  },
  {
    name: 'a region that does not exist',
    text: '[default.deploy.parameters]\nregion = "x"\n',
    said: [/region of \[default\.deploy\.parameters\] is not used: "x" is not a region/],
  },
  {
    name: 'a missing file of overrides',
    text: '[default.deploy.parameters]\nparameter_overrides = "file://no.json"\n',
    said: [/parameter_overrides of \[default\.deploy\.parameters\]: no\.json cannot be read/],
  },
  {
    name: 'overrides of a wrong form',
    text: '[default.deploy.parameters]\nparameter_overrides = "Word"\n',
    said: [/Word is not of the form NAME=VALUE/],
  },
  {
    name: 'broken TOML',
    text: '\n[default.deploy.parameters\nregion = "eu-west-1"\n',
    said: [
      /^samconfig\.toml, line 2: Invalid TOML document: illegal character in key: nothing in the file is used, and SAM refuses the file$/,
    ],
  },
  {
    name: 'broken YAML',
    file: 'samconfig.yaml',
    text: 'default: [',
    said: [/^samconfig\.yaml: .* at line 1, column 11: nothing in the file is used/],
  },
];

function write(t: TestContext, file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-samconfig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, file), text);
  return folder;
}

describe('readSamconfig', () => {
  for (const { name, file = 'samconfig.toml', text, expected } of FORM_ROWS)
    it(`reads ${name}`, (t) => {
      const folder = write(t, file, text);
      writeFileSync(join(folder, 'params.yaml'), 'A: 1\n$include: file://more.json\n');
      writeFileSync(join(folder, 'more.json'), '{"B": "2"}');

      const { files = [], ...read } = readSamconfig(folder, 'dev', false);

      assert.deepEqual(
        { ...read, files: files.map((path) => basename(path)) },
        { parameters: {}, files: [], ...expected },
      );
    });

  for (const { name, file = 'samconfig.toml', text, said } of UNUSED_ROWS)
    it(`names ${name}`, (t) => {
      const folder = write(t, file, text);

      const { passedOver = [] } = readSamconfig(folder, 'dev', false, join(folder, 'template.yaml'));

      assert.equal(passedOver.length, said.length, passedOver.join('\n'));
      for (const [at, pattern] of said.entries()) assert.match(passedOver[at] ?? '', pattern);
    });

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
      else assert.match(said?.join('\n') ?? '', passedOver);
    });

  // "--config-env: the environment name specifying the default parameter values in the configuration file to use" (sam
  // deploy)
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
