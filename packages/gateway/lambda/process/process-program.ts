/** The parts that all process instances of one version of a function have in common. */
import type { Deadlines } from '../../core/ports.ts';
import type { FunctionLogLine } from '../function-log-line.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { GroupMemory } from './group-memory.ts';
import type { Keeper } from './keeper.ts';
import type { GroupCommand } from './process-group.ts';

export type ProcessProgram = {
  readonly definition: FunctionDefinition;
  readonly runtime: GroupCommand;
  /** Programs of layers that run next to the runtime (`/opt/extensions`). */
  readonly extensions: readonly GroupCommand[];
  readonly clockOffset: SharedArrayBuffer;
  readonly log: (line: FunctionLogLine) => void;
  /** Called with the files that an instance has loaded; absent if they are not watched. */
  readonly noteLoaded?: ((files: readonly string[]) => void) | undefined;
  readonly deadlines: Deadlines;
  /** Called when a debugger attaches to an instance or leaves it; absent if no debugger may attach. */
  readonly hold?: ((instance: object, isHeld: boolean) => void) | undefined;
  readonly keeper: Keeper;
  readonly memory: GroupMemory;
  readonly memoryLimitMb: number;
};
