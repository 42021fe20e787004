import type { ProgramOptions } from '../../gateway/engine/index.ts';
import type { Settings } from '../../gateway/engine/start-settings.ts';

type OfPlugin = 'chosen' | 'dynamodb' | 'functionEnvironment' | 'inspect' | 'noTimeout' | 'sharedPorts';

export type StartSettings = Settings &
  Pick<ProgramOptions, OfPlugin> & {
    /** The name by which other commands can choose this gateway. The default is the name of the folder. */
    readonly name?: string;
    /** The value of osls's option `--verbose`. It shows all findings instead of only their number. */
    readonly isVerbose?: boolean;
  };
