/**
 * Finds the packages that bundles expect in a layer, and checks whether the service itself has them if the layer is not
 * built yet.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';

/**
 * Returns the external packages of the bundles that are not in any `node_modules` of the service's folder or of a
 * folder above it. Functions can get these packages only from the layer. Returns undefined if the service does not
 * define which packages are external.
 */
export function packagesMissing(
  esbuild: Readonly<Record<string, unknown>> | undefined,
  folder: string,
): readonly string[] | undefined {
  const external = esbuild?.['external'];
  if (!Array.isArray(external) || external.length === 0) return undefined;
  const names = external.filter((name): name is string => typeof name === 'string' && !name.startsWith('.'));
  return names.filter((name) => !isThere(packageOf(name), folder));
}

/**
 * Returns the folder of an external package: `@aws-sdk/*` → `@aws-sdk`, `aws-jwt-verify/*` → `aws-jwt-verify`,
 * `@middy/core` → `@middy/core`.
 */
function packageOf(name: string): string {
  const [first = '', second = ''] = name.split('/');
  return first.startsWith('@') && second !== '*' && second !== '' ? `${first}/${second}` : first;
}

function isThere(name: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true;
  const above = dirname(folder);
  return above !== folder && isThere(name, above);
}

/**
 * Whether all functions run on Node.js. Only such functions are bundled, so the packages that other runtimes need from
 * a layer are unknown.
 */
export function runsNodeOnly({ Resources: resources }: JsonObject): boolean {
  return Object.values(membersOf(resources)).every((resource) => {
    if (!isJsonObject(resource) || resource['Type'] !== 'AWS::Lambda::Function') return true;
    const { Runtime: runtime } = mapOf(resource, 'Properties');
    return typeof runtime === 'string' && runtime.startsWith('nodejs');
  });
}
