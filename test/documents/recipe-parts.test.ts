/** A recipe names the parts of the stack that its documents use, so that its first `start` serves it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { usedParts } from '../../packages/gatewright/command/init/choose-parts.ts';

const RECIPES = new URL('../../docs/recipes/', import.meta.url);
const DOCUMENT = /^```yaml gatewright\/access\/(\S+)\n([^]*?)^```/gm;

describe('a recipe', () => {
  for (const file of readdirSync(RECIPES)) {
    const text = readFileSync(new URL(file, RECIPES), 'utf8');
    const documents = new Map([...text.matchAll(DOCUMENT)].map(([, name = '', body = '']) => [name, body]));
    const parts = usedParts(documents);
    if (parts.length < 2) continue;
    it(`${file} is begun with the parts ${parts.join(', ')}`, () => {
      const [, named = ''] = /`npx gatewright init --parts (\S+)`/.exec(text) ?? [];
      for (const part of parts) assert.ok(named.split(',').includes(part), `init --parts ${named}: ${part}`);
    });
  }
});
