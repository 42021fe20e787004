/** Supplies version 2 of the AWS SDK for JavaScript to functions whose runtime included it. */
import { join } from 'node:path';

import { findNpm, type Machine } from '../process/machine.ts';
import { OWN_PACKAGES, type RuntimePackages } from '../code/runtime-packages.ts';
import { npmCommand } from './install-commands.ts';
import type { Lender, Lent } from './lending.ts';
import { AWS_SDK_2 } from './lock-lists.ts';

export type SdkLending = { readonly lender: Lender; readonly machine: Machine };

export function lendSdk({ lender, machine }: SdkLending): Promise<Lent> {
  return lender.lend(AWS_SDK_2, (folder) => {
    const npm = findNpm(machine);
    return Promise.resolve(npm === undefined ? undefined : npmCommand(npm, folder, machine.environment));
  });
}

/** Returns the packages that functions can use now. */
export function packagesWith(lender: Lender): RuntimePackages {
  const folder = lender.find(AWS_SDK_2);
  return folder === undefined ? OWN_PACKAGES : { ...OWN_PACKAGES, versionTwo: join(folder, 'node_modules') };
}
