/** A stack that does not use the portal, or its webhooks, loads none of their modules. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, it } from 'node:test';
import { portalPart } from '../../packages/toolkit/stack/portal/part.ts';
import { REPOSITORY } from '../architecture/source-files.ts';

const PRELOAD = pathToFileURL(join(REPOSITORY, 'test/architecture/record-loads.mjs')).href;

/** Files of the repository that a process loads. */
function loadsOf(...words: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-loads-'));
  try {
    const record = join(folder, 'loads');
    writeFileSync(record, '');
    execFileSync(process.execPath, [...process.execArgv, '--import', PRELOAD, ...words], {
      cwd: REPOSITORY,
      env: { ...process.env, RECORD_LOADS_TO: record },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 60_000,
    });
    const urls = new Set(readFileSync(record, 'utf8').trimEnd().split('\n'));
    return [...urls].map((url) => relative(REPOSITORY, fileURLToPath(url)).split(sep).join('/')).sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isOfPortal = (path: string): boolean => /^(shared|packages\/toolkit\/[^/]+)\/portal\//.test(path);
/** The log redaction of every function needs the names of the headers. */
const isOfWebhooks = (path: string): boolean =>
  /^shared\/(webhooks|endpoints)\//.test(path) && path !== 'shared/webhooks/signature-headers.ts';

describe('what functions load', () => {
  it('is nothing of the portal in a stack without the part', () => {
    const others = readdirSync(join(REPOSITORY, 'functions'))
      .filter((name) => name.endsWith('.ts') && !portalPart.functions.includes(name.slice(0, -'.ts'.length)))
      .map((name) => `import ${JSON.stringify(pathToFileURL(join(REPOSITORY, 'functions', name)).href)};`);

    const loaded = loadsOf('--input-type=module', '--eval', others.join('\n'));

    assert.deepEqual(loaded.filter(isOfPortal), []);
    assert.ok(loaded.includes('shared/webhooks/receive.ts'), loaded.join('\n'));
  });

  it('contains nothing about endpoints in a receiver whose sources have no secrets of customers', () => {
    const receiver = pathToFileURL(join(REPOSITORY, 'functions/webhook-receiver.ts')).href;

    const loaded = loadsOf('--input-type=module', '--eval', `import ${JSON.stringify(receiver)};`);

    assert.deepEqual(
      loaded.filter((path) => /\/endpoints\/|^shared\/quota\//.test(path)),
      [],
    );
  });

  it('contains nothing about webhooks in a portal that does not offer them, whatever is requested', () => {
    const loaded = loadsOf('test/support/use-portal.ts', 'nothing');

    assert.deepEqual(loaded.filter(isOfWebhooks), []);
    assert.ok(loaded.includes('shared/portal/routes/key-routes.ts'));
  });

  it('includes the administration of endpoints in a portal that offers webhooks, after the first request for it', () => {
    const loaded = loadsOf('test/support/use-portal.ts', 'webhooks');

    assert.ok(loaded.includes('shared/endpoints/endpoint-admin.ts'));
  });
});
