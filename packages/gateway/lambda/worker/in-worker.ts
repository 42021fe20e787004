/** Preloaded by workers that a function starts. It has no `await`, because `require` loads it. */
import { fileURLToPath } from 'node:url';

import { shieldWorker } from './shield-process.ts';

shieldWorker(fileURLToPath(import.meta.url));
