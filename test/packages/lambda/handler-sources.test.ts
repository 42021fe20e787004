import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readHandlerSources } from '../../../packages/lambda/handler-sources.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-sources-')));
after(() => rmSync(root, { recursive: true, force: true }));

/** What was written this very moment is not kept: it could change again unseen. */
function passTick(): void {
  const probe = join(root, 'probe');
  const startedMs = Date.now();
  do writeFileSync(probe, '');
  while (statSync(probe).mtimeMs < startedMs + 50);
}

async function filesOf(directory: string, builds: string) {
  const place = { file: join(directory, 'template.yml') };
  const code = { kind: 'directory', directory, esbuild: undefined } as const;
  const sources = await readHandlerSources({ handler: 'handler.main', place, code }, builds);
  return Object.fromEntries(sources.map(({ file, text }) => [basename(file), text]));
}

describe('readHandlerSources with kept builds', () => {
  const folder = mkdtempSync(join(root, 'service-'));
  const builds = join(root, 'builds');
  const HANDLER = "import './part'; export const main = 1;";

  it('gives the text of now, of the files of the last build', async () => {
    writeFileSync(join(folder, 'handler.ts'), HANDLER);
    writeFileSync(join(folder, 'part.ts'), '// one');
    passTick();
    assert.deepEqual(await filesOf(folder, builds), { 'handler.ts': HANDLER, 'part.ts': '// one' });
    assert.equal(readdirSync(builds).length, 1, 'the list is kept');

    assert.deepEqual(await filesOf(folder, builds), { 'handler.ts': HANDLER, 'part.ts': '// one' });
    writeFileSync(join(folder, 'part.ts'), '// two');
    assert.deepEqual(await filesOf(folder, builds), { 'handler.ts': HANDLER, 'part.ts': '// two' });
  });

  it('finds a file that the handler imports since', async () => {
    const imports = `import './more'; ${HANDLER}`;
    writeFileSync(join(folder, 'more.ts'), '// more');
    writeFileSync(join(folder, 'handler.ts'), imports);

    assert.deepEqual(Object.keys(await filesOf(folder, builds)).toSorted(), [
      'handler.ts',
      'more.ts',
      'part.ts',
    ]);
  });
});
