import type { ProgramOptions } from '../../gateway/engine/index.ts';
import type { Settings } from '../../gateway/engine/start-settings.ts';

type OfPlugin = 'chosen' | 'dynamodb' | 'functionEnvironment' | 'inspect' | 'noTimeout' | 'sharedPorts';

export type StartSettings = Settings &
  Pick<ProgramOptions, OfPlugin> & {
    /** Name for other commands; defaults to the name of the folder. */
    readonly name?: string;
    /** `--verbose` of osls, which shows all findings instead of their number. */
    readonly isVerbose?: boolean;
  };
