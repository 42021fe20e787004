import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  findChange,
  markInputs,
  markStart,
} from '../../../../../packages/gateway/templates/serverless/service-inputs.ts';

describe('the inputs of a service that consists of modules', () => {
  it('are also the package.json above them, which Node reads unobserved', (t) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-manifests-')));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    const manifest = join(folder, 'package.json');
    const files = ['a.js', 'deep/b.js', 'deep/er/c.json'].map((name) => join(folder, name));
    for (const file of [manifest, ...files]) writeFileSync(file, '{}');
    const seen = { files: files.map((file) => [file, ['content']] as const), missing: [] };

    const inputs = markInputs(seen, markStart(folder, Date.now() + 60_000), {});
    assert.ok(inputs !== undefined);
    const before = findChange(inputs, {});
    writeFileSync(manifest, '{"type":"module"}');

    assert.deepEqual([before, findChange(inputs, {})], [undefined, manifest]);
  });
});
