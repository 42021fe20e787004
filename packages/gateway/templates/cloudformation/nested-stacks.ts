/**
 * Finds templates of nested stacks on this machine. `TemplateURL`, a SAM application, or metadata of CDK and the SAM
 * CLI names the file. A nested stack is opened when its parent stack has resolved the parameters that it passes.
 */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { DefinitionError } from '../../core/errors.ts';
import { TEMPLATE_FILE } from '../../core/stack/source-format.ts';
import { noteAssets } from '../cdk/cdk-assets.ts';
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Finding } from '../raw-stack.ts';
import { readSource } from './template-source.ts';
import type { Path, SourceTree } from './template-source.ts';

export type TemplateFamily = {
  readonly tree: SourceTree;
  readonly nested: ReadonlyMap<string, TemplateFamily>;
  readonly findings: readonly Finding[];
};

export const NO_RESOURCES = 'resources of the nested stack do not exist';

/** The property that names the template of a nested stack, by type. */
export const TEMPLATE_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Stack': 'TemplateURL',
  'AWS::Serverless::Application': 'Location',
};

/** Whether a finding is about the property that names the template of a nested stack. */
export function isAboutTemplate({ type, property }: Pick<Finding, 'type' | 'property'>): boolean {
  return property !== undefined && TEMPLATE_PROPERTIES[type] === property;
}

/**
 * Reads a template and the templates of its nested stacks.
 * @throws DefinitionError if the outermost template cannot be read. Faults of nested templates are findings
 */
export async function readFamily(file: string, parents: readonly string[] = []): Promise<TemplateFamily> {
  const tree = await noteAssets(await readSource(file));
  const nested = new Map<string, TemplateFamily>();
  const findings: Finding[] = [];
  const resources = mapOf(tree.value, 'Resources');
  for (const [logicalId, resource] of Object.entries(resources)) {
    const location = isJsonObject(resource) ? readLocation(resource) : undefined;
    if (location === undefined) continue;
    const { type, property, path } = location;
    const isRemote = ADDRESS.test(path);
    const template = isRemote ? await findCopy(location, [...parents, file]) : resolve(dirname(file), path);
    if (template === undefined || !existsSync(template)) {
      findings.push({
        logicalId,
        type,
        property,
        ...(isRemote ? describeRemote(path) : describeMissing(path)),
      });
      continue;
    }
    if (isRemote)
      findings.push({ logicalId, type, property, ...describeCopy(path, relative(dirname(file), template)) });
    try {
      if (template === file || parents.includes(template))
        throw new DefinitionError({ file }, 'the template includes itself as a nested stack');
      nested.set(logicalId, await readFamily(template, [...parents, file]));
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      const consequence = `${NO_RESOURCES}: ${error.describe()}`;
      findings.push({ logicalId, type, property, consequence });
    }
  }
  return { tree, nested, findings };
}

/**
 * Describes a template that does not exist at its path. `sam deploy` and `aws cloudformation package` refuse such a
 * path, too.
 */
function describeMissing(path: string): Pick<Finding, 'consequence' | 'message' | 'rule'> {
  const written = path.replaceAll('\\', '/');
  const hint =
    written === path ? '' : `; write ${written}, because only Windows uses backslashes as path separators`;
  return {
    consequence: NO_RESOURCES,
    message: `the template ${path} of the nested stack does not exist${hint}`,
    rule: 'missing-file',
  };
}

/** Matches an address in S3. Its bucket may be a parameter, as in `https://${Bucket}.s3.amazonaws.com/api.yaml`. */
const ADDRESS = /^(?:s3|https?):/;

/**
 * Returns the file of this project that is probably uploaded to the address: the address ends with the file's path, and
 * the file declares the parameters that the parent passes. The templates that contain the nested stack are left out.
 */
async function findCopy(
  { path: address, passed }: Location,
  around: readonly string[],
): Promise<string | undefined> {
  const folder = dirname(around.at(-1) ?? '');
  const [, ...parts] = (/^[^?#]*/.exec(address)?.[0] ?? '')
    .replace(ADDRESS, '')
    .split('/')
    .filter((part) => part !== '');
  const copies = parts
    .map((_, index) => parts.slice(index))
    .filter((path) => !path.some((part) => part === '..' || part.includes('$')))
    .map((path) => resolve(folder, ...path));
  const copy = copies.find((path) => TEMPLATE_FILE.test(path) && !around.includes(path) && existsSync(path));
  if (copy === undefined) return undefined;
  try {
    const declared = mapOf((await readSource(copy)).value, 'Parameters');
    return passed.every((name) => Object.hasOwn(declared, name)) ? copy : undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}

const WRITE_PATH =
  'write the path of the template in this project; `aws cloudformation package` and `sam deploy` upload the template and replace the path with the address of the upload';

function describeCopy(
  address: string,
  file: string,
): Pick<Finding, 'consequence' | 'message' | 'remedy' | 'rule'> {
  return {
    consequence: `the nested stack is read from ${file}`,
    message: `the gateway reads the template of the nested stack from ${file}, whose path matches ${address}; AWS reads the file that was uploaded to this address`,
    remedy: WRITE_PATH,
    rule: 'served-otherwise',
  };
}

function describeRemote(address: string): Pick<Finding, 'consequence' | 'message' | 'remedy'> {
  return {
    consequence: NO_RESOURCES,
    message: `the template of the nested stack is at ${address}, which the gateway does not read; no local file both matches the end of this address and declares the parameters that are passed`,
    remedy: WRITE_PATH,
  };
}

type Location = {
  readonly type: string;
  readonly property: string;
  readonly path: string;
  /** The names of the parameters that the parent passes. */
  readonly passed: readonly string[];
};

function readLocation(resource: JsonObject): Location | undefined {
  const type = typeof resource['Type'] === 'string' ? resource['Type'] : '';
  const property = Object.hasOwn(TEMPLATE_PROPERTIES, type) ? TEMPLATE_PROPERTIES[type] : undefined;
  if (property === undefined) return undefined;
  const { Properties: properties, Metadata: metadata } = resource;
  const asset = membersOf(metadata)['aws:asset:path'];
  const written = membersOf(properties)[property];
  const path = typeof asset === 'string' ? asset : templateText(written);
  if (path === undefined || (typeof written !== 'string' && path !== asset && !ADDRESS.test(path)))
    return undefined;
  const passed = Object.keys(membersOf(membersOf(properties)['Parameters'])).filter(
    (name) => !name.startsWith('Fn::'),
  );
  return { type, property, path, passed };
}

/**
 * Returns the location as text. Variables of Fn::Sub stay as they are written, and the values of Fn::Join are joined.
 */
function templateText(written: Json | undefined): string | undefined {
  if (typeof written === 'string') return written;
  const { 'Fn::Sub': sub, 'Fn::Join': join } = membersOf(written);
  if (sub !== undefined) return templateText(isJsonList(sub) ? sub[0] : sub);
  const [separator, parts] = isJsonList(join) ? join : [];
  if (typeof separator !== 'string' || !isJsonList(parts)) return undefined;
  return parts.map((part) => templateText(part) ?? '${…}').join(separator);
}

type ParameterFault = { readonly at: Path; readonly message: string; readonly remedy: string };

/**
 * Finds parameters that a parent passes and the nested template does not declare, and parameters without a default that
 * the parent does not pass (aws-samples/amazon-ec2-image-builder-samples#18,
 * dougmoscrop/serverless-plugin-split-stacks#92). The gateway does not know which parameters Fn::If or a macro passes.
 */
export function findParameterFaults(given: JsonObject, template: JsonObject): readonly ParameterFault[] {
  const names = Object.keys(given);
  if (names.some((name) => name.startsWith('Fn::'))) return [];
  const declared = mapOf(template, 'Parameters');
  const unknown = names.filter((name) => !Object.hasOwn(declared, name));
  const missing = Object.keys(declared).filter(
    (name) => !names.includes(name) && membersOf(declared[name])['Default'] === undefined,
  );
  return [
    ...unknown.map((name) => ({
      at: [name],
      message: `Parameters: [${name}] do not exist in the template`,
      remedy: `remove ${name}, or declare it in Parameters of the nested template`,
    })),
    ...(missing.length === 0
      ? []
      : [
          {
            at: [],
            message: `Parameters: [${missing.join(', ')}] must have values`,
            remedy: `pass ${missing.join(', ')} in Parameters, or give them a Default in the nested template`,
          },
        ]),
  ];
}

/**
 * Converts the parameter values that a parent stack passes to a nested stack. A list becomes a comma-separated string.
 */
export function parameterTexts(values: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, printParameter(value)]));
}

function printParameter(value: Json): string {
  if (isJsonList(value)) return value.map(printParameter).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
