/** Provides the folder of a function's code, which is its `LAMBDA_TASK_ROOT`. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { FunctionDefinition } from '../../core/stack/function.ts';
import { packedFolder } from './packed-code.ts';

export function taskRootOf(definition: FunctionDefinition, runDirectory: string): string {
  const { code } = definition;
  if (code.kind === 'directory') return code.directory;
  if (code.kind === 'archive') return packedFolder(code.packed, runDirectory);
  return writeInline(definition, code.source, runDirectory);
}

/**
 * Writes inline code to the file that Lambda would use, which is `index.js` or `index.py` in a separate folder. An
 * empty package.json is added, so that Node detects the module system by the code's syntax.
 */
function writeInline(
  { name, arn, runtime }: FunctionDefinition,
  source: string,
  runDirectory: string,
): string {
  const key = createHash('sha256').update(arn).update(source).digest('hex').slice(0, 12);
  const folder = join(runDirectory, 'inline', `${name}-${key}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}\n');
  writeFileSync(join(folder, runtime.startsWith('python') ? 'index.py' : 'index.js'), source);
  return folder;
}
