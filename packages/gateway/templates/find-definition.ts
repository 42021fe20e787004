/** Finds a definition that can be loaded in a folder: a service, a template, or the output of CDK. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf } from '@gatewright/aws/readable-files';

import { DefinitionError } from '../core/errors.ts';
import { findCdkApp } from './cdk/cdk-app.ts';
import { adviseCdk, findCdkCommand } from './cdk/cdk-synth.ts';
import { TEMPLATE_FILE } from '../core/stack/source-format.ts';
import { SERVICE_FILES } from './serverless/serverless-service.ts';
import { findTerraform, isTerraformFolder } from './terraform/terraform-files.ts';

const TEMPLATE_FILES = ['template.yaml', 'template.yml', 'template.json'];
const CDK_OUTPUT = 'cdk.out/manifest.json';
const CANDIDATES = [...SERVICE_FILES, ...TEMPLATE_FILES, 'manifest.json', CDK_OUTPUT];

/**
 * Maximum depth of the search for definitions. In a monorepo, packages are two levels below the root:
 * `services/users/serverless.yml`.
 */
const DEPTH = 3;
const FOLDERS_LOOKED_AT = 500;
const NAMED_AT_MOST = 5;
const NOT_OWN = /^(?:node_modules|dist|build|coverage|venv|__pycache__|cdk\.out|\..*)$/;
const HEAD_BYTES = 4_096;

/**
 * The definition that was found. If there were several candidates, `others` contains the unused candidates, relative to
 * the folder.
 */
type FoundDefinition = { readonly file: string; readonly others: readonly string[] };

/**
 * Finds the definition to load.
 * @throws DefinitionError if there is no definition or if it cannot be read. If there is none, the message lists the
 * definitions in subfolders
 */
export function findSource(path: string): FoundDefinition {
  if (entryOf(path) === undefined)
    throw new DefinitionError({ file: path }, 'template not found: there is no such file or folder');
  const found = isFolder(path) ? findDefinition(path) : { file: path, others: [] };
  const fault = faultOf(found.file);
  if (fault !== undefined) throw new DefinitionError({ file: found.file }, fault);
  return found;
}

function findDefinition(folder: string): FoundDefinition {
  // If the folder has a cdk.json, the app is tried before templates, because such templates are often written by
  // `cdk synth` for other tools.
  const app = findCdkApp(folder);
  const names =
    app === undefined
      ? CANDIDATES
      : [...SERVICE_FILES, ...filesOfApp(folder, app.manifest), ...TEMPLATE_FILES];
  const there = names.filter((name) => entryOf(join(folder, name)) !== undefined);
  const taken = there.find((name) => faultOf(join(folder, name)) === undefined) ?? there[0];
  // A manifest.json is not listed, because web applications also have a file with this name.
  const others = there.filter((name) => name !== taken && name !== 'manifest.json');
  if (taken !== undefined) return { file: join(folder, taken), others };
  const terraform = findTerraform(folder);
  if (terraform !== undefined) return { file: terraform, others: [] };
  throw new DefinitionError({ file: folder }, `template not found: ${describeMissing(folder)}`);
}

/** Returns the manifest of a CDK app, or cdk.json if there is no manifest and `cdk synth` can write one. */
function filesOfApp(folder: string, manifest: string): readonly string[] {
  if (existsSync(manifest)) return [relative(folder, manifest)];
  return findCdkCommand(folder) === undefined ? [] : ['cdk.json'];
}

function describeMissing(folder: string): string {
  const own = 'the folder has no serverless.yml, template.yaml, cdk.out or Terraform plan in JSON';
  if (existsSync(join(folder, 'cdk.json')))
    return `${own}; it has a cdk.json, but the command of the CDK is not installed: ${adviseCdk(folder)}`;
  const found = findBelow(folder);
  if (found.length === 0) return `${own}; name a template file instead`;
  const named = found.slice(0, NAMED_AT_MOST).map((path) => relative(folder, path));
  const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
  return `${own}. Its subfolders and files contain definitions: ${named.join(', ')}${more}. Name one or more of these paths, as in gatewright start ${pathFromHere(found[0] ?? folder)}`;
}

function pathFromHere(path: string): string {
  const from = relative(process.cwd(), path);
  return from.startsWith('..') ? path : from;
}

/**
 * Finds folders below `root` that have a definition or files of Terraform, and templates with other names. The nearest
 * come first.
 */
function findBelow(root: string): readonly string[] {
  const found: string[] = [];
  // The modules below a folder of Terraform are parts of its configuration.
  const terraform: string[] = [];
  const folders = [root];
  for (const folder of folders.values()) {
    if (folders.length > FOLDERS_LOOKED_AT) break;
    const entries = entriesOf(folder);
    const isOfTerraform =
      isTerraformFolder(folder) && !terraform.some((above) => folder.startsWith(above + sep));
    if (isOfTerraform) terraform.push(folder);
    if (
      folder !== root &&
      (isOfTerraform || CANDIDATES.some((name) => name !== 'manifest.json' && existsSync(join(folder, name))))
    )
      found.push(folder);
    else
      found.push(
        ...entries
          .filter((entry) => entry.isFile() && isTemplate(join(folder, entry.name)))
          .map(({ name }) => join(folder, name)),
      );
    const depth = folder === root ? 0 : relative(root, folder).split(sep).length;
    if (depth < DEPTH)
      for (const entry of entries)
        if (entry.isDirectory() && !NOT_OWN.test(entry.name)) folders.push(join(folder, entry.name));
  }
  return found;
}

function isTemplate(file: string): boolean {
  if (!TEMPLATE_FILE.test(file)) return false;
  try {
    const descriptor = openSync(file, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    try {
      readSync(descriptor, head, 0, HEAD_BYTES, 0);
    } finally {
      closeSync(descriptor);
    }
    return /AWSTemplateFormatVersion|AWS::Serverless-2016-10-31|Type["']?:\s*["']?AWS::(?:ApiGateway|Lambda|Serverless)/.test(
      head.toString('latin1'),
    );
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/**
 * Describes a file, folder or link. A link itself is described instead of its target, so that a broken link is also
 * found.
 */
function entryOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** Returns why a file cannot be read; undefined if it can be read. */
function faultOf(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return isFolder(file) ? 'this path is a folder, not a template' : undefined;
  } catch (error) {
    if (entryOf(file)?.isSymbolicLink() === true && !existsSync(file))
      return `this path is a symbolic link to ${readlinkSync(file)}, which does not exist`;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return `the file cannot be read (${code}); change its permissions`;
  }
}
