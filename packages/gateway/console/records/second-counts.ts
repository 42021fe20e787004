/** The requests to one API in the last minutes, counted by second. */

/** The number of seconds that are shown. */
export const COUNTED_SECONDS = 300;

/** A second since the epoch, with the number of its requests, 4xx responses and 5xx responses. */
export type SecondCount = readonly [
  second: number,
  count: number,
  clientErrors: number,
  serverErrors: number,
];

export class SecondCounts {
  readonly #second = new Float64Array(COUNTED_SECONDS).fill(NaN);
  readonly #count = new Float64Array(COUNTED_SECONDS);
  readonly #clientErrors = new Float64Array(COUNTED_SECONDS);
  readonly #serverErrors = new Float64Array(COUNTED_SECONDS);

  add(second: number, isClientError: boolean, isServerError: boolean): void {
    const slot = second % COUNTED_SECONDS;
    if (this.#second[slot] !== second) {
      this.#second[slot] = second;
      this.#count[slot] = 0;
      this.#clientErrors[slot] = 0;
      this.#serverErrors[slot] = 0;
    }
    this.#count[slot] = (this.#count[slot] ?? 0) + 1;
    if (isClientError) this.#clientErrors[slot] = (this.#clientErrors[slot] ?? 0) + 1;
    if (isServerError) this.#serverErrors[slot] = (this.#serverErrors[slot] ?? 0) + 1;
  }

  at(second: number): SecondCount {
    const slot = second % COUNTED_SECONDS;
    if (this.#second[slot] !== second) return [second, 0, 0, 0];
    return [second, this.#count[slot] ?? 0, this.#clientErrors[slot] ?? 0, this.#serverErrors[slot] ?? 0];
  }
}

/**
 * Returns the sums of several APIs by second, oldest first.
 * @param newest the last of these seconds
 */
export function sumSeconds(counted: readonly SecondCounts[], newest: number): readonly SecondCount[] {
  const first = newest - COUNTED_SECONDS + 1;
  return Array.from({ length: COUNTED_SECONDS }, (_, index) => {
    const sums: [number, number, number, number] = [first + index, 0, 0, 0];
    for (const seconds of counted) {
      const [, count, clientErrors, serverErrors] = seconds.at(first + index);
      sums[1] += count;
      sums[2] += clientErrors;
      sums[3] += serverErrors;
    }
    return sums;
  });
}
