import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { aPlan, aState } from '../../../../support/a-terraform-plan.ts';
import { OPTIONS, refusalOf } from '../stack-builders.ts';

const base = mkdtempSync(join(tmpdir(), 'gatewright-terraform-files-'));
after(() => rmSync(base, { recursive: true }));

const RESOURCES = [{ type: 'aws_sqs_queue', name: 'q', values: { name: 'q' } }];
const PLAN = aPlan({ resources: RESOURCES });
const STATE = aState(RESOURCES);
/** Terraform 1.11.4 on a terminal, for a provider that is not installed. */
const FAILED = Buffer.from(
  '\u001B[31m│\u001B[0m \u001B[1m\u001B[31mError: \u001B[0mRequired plugins are not installed\u001B[0m\n│ \n',
).toString('latin1');
const RAW = JSON.stringify({
  version: 4,
  terraform_version: '1.9.8',
  serial: 1,
  resources: [
    { mode: 'managed', type: 'aws_sqs_queue', name: 'q', instances: [{ attributes: { name: 'q' } }] },
  ],
});

function folderOf(files: Readonly<Record<string, string>>, name: string): string {
  const folder = join(base, name.replace(/\W+/g, '-'));
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, 'latin1');
  return folder;
}

describe('a folder of Terraform', () => {
  const taken: readonly (readonly [name: string, files: Readonly<Record<string, string>>, file: string])[] = [
    ['is started from its plan', { 'main.tf': '', 'package.json': '{}', 'plan.json': PLAN }, 'plan.json'],
    ['is started from the JSON of its state', { 'now.json': STATE }, 'now.json'],
    ['is started from its state file', { 'main.tf': '', 'terraform.tfstate': RAW }, 'terraform.tfstate'],
    ['prefers the plan to the state file', { 'plan.json': PLAN, 'terraform.tfstate': RAW }, 'plan.json'],
  ];
  for (const [name, files, file] of taken)
    it(name, async () => {
      const folder = folderOf(files, name);
      const [stack] = await loadStacks([folder], OPTIONS);

      assert.ok(stack !== undefined);
      assert.equal(stack.file, join(folder, file));
      assert.deepEqual([...stack.resources.keys()], ['aws_sqs_queue.q']);
    });

  const refused: readonly (readonly [name: string, files: Readonly<Record<string, string>>, says: RegExp])[] =
    [
      [
        'with its configuration only says how to make the plan',
        { 'main.tf': '' },
        /run "terraform init && terraform plan -out plan\.bin && terraform show -json plan\.bin > plan\.json" in this folder/,
      ],
      [
        'of which terraform init has run does not ask for it again',
        { 'main.tf': '', '.terraform': '' },
        /run "terraform plan -out plan\.bin && /,
      ],
      [
        'in which a provider is not installed has the error of Terraform',
        { 'main.tf': '', 'plan.json': FAILED },
        /an error of Terraform in place of a plan: Required plugins are not installed; run "terraform init && terraform plan/,
      ],
      [
        'whose plan has another error has this error',
        { 'main.tf': '', 'tfplan.json': '\nError: No value for required variable\n\n  on main.tf line 1\n' },
        /in place of a plan: No value for required variable; run "terraform plan .*, and correct the error/,
      ],
      [
        'whose plan is empty says why',
        { 'main.tf': '', 'plan.json': '' },
        /the file is empty; if Terraform should have written it, its command failed; run/,
      ],
      [
        'with an empty file of a usage plan says how to make the plan',
        { 'main.tf': '', 'usage-plan.json': '' },
        /run "terraform init && terraform plan -out plan\.bin/,
      ],
      [
        'with two plans asks which',
        { 'a.json': PLAN, 'b.json': PLAN },
        /\(a\.json, b\.json\); pass the path of the file to start/,
      ],
    ];
  for (const [name, files, says] of refused)
    it(name, async () => {
      assert.match(await refusalOf(loadStacks([folderOf(files, name)], OPTIONS)), says);
    });
});

it('a file of another format next to the configuration of Terraform is read as a template', async () => {
  const text = 'Resources: { Q: { Type: AWS::SQS::Queue } }';
  const folder = folderOf({ 'main.tf': '', 'stack.yaml': text }, 'a-template');
  const [stack] = await loadStacks([join(folder, 'stack.yaml')], OPTIONS);

  assert.deepEqual([...(stack?.resources.keys() ?? [])], ['Q']);
});

it('a folder of Terraform whose plan cannot be read says how to make the plan', async () => {
  const folder = folderOf({ 'main.tf': '' }, 'unreadable');
  mkdirSync(join(folder, 'plan.json'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'tfplan.json'));

  assert.match(await refusalOf(loadStacks([folder], OPTIONS)), /run "terraform init && terraform plan -out/);
});

it('a plan that failed and has resources is served with a finding', async () => {
  const text = aPlan({ resources: RESOURCES }, { errored: true });
  const [stack] = await loadStacks([folderOf({ 'plan.json': text }, 'errored')], OPTIONS);

  assert.deepEqual(
    stack?.unsupported.map(({ rule, message }) => [rule, message]),
    [['not-planned', 'terraform plan failed, so the plan may lack resources ("errored": true)']],
  );
});

describe('a file of Terraform', () => {
  const written: readonly (readonly [name: string, bytes: Buffer])[] = [
    // Windows PowerShell 5.1, about_Redirection: the operator > writes UTF-16 with a byte order mark.
    ['that PowerShell redirected is read in its encoding', Buffer.from(`\uFEFF${PLAN}`, 'utf16le')],
    ['with a byte order mark is read without it', Buffer.from(`\uFEFF${PLAN}`)],
  ];
  for (const [name, bytes] of written)
    it(name, async () => {
      const file = join(folderOf({}, name), 'plan.json');
      writeFileSync(file, bytes);
      const [stack] = await loadStacks([file], OPTIONS);

      assert.deepEqual([...(stack?.resources.keys() ?? [])], ['aws_sqs_queue.q']);
    });

  const refused: readonly (readonly [name: string, text: string, says: RegExp])[] = [
    [
      'that is a binary plan is refused by name',
      'PK\u0003\u0004rest',
      /a zip archive, probably a binary plan/,
    ],
    [
      'of an unknown format is refused by name',
      '{"format_version":"2.0"}',
      /Terraform's JSON with format_version 2\.0 is not supported/,
    ],
    [
      'of an older state is refused by name',
      '{"version":3,"terraform_version":"0.11.0"}',
      /Terraform's JSON with version 3 is not supported/,
    ],
    [
      'of a targeted plan without a resource of AWS says how to make a whole one',
      aPlan({ resources: [{ type: 'random_id', name: 'r', values: { byte_length: 4 } }] }),
      /no resources of the aws provider; a plan made with -target contains only its targets\. Run "terraform plan -out plan\.bin/,
    ],
    [
      'of a plan that failed says so',
      '{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"errored":true}',
      /terraform plan failed, so the plan has no resources \("errored": true\); run "terraform plan .*correct the error/,
    ],
  ];
  for (const [name, text, says] of refused)
    it(name, async () => {
      const file = join(folderOf({ 'plan.json': text }, name), 'plan.json');

      assert.match(await refusalOf(loadStacks([file], OPTIONS)), says);
    });
});
