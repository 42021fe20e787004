import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bundleClient, clientBundles } from '../../../lab/tools/client-bundle.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');

describe('the client library of the examples', () => {
  it('is the current library, without anything from Node (npm run schemas)', async (t) => {
    const bundle = await bundleClient(CHECKOUT);
    t.diagnostic(`${bundle.length} bytes`);
    assert.equal(clientBundles(CHECKOUT).length, 2);
    for (const path of clientBundles(CHECKOUT))
      assert.equal(readFileSync(join(CHECKOUT, path), 'utf8'), bundle, path);
    // The status of a refused handshake comes from a module of Node, which is looked for and not imported.
    const imported = bundle.replaceAll('?.getBuiltinModule?.("node:diagnostics_channel")', '');
    assert.doesNotMatch(imported, /node:|require\(|process\./);
    assert.ok(bundle.length < 16_384);
  });
});
