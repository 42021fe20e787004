/** Powertools' logger, which prints no credential whatever it is given. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { redact } from './redact.ts';

/** Loaded when there is something to log: 3 ms that a start without failures does without. */
export async function loadLogger(serviceName: string): Promise<Logger> {
  const powertools = await import('@aws-lambda-powertools/logger');
  return new powertools.Logger({ serviceName, jsonReplacerFn: redact });
}
