/** Updates the API keys of a customer after a change to the customer's record, page by page. */
import { printPathName } from '#shared/http/path-name.ts';
import { callAdminJson, newOperationId } from '../../../terminal/admin-client.ts';
import { outsideSteps } from '../../commands/admin-commands.ts';
import type { Answer, ReadFlags } from '../../commands/admin-commands.ts';
import { UsageError } from '../../../../base/terminal/output.ts';

export type Followed = {
  /** The number of keys that were updated, or revoked if the customer is closed. */
  readonly keys: number;
  /** Whether the customer is closed, so that its keys are revoked. */
  readonly revoked: boolean;
  /** Steps in API Gateway, each as `{ step, done, reason }`. */
  readonly outside: readonly Answer[];
};

/** Returns what was done, or the reason if the keys could not be updated. The change to the record itself was made. */
export async function followKeys(tenant: string, flags: ReadFlags): Promise<Followed | UsageError> {
  const path = `/access/customers/${printPathName(tenant)}/follow`;
  const outside: Answer[] = [];
  let keys = 0;
  try {
    for (let cursor: unknown; ;) {
      const body = typeof cursor === 'string' ? { cursor } : {};
      const page = await callAdminJson({ method: 'POST', path, body, operationId: newOperationId() }, flags);
      keys += Number(page['keys']);
      outside.push(...outsideSteps(page));
      cursor = page['next'];
      if (cursor === undefined) return { keys, revoked: page['revoked'] === true, outside };
    }
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}
