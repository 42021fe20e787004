/** Lines of docs/aws as tests: each row names the line and its visible effect. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

type Requirement = {
  /** Section of docs/aws, with the evidence it has there. */
  readonly source: string;
  readonly rule: string;
  readonly observe: () => unknown;
  readonly expected: unknown;
};

export function checkAll(title: string, requirements: readonly Requirement[]): void {
  describe(title, () => {
    for (const { source, rule, observe, expected } of requirements)
      it(`${rule} (${source})`, async () => {
        assert.deepEqual(await observe(), expected, source);
      });
  });
}
