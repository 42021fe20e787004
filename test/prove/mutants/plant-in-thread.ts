/** The first module that is loaded in threads that tests start. */
import { getEnvironmentData } from 'node:worker_threads';
import { PLAN, plantFiles } from './planted-files.ts';
import type { Plan } from './planted-files.ts';

plantFiles(getEnvironmentData(PLAN) as unknown as Plan);
