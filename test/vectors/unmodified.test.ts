import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const read = (name: string): Buffer => readFileSync(join(import.meta.dirname, name));

describe('third-party vectors', () => {
  it('are the files with the checksums in README.md', () => {
    const said = [
      ...read('README.md')
        .toString()
        .matchAll(/^\| (\S+\.json) .* `([0-9a-f]{64})` \|$/gm),
    ];
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'));

    assert.ok(files.length >= 4);
    assert.deepEqual(
      said.map(([, name, sum]) => [name, sum]).sort(),
      files.map((name) => [name, createHash('sha256').update(read(name)).digest('hex')]).sort(),
    );
  });
});
