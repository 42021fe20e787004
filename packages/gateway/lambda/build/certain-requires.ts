/** Finds calls to `require` that always run. Such a call is at the top level of a module and not inside `try`. */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { transform, type Metafile } from 'esbuild';

export type RequireStep = {
  readonly file: string;
  readonly specifier: string;
};

/**
 * The chain of `require` calls that leads from the handler to a module, by the module's path in the metafile. Static
 * imports on the way always run, and are not in the chain. A module that is reached only in another way, such as
 * `import()`, is absent.
 */
type RequireChains = ReadonlyMap<string, readonly RequireStep[]>;

export function requireChains({ inputs, outputs }: Metafile, directory: string): RequireChains {
  const chains = new Map<string, readonly RequireStep[]>();
  for (const { entryPoint } of Object.values(outputs))
    if (entryPoint !== undefined) chains.set(entryPoint, []);
  // The loop also visits the entries that are added while it runs.
  for (const [input, chain] of chains)
    for (const { path, kind, original = path, external } of inputs[input]?.imports ?? []) {
      if (external === true || chains.has(path)) continue;
      if (kind === 'import-statement') chains.set(path, chain);
      if (kind === 'require-call')
        chains.set(path, [...chain, { file: resolve(directory, input), specifier: original }]);
    }
  return chains;
}

/**
 * Whether every call of the chain is a statement at the top level. Returns false for an unreadable file, because
 * loading the file will report the error.
 */
export async function runsAtLoad(steps: readonly RequireStep[]): Promise<boolean> {
  const found = await Promise.all(steps.map(({ file, specifier }) => hasTopLevelRequire(file, specifier)));
  return found.every(Boolean);
}

/**
 * Whether a file requires the module at its top level. esbuild prints only top-level statements without indentation,
 * and uses one kind of quotes.
 */
async function hasTopLevelRequire(file: string, specifier: string): Promise<boolean> {
  try {
    const text = readFileSync(file, 'utf8');
    const { code } = await transform(text, { loader: loaderOf(file), legalComments: 'none' });
    const call = `require\\(${escapeForRegExp(JSON.stringify(specifier))}\\)`;
    return new RegExp(`^(?:${BEFORE})?${call}`, 'm').test(code);
  } catch {
    return false;
  }
}

/** Matches an earlier declaration of the same statement. */
const OTHER_CALL = String.raw`[\w$]+ = require\("[^"]*"\)[\w$.]*, `;
const NAMES = String.raw`(?:[\w$]+|\{[^{}]*\})`;
/**
 * Matches the text before a call in a declaration, in an assignment or at the end of destructuring. It excludes
 * conditions and functions, in which the call may never run.
 */
const BEFORE = String.raw`(?:const|let|var) (?:${OTHER_CALL})*${NAMES} = |\} = |[\w$.]+ = `;

function loaderOf(file: string): 'ts' | 'tsx' | 'jsx' {
  if (file.endsWith('.tsx')) return 'tsx';
  return /\.[cm]?ts$/.test(file) ? 'ts' : 'jsx';
}
