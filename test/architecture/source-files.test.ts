import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importClosure, listFiles } from './source-files.ts';

describe('importClosure', () => {
  const texts: Readonly<Record<string, string>> = {
    'test/a.ts':
      "import { b } from './b.ts';\nimport type { T } from './types.ts';\nimport { join } from 'node:path';\n",
    'test/b.ts': "export { c } from '#shared/c.ts';\nimport { a } from './a.ts';\n",
    'shared/c.ts': "const late = await import('./late.ts');\n",
    'shared/late.ts': '',
  };
  const read = (path: string) => ({ path, text: texts[path] ?? assert.fail(`${path} is not loaded`) });

  it('contains the files that run when a file is loaded, without types and packages, and ends even if imports form a cycle', () => {
    assert.deepEqual(importClosure(['test/a.ts'], read), [
      'shared/c.ts',
      'shared/late.ts',
      'test/a.ts',
      'test/b.ts',
    ]);
  });
});

describe('the top of the repository', () => {
  it('shows at most 21 entries', () => {
    const shown = new Set(listFiles().map((path) => path.split('/', 1).join()));

    assert.ok([...shown].filter((name) => !name.startsWith('.')).length <= 21, [...shown].join(', '));
  });
});
