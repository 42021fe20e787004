/**
 * Reads and writes the files for webhooks. Users write `access/webhooks.yml`, and `access/webhooks.compiled.json` is
 * deployed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { WEBHOOKS_NAME } from '../files/access-folder.ts';
import type { Problem } from '../document/read-document.ts';
import { compileWebhooks } from './webhooks-document.ts';
import type { WebhooksBuild } from './webhooks-document.ts';
import { writeIfChanged } from '../files/access-files.ts';

/** Reads and compiles the document; undefined if there is none. File names in messages are relative to `from`. */
export function readWebhooks(folder: string, from = process.cwd()): WebhooksBuild | undefined {
  const path = join(folder, `${WEBHOOKS_NAME}.yml`);
  return existsSync(path) ? compileWebhooks(readFileSync(path, 'utf8'), relative(from, path)) : undefined;
}

export function webhookProblems(build: WebhooksBuild | undefined): readonly Problem[] {
  return build?.kind === 'invalid' ? build.problems : [];
}

/** Compiles the document, and writes the compiled file if it has changed. If there are problems, the old file stays. */
export function writeCompiledWebhooks(folder: string, from?: string): WebhooksBuild | undefined {
  const build = readWebhooks(folder, from);
  if (build?.kind === 'compiled')
    writeIfChanged(join(folder, `${WEBHOOKS_NAME}.compiled.json`), `${JSON.stringify(build.webhooks)}\n`);
  return build;
}
