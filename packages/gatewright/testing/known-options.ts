import { TestingError } from './control-link.ts';

/** All options of a call. The compiler finds an option that is missing here. */
export type OptionNames<Options> = Readonly<Record<keyof Required<Options>, true>>;

/**
 * Refuses an option that a call does not have. TypeScript finds it, but in JavaScript a misspelled option would have no
 * effect, and the test could pass for another reason.
 * @throws TestingError
 */
export function refuseUnknown<Options extends object>(
  call: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new TestingError(
      `${call} has no option "${unknown}"; expected one of ${Object.keys(known).join(', ')}`,
    );
}
