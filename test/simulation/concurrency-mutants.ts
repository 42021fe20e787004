/** Concurrency limits, broken. */
import { patch } from './patch.ts';
import type { Mutant, Patch } from './patch.ts';

const MUTANTS: readonly { readonly name: string; readonly patches: readonly Patch[] }[] = [
  {
    name: 'release without its id, sent again',
    patches: [
      patch(
        'holding/semaphore.ts',
        "when: [{ attribute: name, is: 'present' }],",
        "when: [{ attribute: 'c', is: 'present' }],",
      ),
    ],
  },
  {
    name: 'timeout taken as acquired',
    patches: [
      patch(
        'holding/permits.ts',
        '          isUnsure = true;\n          break;',
        "          return 'taken';",
      ),
    ],
  },
  {
    name: 'a permit is taken over 3 s before its deadline',
    patches: [
      patch(
        'holding/permits.ts',
        'this.#nowEpochMs() - this.#limit.clockSkewMs);',
        'this.#nowEpochMs() - this.#limit.clockSkewMs + 3000);',
      ),
    ],
  },
  {
    // No patch can keep the platform from ending a request; a deadline before that end is the same.
    name: 'the platform does not end a request at its deadline',
    patches: [
      patch(
        'holding/permits.ts',
        'return this.#run.remainingMs ?? this.#pool.limit.maxSeconds * 1000;',
        'return this.#pool.limit.maxSeconds * 1000;',
      ),
    ],
  },
  {
    name: 'clocks are taken to agree',
    patches: [
      patch('holding/permits.ts', 'this.#nowEpochMs() - this.#limit.clockSkewMs);', 'this.#nowEpochMs());'),
      patch('holding/permits.ts', 'Math.ceil(endsAt + limit.clockSkewMs)', 'Math.ceil(endsAt)'),
    ],
  },
  {
    name: 'admitted after its own deadline',
    patches: [
      patch(
        'holding/permits.ts',
        'return this.#held !== undefined && this.#leftMs() > 0;',
        'return this.#held !== undefined;',
      ),
    ],
  },
  {
    name: 'two take over the same dead permit',
    patches: [
      patch(
        'holding/semaphore.ts',
        "is: 'equal', value: deadlineEpochMs }) as const",
        "is: 'absent-or-below', value: deadlineEpochMs + 1 }) as const",
      ),
    ],
  },
  {
    name: 'a permit is taken twice under one id',
    patches: [patch('holding/semaphore.ts', "      { attribute: nameOf(claim.id), is: 'absent' },\n", '')],
  },
  {
    name: 'no bound on what is taken',
    patches: [
      patch('holding/semaphore.ts', 'value: permits - 1 + expired.length', 'value: permits + expired.length'),
    ],
  },
  {
    name: 'a request that another limit refuses keeps its permit',
    patches: [patch('quotas.ts', 'if (decision?.allowed !== true) await run?.release();', '')],
  },
];

export const CONCURRENCY_MUTANTS: readonly Mutant[] = MUTANTS.map((mutant) => ({
  ...mutant,
  model: 'concurrency',
}));
