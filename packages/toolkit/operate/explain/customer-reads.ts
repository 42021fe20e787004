import { findRefusedCall } from '../../../gateway/engine/index.ts';
import { printReads, readRefusalOf } from '../../stack/quota/commands/read-refusals.ts';
import { AdminError } from '../../terminal/admin-client.ts';
import { describeLine } from './line-circumstances.ts';
import type { LineFacts } from './line-circumstances.ts';

/**
 * Reads the sentence that the portal shows to the customer of a refused request to a deployed API. If the admin API
 * refuses or cannot be reached, the request is explained without this sentence.
 * @param url the admin API; undefined means that nothing is read
 */
export async function readCustomerReads(
  facts: LineFacts,
  url: string | undefined,
): Promise<readonly string[]> {
  const call = findRefusedCall(describeLine(facts));
  if (url === undefined || call === undefined) return [];
  const says = await readRefusalOf(call, { url }).catch((error: unknown) => {
    if (error instanceof AdminError) return undefined;
    throw error;
  });
  return says === undefined ? [] : [printReads(says)];
}
