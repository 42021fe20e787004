import { dirname, join } from 'node:path';
import { asText, isJsonObject, mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import { isAccountId, isRegion } from '../../core/stack/home.ts';
import type { LoadOptions } from '../load-options.ts';
import type { Finding, RawStack } from '../raw-stack.ts';
import { readSource } from '../cloudformation/template-source.ts';
import { loadTemplate } from '../cloudformation/template-stack.ts';

/** The maximum nesting of assemblies. Stages of CDK pipelines nest assemblies, but in practice not deeper than this. */
const NESTING_LIMIT = 8;

/**
 * Loads the stacks of a CDK output folder.
 * @throws DefinitionError if the manifest has no stack with resources, or names a missing file.
 */
export async function loadCdkOutput(
  manifestFile: string,
  options: LoadOptions,
  depth = 0,
): Promise<readonly RawStack[]> {
  const { value } = await readSource(manifestFile);
  const artifacts = mapOf(value, 'artifacts');
  const folder = dirname(manifestFile);
  const stacks: RawStack[] = [];
  for (const [name, artifact] of Object.entries(artifacts)) {
    if (!isJsonObject(artifact)) continue;
    const properties = mapOf(artifact, 'properties');
    if (artifact['type'] === 'aws:cloudformation:stack') {
      const stack = await loadStack(name, artifact, properties, manifestFile, options);
      if (Object.keys(mapOf(stack.template, 'Resources')).length > 0) stacks.push(stack);
      // `cdk deploy` also skips a stack without resources.
      else options.onProgress?.(`stack ${stack.stackName} has no resources and is not served: ${stack.file}`);
    } else if (artifact['type'] === 'cdk:cloud-assembly' && depth < NESTING_LIMIT) {
      const nested = join(folder, asText(properties['directoryName']) ?? '', 'manifest.json');
      stacks.push(...(await loadCdkOutput(nested, options, depth + 1)));
    }
  }
  if (stacks.length === 0 && depth === 0) {
    throw new DefinitionError(
      { file: manifestFile },
      'the cloud assembly has no stack with resources; run "cdk synth" first',
    );
  }
  return stacks;
}

async function loadStack(
  name: string,
  artifact: JsonObject,
  properties: JsonObject,
  manifestFile: string,
  options: LoadOptions,
): Promise<RawStack> {
  const folder = dirname(manifestFile);
  const file = join(folder, asText(properties['templateFile']) ?? `${name}.template.json`);
  // The form is aws://123456789012/eu-west-1, with "unknown-…" in an environment-agnostic stack.
  const [account = '', region = ''] = (asText(artifact['environment']) ?? '')
    .replace('aws://', '')
    .split('/');
  const parameters = mapOf(properties, 'parameters');
  const own = {
    ...(isAccountId(account) && { accountId: account }),
    ...(isRegion(region) && { region }),
  };
  const named = { ...assetParameters(artifact), ...textValues(parameters) };
  const given = { ...options, parameters: { ...named, ...options.parameters } };
  const stack = await loadTemplate(file, given, asText(properties['stackName']) ?? name, own);
  const faults = judgeEnvironment(name, { account, region }, stack, manifestFile);
  return { ...stack, findings: [...stack.findings, ...faults] };
}

/**
 * Reports an environment that names no account or region of AWS, such as `env: { account: '123' }`. `cdk deploy` has no
 * credentials for such an environment, and the ARNs that CDK writes into the template contain the invalid value.
 */
function judgeEnvironment(
  logicalId: string,
  { account, region }: { readonly account: string; readonly region: string },
  served: Pick<RawStack, 'accountId' | 'region'>,
  file: string,
): readonly Finding[] {
  const parts = [
    ['account', account, isAccountId(account), '12 digits', served.accountId],
    ['region', region, isRegion(region), 'a region such as eu-central-1', served.region],
  ] as const;
  return parts.flatMap(([part, named, isReal, form, own]) =>
    isReal || named === '' || named.startsWith('unknown-')
      ? []
      : [
          {
            logicalId,
            type: 'AWS::CloudFormation::Stack',
            message: `the environment of the stack names ${part} ${named}, for which cdk deploy finds no credentials`,
            remedy: `write ${form} as \`${part}\` of the stack’s \`env\`, and run cdk synth again`,
            consequence: `the stack is served in ${part} ${own}, but the ARNs in its template do not contain this ${part}`,
            place: { file },
          },
        ],
  );
}

/**
 * Returns the parameters that `cdk deploy` of version 1 passes for an asset. Their values are the bucket, the prefix
 * and name of the object, and the hash.
 */
function assetParameters(artifact: JsonObject): Readonly<Record<string, string>> {
  const metadata = Object.values(mapOf(artifact, 'metadata'));
  const found: Record<string, string> = {};
  for (const entry of metadata.flat()) {
    const data = isJsonObject(entry) && entry['type'] === 'aws:cdk:asset' ? entry['data'] : undefined;
    if (!isJsonObject(data)) continue;
    const hash = asText(data['sourceHash']) ?? asText(data['id']) ?? '';
    const values = {
      s3BucketParameter: 'cdk-assets',
      s3KeyParameter: `||${hash}.zip`,
      artifactHashParameter: hash,
    };
    for (const [key, value] of Object.entries(values)) {
      const name = asText(data[key]);
      if (name !== undefined) found[name] = value;
    }
  }
  return found;
}

function textValues(values: JsonObject): Readonly<Record<string, string>> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
