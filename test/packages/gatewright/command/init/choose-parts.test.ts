import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import {
  assertAuthorizers,
  chooseParts,
  partsFile,
} from '../../../../../packages/gatewright/command/init/choose-parts.ts';

describe('the parts of a new stack', () => {
  it('are those of --parts, in the order of the stack', async () => {
    assert.deepEqual(await chooseParts('quotas, authorizers'), ['authorizers', 'quotas']);
  });

  it('are all without a terminal and without --parts', async () => {
    assert.equal(await chooseParts(undefined), undefined);
  });

  it('are refused by name', async () => {
    await assert.rejects(
      chooseParts('authorizers,waves'),
      /--parts: unknown part "waves"; expected one of authorizers, /,
    );
    await assert.rejects(chooseParts(' , '), /--parts: name at least one part/);
    await assert.rejects(chooseParts('quotas'), /--parts: the part quotas needs authorizers/);
  });

  it('are written with what is left out', () => {
    const text = partsFile(['authorizers', 'quotas']);
    assert.deepEqual(parse(text), { parts: ['authorizers', 'quotas'] });
    assert.match(text, /^# Parts of the stack\. Not in the stack: webhooks, channels, cache, waf\./);
  });

  it('have the authorizers where the example of an empty folder needs them', () => {
    assert.throws(() => {
      assertAuthorizers(['cache']);
    }, /add authorizers to parts/);
    assert.doesNotThrow(() => {
      assertAuthorizers(['authorizers']);
    });
  });
});
