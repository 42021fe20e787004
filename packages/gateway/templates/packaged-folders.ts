/**
 * Finds the folders that a deployment packages with all their files. It reads definitions, but compiles and runs
 * nothing.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { asText, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { readSource } from './cloudformation/template-source.ts';
import { findSource } from './find-definition.ts';
import { SERVICE_FILES } from './serverless/serverless-service.ts';

/** The property that names a folder of local code, by resource type. */
const CODE: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'Code',
  'AWS::Lambda::LayerVersion': 'Content',
  'AWS::Serverless::Function': 'CodeUri',
  'AWS::Serverless::LayerVersion': 'ContentUri',
};
/**
 * Matches a service file that uses a bundler or our plug-in. Otherwise, osls packages the whole folder of the service;
 * our plug-in excludes the folder with the gateway's state. The name of an export, such as
 * gatewright-dev-RequestAuthorizerArn, does not count as the plug-in.
 */
const OWN_PACKAGES = /\bgatewright(?!-)\b|esbuild|webpack|rollup|parcel|rspack|bundle/;

/** Returns no folder for a definition that cannot be read, because loading the definition reports the error. */
export async function packagedFolders(source: string): Promise<readonly string[]> {
  try {
    const { file } = findSource(source);
    if (SERVICE_FILES.includes(basename(file)))
      return OWN_PACKAGES.test(await readFile(file, 'utf8')) ? [] : [dirname(file)];
    if (basename(file) === 'manifest.json') return await foldersOfCdk(file);
    const { value } = await readSource(file);
    return foldersOfTemplate(value, dirname(file));
  } catch {
    return [];
  }
}

function foldersOfTemplate(template: JsonObject, folder: string): readonly string[] {
  const common = asText(mapOf(mapOf(template, 'Globals'), 'Function')['CodeUri']);
  return Object.values(mapOf(template, 'Resources')).flatMap((written) => {
    const resource = membersOf(written);
    const type = asText(resource['Type']) ?? '';
    // SAM puts only the bundle into the package.
    if (mapOf(resource, 'Metadata')['BuildMethod'] === 'esbuild') return [];
    const path =
      asText(mapOf(resource, 'Properties')[CODE[type] ?? '']) ??
      (type === 'AWS::Serverless::Function' ? common : undefined);
    return path === undefined || path.includes('://') ? [] : [resolve(folder, path)];
  });
}

/** A CDK asset is a copy of a folder. If the copy contains cdk.json, the whole project folder is packaged. */
async function foldersOfCdk(manifest: string): Promise<readonly string[]> {
  const folder = dirname(manifest);
  const { value } = await readSource(manifest);
  const copies = Object.values(mapOf(value, 'artifacts')).flatMap((artifact) => {
    const file = asText(mapOf(membersOf(artifact), 'properties')['file']);
    return file?.endsWith('.assets.json') === true ? [join(folder, file)] : [];
  });
  const assets = await Promise.all(
    copies.map(async (file) => mapOf((await readSource(file)).value, 'files')),
  );
  const isWhole = assets
    .flatMap((files) => Object.values(files))
    .map((asset) => asText(mapOf(membersOf(asset), 'source')['path']) ?? '')
    .some((path) => path !== '' && existsSync(join(folder, path, 'cdk.json')));
  return isWhole ? [dirname(folder)] : [];
}
