/**
 * The packages that Lambda's runtimes include, for functions whose service does not install them. From nodejs18.x on,
 * this is version 3 of the AWS SDK. For earlier runtimes, it is version 2.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installCommand } from './package-manager.ts';

export type RuntimePackages = {
  /**
   * The folder of the gateway's SDK clients. The published package has one file per client (`@aws-sdk/client-s3.js`). A
   * checkout has no such files.
   */
  readonly folder: string;
  /** A file of the gateway. From this file, packages that are installed for the gateway can be found. */
  readonly anchor: string;
  /** The `node_modules` folder with version 2 of the SDK; absent if it is not installed. */
  readonly versionTwo?: string;
};

export const OWN_PACKAGES: RuntimePackages = {
  folder: fileURLToPath(new URL('../aws-sdk', import.meta.url)),
  anchor: fileURLToPath(import.meta.url),
};

/** The first Node.js version whose runtime includes version 3 of the SDK instead of version 2. */
const FIRST_WITH_VERSION_3 = 18;

export function isRuntimePackage(specifier: string, runtime: string): boolean {
  return majorOf(runtime) >= FIRST_WITH_VERSION_3
    ? /^@(?:aws-sdk|smithy)\/./.test(specifier)
    : isVersionTwo(specifier);
}

function isVersionTwo(specifier: string): boolean {
  return packageNameOf(specifier) === 'aws-sdk';
}

/** Returns the gateway's file for an import; undefined if the gateway has no such file. */
export function findRuntimePackage(
  specifier: string,
  { folder, anchor, versionTwo }: RuntimePackages,
): string | undefined {
  if (specifier.includes('..')) return undefined;
  if (isVersionTwo(specifier)) return versionTwo === undefined ? undefined : resolveIn(versionTwo, specifier);
  const bundled = join(folder, `${specifier}.js`);
  if (existsSync(bundled)) return bundled;
  try {
    return createRequire(pathToFileURL(anchor)).resolve(specifier);
  } catch {
    return undefined;
  }
}

/** Resolves a specifier in one folder only. The folders above belong to the user. */
function resolveIn(modules: string, specifier: string): string | undefined {
  try {
    return createRequire(join(modules, 'from.js')).resolve(join(modules, specifier));
  } catch {
    return undefined;
  }
}

/** Returns the name of the package that a specifier is in: `@aws-sdk/client-s3` for `@aws-sdk/client-s3/dist-es`. */
export function packageNameOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}

/**
 * Returns the reason why an AWS package is missing, and a remedy; undefined for other packages.
 * @param from the file that imports the package, whose project installs it
 * @param isElsewhere whether this process does not run in the user's folder
 */
export function explainMissing(
  specifier: string,
  runtime: string,
  from?: string,
  isElsewhere = false,
): string | undefined {
  const name = packageNameOf(specifier);
  if (isRuntimePackage(specifier, runtime) && name !== 'aws-sdk')
    return `Lambda's runtime includes ${name}, but the gateway does not; run ${installCommand(name, from, { isForDev: true, isElsewhere })}`;
  if (name !== 'aws-sdk') return undefined;
  if (majorOf(runtime) >= FIRST_WITH_VERSION_3)
    return (
      `Lambda runtimes since nodejs18.x do not include version 2 of the AWS SDK, so on ${runtime} this import also fails on AWS unless the ` +
      `package is deployed with the function; run ${installCommand('aws-sdk', from, { isElsewhere })}, or move to version 3 (@aws-sdk/client-…)`
    );
  return `Lambda's ${runtime} included version 2 of the AWS SDK, which is not installed on this machine; run ${installCommand('aws-sdk', from, { isForDev: true, isElsewhere })}`;
}

function majorOf(runtime: string): number {
  return Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 24);
}
