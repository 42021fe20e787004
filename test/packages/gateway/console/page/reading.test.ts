import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const SECTIONS = join(import.meta.dirname, '../../../../../packages/gateway/console/page/sections');

// The map was empty below its title while a busy machine read it.
describe('a section of the console that reads from the gateway', () => {
  for (const file of readdirSync(SECTIONS)) {
    const text = readFileSync(join(SECTIONS, file), 'utf8');
    if (!text.includes('useFetched<')) continue;
    it(`says what is being read until it is there: ${file}`, () => {
      assert.match(text, /<Reading\s|Reading [\w ]+ …/, 'use Reading of elements/parts.tsx');
    });
  }
});
