/** Recognizes files of Terraform by their names and first bytes. */
import { closeSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DefinitionError } from '../../core/errors.ts';

const HEAD_BYTES = 512;
const STATE_FILE = 'terraform.tfstate';
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
