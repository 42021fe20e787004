/** Preloaded by workers that a function starts; without `await`, since `require` loads it. */
import { fileURLToPath } from 'node:url';

import { shieldWorker } from './shield-process.ts';

shieldWorker(fileURLToPath(import.meta.url));
