import { homedir } from 'node:os';
import { join } from 'node:path';

import { DefinitionError, propertyAt } from '../../core/errors.ts';
import { type FunctionDefinition, runtimeFamily } from '../../core/stack/function.ts';
import type { Lender } from '../lent/lending.ts';
import { findCustom } from './custom-toolchain.ts';
import { findJava } from './java-toolchain.ts';
import type { Toolchain } from './launch.ts';
import type { Machine } from './machine.ts';
import { LateProgram } from './read-version.ts';
import { findDotnet, findRuby } from './other-toolchains.ts';
import type { FindToolchain } from './process-code.ts';
import { PythonProbe } from './python/python-probe.ts';
import { findPython, type PythonOptions } from './python/python-toolchain.ts';

type ToolchainSetup = {
  readonly runDirectory: string;
  readonly cacheDirectory: string;
  readonly lender: Lender;
};

export function thisMachine(): Machine {
  const { env: environment, platform, arch: architecture } = process;
  return { environment, home: homedir(), platform, architecture };
}

export function toolchainsOf(
  machine: Machine,
  { runDirectory, cacheDirectory, lender }: ToolchainSetup,
  debug: PythonOptions['debugger'],
): FindToolchain {
  const probe = new PythonProbe(machine);
  const python = { bytecodeFolder: join(cacheDirectory, 'python'), debugger: debug, lender };
  const find: FindToolchain = (definition, taskRoot, built) => {
    if (machine.platform === 'win32') return Promise.resolve(onWindows(definition));
    switch (runtimeFamily(definition.runtime)) {
      case 'python':
        return findPython(definition, taskRoot, machine, probe, python);
      case 'java':
        return findJava(definition, taskRoot, built, machine, runDirectory);
      case 'ruby':
        return findRuby(definition, taskRoot, machine);
      case 'dotnet':
        return findDotnet(definition, taskRoot, built, machine);
      default:
        return findCustom(definition, taskRoot, built, machine, runDirectory);
    }
  };
  return (definition, ...about) =>
    find(definition, ...about).catch((error: unknown) => {
      if (!(error instanceof LateProgram)) throw error;
      return { kind: 'missing', isLate: true, error: cannotRun(definition, error.message) };
    });
}

function cannotRun({ place, runtime }: FunctionDefinition, why: string): DefinitionError {
  return new DefinitionError(propertyAt(place, 'Runtime'), `${runtime} cannot run here: ${why}`);
}

function onWindows(definition: FunctionDefinition): Toolchain {
  const why = 'function processes need Linux or macOS (or the Windows Subsystem for Linux)';
  return { kind: 'missing', error: cannotRun(definition, why) };
}
