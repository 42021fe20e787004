/** Lists the sources of the modules that users import, which the site describes. */
import { HANDLER_ENTRIES } from '../../../packages/gatewright/package/manifest.ts';

export const MODULES: readonly string[] = [
  ...HANDLER_ENTRIES.map((name) => `shared/entries/${name}.ts`),
  'packages/gatewright/testing/entry.ts',
  'packages/gateway/velocity/index.ts',
  'packages/gateway/dynamodb/index.ts',
];
