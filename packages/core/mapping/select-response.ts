/** Which integration response answers (docs/aws §7.7). */
import { matchesRegex } from '@gatewright/velocity/java/regex';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';

/** An error message of a function may come from an attacker: a pattern may not take long over it. */
const LIMITS = { ...DEFAULT_RENDER_LIMITS, maxSteps: 500_000 };

/** An integration response, as far as its choice goes; those of WebSocket APIs have no status of their own. */
type Selectable = { readonly pattern: string | undefined; readonly status?: number };

/**
 * The first response whose pattern matches all of `text` (a status, or the message of a failed function), else the
 * default one. `text` is undefined where a function succeeded: only the default counts then.
 * Of several that match, a MOCK's `ownStatus` takes the one that answers with it (recorded, docs/aws §7.9).
 * Undefined = AWS's "No match for output mapping and no default output mapping configured".
 * @throws TemplateError TEMPLATE_LIMIT where a pattern takes too long
 */
export function selectResponse<Response extends Selectable>(
  responses: readonly Response[],
  text: string | undefined,
  ownStatus?: number,
): Response | undefined {
  if (text !== undefined) {
    const budget = new RenderBudget(LIMITS);
    const matches = ({ pattern }: Response): boolean =>
      pattern !== undefined && matchesRegex(text, pattern, budget);
    const own =
      ownStatus === undefined
        ? undefined
        : responses.find((each) => each.status === ownStatus && matches(each));
    const matching = own ?? responses.find(matches);
    if (matching !== undefined) return matching;
  }
  return responses.find(({ pattern }) => pattern === undefined);
}
