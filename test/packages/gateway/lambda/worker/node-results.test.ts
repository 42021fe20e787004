/** What Node.js handlers answer, as AWS's own runtime client says it (docs/aws §8.2; test/fixtures/runtime-clients). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { anInlineFunction, startRuntime } from '../start-runtime.ts';

type Recorded = {
  readonly source: string;
  readonly returns?: string;
  /** The exit status of the runtime's process. */
  readonly exits?: number;
  readonly fails?: { readonly errorType?: string; readonly errorMessage?: string; readonly trace?: string[] };
};

const file = new URL('../../../../fixtures/runtime-clients/node-results.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[];
const SOURCE =
  'exports.handler = (event, context, callback) => eval(event.source)(event, context, callback);';

describe('a result in Node.js', () => {
  it(`has the bytes of AWS's runtime client: ${recorded.length} handlers in nodejs22.x`, async () => {
    const { invoke } = await startRuntime([anInlineFunction('f', SOURCE, { runtime: 'nodejs22.x' })]);
    const wrong: unknown[] = [];
    for (const { source, returns, exits, fails } of recorded) {
      const result = await invoke('f', { source });
      if (result.kind !== 'returned' && result.kind !== 'failed') wrong.push({ source, result });
      else if (returns !== undefined) {
        if (result.kind !== 'returned' || result.payload !== returns)
          wrong.push({ source, returns, got: result.payload });
      } else if (exits !== undefined) {
        const reason = exits === 0 ? 'without providing a reason' : `with error: exit status ${exits}`;
        if (result.kind !== 'failed' || !result.errorMessage.endsWith(`Runtime exited ${reason}`))
          wrong.push({ source, reason, got: result.payload });
      } else {
        // The frames of a trace have paths of the machine.
        const failure = JSON.parse(result.payload) as { trace?: string[] } | null;
        const got = { ...failure, ...(failure?.trace && { trace: failure.trace.slice(0, 1) }) };
        if (result.kind !== 'failed' || JSON.stringify(got) !== JSON.stringify(fails))
          wrong.push({ source, fails, got });
      }
    }
    assert.deepEqual(wrong, []);
  });
});
