import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readAccessFiles } from '../../../../../packages/toolkit/authoring/files/access-files.ts';
import {
  readWebhooks,
  writeCompiledWebhooks,
} from '../../../../../packages/toolkit/authoring/webhooks/webhook-files.ts';

const TEXT = `version: 1
sources:
  a: { scheme: slack, secrets: { dev: { env: A } }, target: { sqs: { queue: q } } }
`;

function aFolder(text?: string): { folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-webhooks-'));
  if (text !== undefined) writeFileSync(join(folder, 'webhooks.yml'), text);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

describe('writeCompiledWebhooks', () => {
  it('writes what ships', () => {
    using service = aFolder(TEXT);

    writeCompiledWebhooks(service.folder);

    const written = readFileSync(join(service.folder, 'webhooks.compiled.json'), 'utf8');
    assert.deepEqual((JSON.parse(written) as { sources: { name: string }[] }).sources[0]?.name, 'a');
    assert.ok(written.endsWith('}\n'));
  });

  it('keeps the old file if the document is wrong, and names the place', () => {
    using service = aFolder(TEXT);
    writeCompiledWebhooks(service.folder);
    const path = join(service.folder, 'webhooks.compiled.json');
    const before = readFileSync(path, 'utf8');
    writeFileSync(join(service.folder, 'webhooks.yml'), TEXT.replace('slack', 'slick'));

    const build = writeCompiledWebhooks(service.folder, service.folder);

    assert.ok(build?.kind === 'invalid');
    assert.deepEqual(
      build.problems.map(({ file, line, column }) => [file, line, column]),
      [['webhooks.yml', 3, 16]],
    );
    assert.equal(readFileSync(path, 'utf8'), before);
  });

  it('does nothing without a document', () => {
    using service = aFolder();

    assert.equal(writeCompiledWebhooks(service.folder), undefined);
  });

  it('lists what the receiver of this repository ships', () => {
    const folder = join(import.meta.dirname, '../../../../../access');
    const build = readWebhooks(folder);

    assert.ok(build?.kind === 'compiled');
    assert.deepEqual(
      JSON.parse(readFileSync(join(folder, 'webhooks.compiled.json'), 'utf8')),
      build.webhooks,
    );
  });
});

describe('readAccessFiles', () => {
  it('takes the document of webhooks for no document of an API', () => {
    using service = aFolder(TEXT);

    assert.deepEqual(readAccessFiles(service.folder), []);
  });
});
