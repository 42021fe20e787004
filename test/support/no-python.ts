import { thisMachine } from '../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../packages/gateway/lambda/process/machine.ts';

/** The reason for which tests that run Python are skipped; false if there is a Python. */
export const NO_PYTHON =
  findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;
