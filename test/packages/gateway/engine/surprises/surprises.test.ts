/** Behaviour of REST and HTTP APIs that emulators often get wrong, as a client, a function or a backend sees it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AUTHORIZERS, METERING } from './access-rows.ts';
import { ANSWERS, EVENTS } from './event-rows.ts';
import { MAPPINGS } from './mapping-rows.ts';
import { ROUTING } from './routing-rows.ts';
import { STAGES } from './stage-rows.ts';
import type { Surprise } from './surprise.ts';

const ROWS: readonly Surprise[] = [
  ...ROUTING,
  ...EVENTS,
  ...ANSWERS,
  ...AUTHORIZERS,
  ...METERING,
  ...MAPPINGS,
  ...STAGES,
];

describe('surprises that emulators get wrong', () => {
  for (const { source, rule, observe, expected } of ROWS)
    it(`${rule} (${source})`, async () => {
      assert.deepEqual(await observe(), expected, source);
    });
});
