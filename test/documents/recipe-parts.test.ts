/** A recipe names the parts of the stack that its documents use, so that its first `start` serves it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { usedParts } from '../../packages/gatewright/command/init/choose-parts.ts';

const RECIPES = new URL('../../docs/recipes/', import.meta.url);
const DOCUMENT = /^```yaml gatewright\/access\/(\S+)\n([^]*?)^```/gm;

const BEGINNING = /`npx gatewright init --parts (\S+)`/;
const IMPORT = /gatewright-\$\{sls:stage\}[.-](\w+)/g;

const DEV_STACK = /^ {2}dev: \{ stack: ([\w-]+?)(?:-dev)?,/m;

describe('a recipe', () => {
  // The walk of a user: beside the herbs.yml of docs/recipes/sam-api-keys.md, the herbs-rest.yml that init had written
  // was a second document for the same API, and access sync refused both.
  for (const file of readdirSync(RECIPES)) {
    const text = readFileSync(new URL(file, RECIPES), 'utf8');
    const services = [...text.matchAll(DOCUMENT)].flatMap(([, name = '', body = '']) => {
      const stack = DEV_STACK.exec(body)?.[1];
      return stack === undefined ? [] : [{ name, stack }];
    });
    if (services.length === 0) continue;
    it(`${file} names its documents as gatewright init does, so that they replace what init wrote`, () => {
      for (const { name, stack } of services) {
        const isOnly = services.filter((other) => other.stack === stack).length === 1;
        const wanted = isOnly ? /^$/ : /^-(rest|http|websocket)$/;
        assert.match(name.replace(stack, '').replace(/\.yml$/, ''), wanted, name);
      }
    });
  }

  // The guides were read as a user reads them: docs/recipes/payments.md imported the table of connections, but began
  // with --parts authorizers,webhooks, so its functions had no table.
  for (const file of readdirSync(RECIPES)) {
    const text = readFileSync(new URL(file, RECIPES), 'utf8');
    const documents = new Map([...text.matchAll(DOCUMENT)].map(([, name = '', body = '']) => [name, body]));
    const [, named] = BEGINNING.exec(text) ?? [];
    // Without --parts, init itself adds the parts whose outputs the service imports.
    const outputs = [...text.matchAll(IMPORT)].map(([, output = '']) => output);
    const parts = usedParts(documents, named === undefined ? [] : outputs);
    if (parts.length < 2) continue;
    it(`${file} is begun with the parts ${parts.join(', ')}`, () => {
      for (const part of parts) assert.ok(named?.split(',').includes(part), `init --parts ${named}: ${part}`);
    });
  }
});
