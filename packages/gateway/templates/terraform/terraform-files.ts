/** Recognizes files of Terraform by their names and first bytes, also those that Terraform wrote although it failed. */
import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { statOf } from '@gatewright/aws/file-marks';
import { DefinitionError } from '../../core/errors.ts';
import type { Finding } from '../raw-stack.ts';

const HEAD_BYTES = 512;
const RULE = 'not-planned';
const STATE_FILE = 'terraform.tfstate';
/** Matches the names that projects give to the plan in JSON, such as `tfplan.json` and `dev.plan.json`. */
const PLAN_NAME = /^(?:(?:.+[._-])?(?:tf|terraform[_-]?)|(?:.+\.)?)plan(?:[._-].*)?\.json$/i;
/** The command that writes a readable plan. */
export const SHOW = 'terraform plan -out plan.bin && terraform show -json plan.bin > plan.json';

/**
 * Whether the file is a plan or state in JSON.
 * @throws DefinitionError for a binary plan, which only Terraform can read
 */
export function isTerraformFile(file: string): boolean {
  const head = readHead(file);
  if (head.startsWith('PK\u0003\u0004'))
    throw new DefinitionError(
      { file },
      `the file is a zip archive, probably a binary plan, which only Terraform can read. Run "${SHOW}", then pass plan.json instead`,
    );
  return /^\s*\{\s*"(?:format_version"\s*:|version"\s*:\s*\d+\s*,\s*"terraform_version")/.test(head);
}

/**
 * Finds the plan or state of a folder. Returns undefined if the folder has no Terraform files.
 * @throws DefinitionError if there are several, or only .tf files
 */
export function findTerraform(folder: string): string | undefined {
  const names = namesIn(folder);
  const written = names.filter((name) => name.endsWith('.json') && isTerraformFile(join(folder, name)));
  const [first, ...others] = written;
  if (others.length > 0)
    throw new DefinitionError(
      { file: folder },
      `the folder contains several Terraform files (${written.join(', ')}); pass the path of the file to start`,
    );
  if (first !== undefined) return join(folder, first);
  const state = join(folder, STATE_FILE);
  if (names.includes(STATE_FILE) && isTerraformFile(state)) return state;
  if (!names.some((name) => name.endsWith('.tf') || name.endsWith('.tf.json'))) return undefined;
  for (const name of names.filter((each) => PLAN_NAME.test(each))) refuseFailedPlan(join(folder, name));
  // A fresh clone has neither providers nor modules until `terraform init` has run.
  const command = names.includes('.terraform') ? SHOW : `terraform init && ${SHOW}`;
  throw new DefinitionError(
    { file: folder },
    `Gatewright reads Terraform's plan, not its .tf files: run "${command}" in this folder, then start again (Terraform may need the backend and the credentials of the project)`,
  );
}

/** Whether the folder has Terraform's configuration files. */
export function isTerraformFolder(folder: string): boolean {
  return namesIn(folder).some((name) => name.endsWith('.tf') || name.endsWith('.tf.json'));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Returns the first bytes of a file as text. The text is empty if the file cannot be read, because the template reader
 * then reports the reason.
 */
function readHead(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    return decodeText(buffer.subarray(0, readSync(descriptor, buffer, 0, HEAD_BYTES, 0)));
  } catch {
    return '';
  } finally {
    closeSync(descriptor);
  }
}

/** Decodes UTF-8 or UTF-16, because Windows PowerShell redirects output in UTF-16. */
export function decodeText(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isWide ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
}

const OUTPUT_LIMIT_BYTES = 64_000;
/** Matches an error in the output of Terraform, with the frame that Terraform draws around it on a terminal. */
const ERROR = /^(?:[\u2502|]\s*)?Error: (.+)$/m;
/** Matches errors of providers and modules that `terraform init` installs. */
const NOT_INSTALLED =
  /plugin schemas|required plugins? (?:are|is) not installed|dependency lock file|missing required provider|module not installed|provider packages|install provider|there is no package for/i;

/**
 * Refuses a file next to the configuration of Terraform if it is empty, or has the error of Terraform in place of a
 * plan. The shell creates the file even if the command fails.
 * @throws DefinitionError that quotes the error of Terraform
 */
export function refuseFailedPlan(file: string): void {
  if (!file.endsWith('.json') || !isTerraformFolder(dirname(file))) return;
  const text = readOutput(file);
  if (text === undefined) return;
  if (!/\S/.test(text))
    throw failed(file, 'the file is empty; if Terraform should have written it, its command failed');
  const [, error] = /^\s*[{[]/.test(text) ? [] : (ERROR.exec(text) ?? []);
  if (error !== undefined)
    throw failed(file, `the file has an error of Terraform in place of a plan: ${error.trim()}`, error);
}

/**
 * Returns the text of a short file; undefined if the file is long or cannot be read, because the template reader then
 * reports the reason.
 */
function readOutput(file: string): string | undefined {
  const marks = statOf(file);
  if (marks?.isFile() !== true || marks.size > OUTPUT_LIMIT_BYTES) return undefined;
  try {
    return stripVTControlCharacters(decodeText(readFileSync(file)));
  } catch {
    return undefined;
  }
}

/**
 * Finds out whether Terraform wrote the plan although planning failed. Versions before 1.5 do not write the member.
 * @returns a finding if the plan has resources, because it may lack others
 * @throws DefinitionError if the plan has no resources
 */
export function findErrored(
  file: string,
  plan: Readonly<Record<string, unknown>>,
  hasResources: boolean,
): readonly Finding[] {
  if (plan['errored'] !== true) return [];
  if (!hasResources)
    throw failed(file, 'terraform plan failed, so the plan has no resources ("errored": true)');
  return [
    {
      logicalId: '',
      type: '',
      rule: RULE,
      message: 'terraform plan failed, so the plan may lack resources ("errored": true)',
      consequence: 'only the resources that the plan contains are served and checked',
      place: { file },
      remedy: adviseRun(''),
    },
  ];
}

function failed(file: string, happened: string, error = ''): DefinitionError {
  const remedy = adviseRun(error);
  return new DefinitionError({ file }, `${happened}; ${remedy}`, [], RULE, remedy);
}

/** @param error the error of Terraform; empty if it is unknown */
function adviseRun(error: string): string {
  return NOT_INSTALLED.test(error)
    ? `run "terraform init && ${SHOW}" in its folder`
    : `run "${SHOW}" in its folder, and correct the error that Terraform prints; if a provider or module is not installed, run terraform init first`;
}
