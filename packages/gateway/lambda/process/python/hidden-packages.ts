/**
 * Finds packages of a project that hide packages which the lent Boto3 needs, and that are too old for it. Newer
 * versions than a package accepts nearly always work, so they are not reported. Python imports the project's packages
 * first, as on Lambda, where the function's folder comes before the runtime's.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { normalisePackageName } from './package-names.ts';

type HiddenPackage = {
  readonly name: string;
  readonly version: string;
  /** The accepted versions, as an installer reads them: `>=1.25.4,<1.27`. */
  readonly accepted: string;
  /** The package that requires them, with its version. */
  readonly by: string;
};

/**
 * @param folder the folder of the lent packages
 * @param versions the versions of the packages that the project has itself, by normalised name
 * @param python the version of the interpreter
 */
export function findHidden(
  folder: string,
  versions: Readonly<Record<string, string>>,
  python: string,
): readonly HiddenPackage[] {
  return readdirSync(folder)
    .filter((entry) => entry.endsWith('.dist-info') && !(nameOf(entry) in versions))
    .flatMap((entry) =>
      requirementsIn(readIfReadable(join(folder, entry, 'METADATA')) ?? '', python).flatMap(
        ({ name, accepted }) => {
          const version = versions[name];
          if (version === undefined || isNewEnough(accepted, version)) return [];
          return [
            {
              name,
              version,
              accepted: accepted.join(','),
              by: entry.slice(0, -END.length).replace('-', ' '),
            },
          ];
        },
      ),
    );
}

const END = '.dist-info';

function nameOf(entry: string): string {
  return normalisePackageName(entry.slice(0, -END.length).replace(/-[^-]+$/, ''));
}

/** Matches `urllib3 (<1.27,>=1.25.4) ; python_version < "3.10"` and `urllib3<1.27`. Extras have other markers. */
const REQUIREMENT =
  /^Requires-Dist: ([\w.-]+)\s*\(?([^;()[\]]*)\)?\s*(?:;\s*python_version\s*(<|>=)\s*["']([\d.]+)["'])?$/gm;

function requirementsIn(
  metadata: string,
  python: string,
): readonly { readonly name: string; readonly accepted: readonly string[] }[] {
  return [...metadata.matchAll(REQUIREMENT)]
    .filter(
      ([, , , operator, version]) =>
        operator === undefined || compare(python, version ?? '') < 0 === (operator === '<'),
    )
    .map(([, name = '', accepted = '']) => ({
      name: normalisePackageName(name),
      accepted: accepted.split(',').map((one) => one.trim()),
    }));
}

/** Whether a version is not older than the conditions require. */
function isNewEnough(conditions: readonly string[], version: string): boolean {
  return conditions.every((condition) => {
    const [, least] = /^>=(\d[\d.]*)/.exec(condition) ?? [];
    return least === undefined || compare(version, least) >= 0;
  });
}

function compare(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split('.').map((part) => Number.parseInt(part) || 0));
  for (const [index, part] of (left ?? []).entries()) {
    const difference = part - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return (right ?? []).slice(left?.length).some((part) => part > 0) ? -1 : 0;
}
