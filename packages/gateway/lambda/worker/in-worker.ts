/**
 * The code that is preloaded into workers that a function starts. It must not contain `await`, because it is loaded
 * with `require`.
 */
import { fileURLToPath } from 'node:url';

import { shieldWorker } from './shield-process.ts';

shieldWorker(fileURLToPath(import.meta.url));
