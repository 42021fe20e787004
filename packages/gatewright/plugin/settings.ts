/** What a command of the plug-in starts the gateway with, beside what the service says itself. */
import type { GivenOptions } from '../../engine/index.ts';
import type { Settings } from '../../engine/start-settings.ts';

type OfPlugin = 'chosen' | 'dynamodb' | 'functionEnvironment' | 'inspect' | 'noTimeout' | 'sharedPorts';

export type StartSettings = Settings &
  Pick<GivenOptions, OfPlugin> & {
    /** By which other commands call the gateway; absent = the name of the folder. */
    readonly name?: string;
    /** `--verbose` of osls: all findings, not their number. */
    readonly isVerbose?: boolean;
  };
