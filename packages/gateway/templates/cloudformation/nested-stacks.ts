/**
 * Finds templates of nested stacks on this machine. `TemplateURL`, a SAM application, or metadata of CDK and the SAM
 * CLI names the file. A nested stack is opened when its parent stack has resolved the parameters that it passes.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DefinitionError } from '../../core/errors.ts';
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

const NO_RESOURCES = 'resources of the nested stack do not exist';

const PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Stack': 'TemplateURL',
  'AWS::Serverless::Application': 'Location',
};

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
    const location = isJsonObject(resource) ? localTemplate(resource) : undefined;
    if (location === undefined) continue;
    const { type, property, path } = location;
    const template = resolve(dirname(file), path);
    if (!existsSync(template)) {
      findings.push({ logicalId, type, property, ...describeMissing(path) });
      continue;
    }
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

/** Describes a template that is not there; `sam deploy` and `aws cloudformation package` refuse the path, too. */
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

function localTemplate(resource: JsonObject): { type: string; property: string; path: string } | undefined {
  const type = typeof resource['Type'] === 'string' ? resource['Type'] : '';
  const property = Object.hasOwn(PROPERTIES, type) ? PROPERTIES[type] : undefined;
  if (property === undefined) return undefined;
  const { Properties: properties, Metadata: metadata } = resource;
  const asset = membersOf(metadata)['aws:asset:path'];
  const written = membersOf(properties)[property];
  const path: Json | undefined = typeof asset === 'string' ? asset : written;
  if (typeof path !== 'string' || /^(?:s3|https?):/.test(path)) return undefined;
  return { type, property, path };
}

type ParameterFault = { readonly at: Path; readonly message: string; readonly remedy: string };

/**
 * Finds parameters that a parent passes and the nested template does not declare, and parameters without a default that
 * the parent does not pass (aws-samples/amazon-ec2-image-builder-samples#18,
 * dougmoscrop/serverless-plugin-split-stacks#92). The parameters that Fn::If or a macro passes are not known here.
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
