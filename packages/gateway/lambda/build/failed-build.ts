import { dirname, join } from 'node:path';

import { statOf } from '@gatewright/aws/file-marks';

import type { BuildError } from './build-error.ts';

/**
 * A failed build. As long as the file with its first error and the installed packages are unchanged, another build
 * would also fail.
 */
export class FailedBuild {
  readonly error: BuildError;
  readonly #state: string;

  constructor(error: BuildError) {
    this.error = error;
    this.#state = stateOf(error);
  }

  get stands(): boolean {
    return this.error.first !== undefined && stateOf(this.error) === this.#state;
  }
}

/**
 * Returns the modification times of the file with the first error and of the folders of packages. Every installation
 * changes the folder itself.
 */
function stateOf({ first }: BuildError): string {
  if (first === undefined) return '';
  const read = [first.file];
  for (let folder = dirname(first.file); ; folder = dirname(folder)) {
    read.push(join(folder, 'node_modules'));
    if (folder === dirname(folder)) return read.map((path) => statOf(path)?.mtimeMs).join(' ');
  }
}
