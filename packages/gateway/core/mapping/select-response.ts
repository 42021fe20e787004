/** Selects the integration response (docs/aws §7.7). */
import { matchesRegex } from '@gatewright/velocity/java/regex';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';
import { configurationError } from './mapping-failure.ts';

/**
 * The limits for matching a pattern. They are needed because a function's error message may contain an attacker's text.
 */
const LIMITS = { ...DEFAULT_RENDER_LIMITS, maxSteps: 500_000 };

/**
 * The members of an integration response that are needed to select it. An integration response of a WebSocket API has
 * no status.
 */
type Selectable = { readonly pattern: string | undefined; readonly status?: number };

/**
 * Returns the first integration response whose pattern matches all of `text`, otherwise the default response. `text` is
 * a status, or the error message of a failed function. If a function succeeded, `text` is undefined, and patterns are
 * matched against an empty string: `.*` matches, `.+` does not (API model, `IntegrationResponse.selectionPattern`).
 *
 * If several patterns match, a MOCK prefers the response with its `ownStatus` (recorded, docs/aws §7.9). Returns
 * undefined if AWS would report "No match for output mapping and no default output mapping configured".
 * @throws TemplateError TEMPLATE_LIMIT if matching a pattern takes too long
 */
export function selectResponse<Response extends Selectable>(
  responses: readonly Response[],
  text: string | undefined,
  ownStatus?: number,
): Response | undefined {
  const budget = new RenderBudget(LIMITS);
  const matches = ({ pattern }: Response): boolean =>
    pattern !== undefined && matchesRegex(text ?? '', pattern, budget);
  const own =
    ownStatus === undefined
      ? undefined
      : responses.find((each) => each.status === ownStatus && matches(each));
  return own ?? responses.find(matches) ?? responses.find(({ pattern }) => pattern === undefined);
}

/**
 * Returns the selected integration response.
 * @param isMock whether the response with the integration's own status is preferred
 * @throws the error that AWS reports if none is selected, and what `selectResponse` throws
 */
export function requireResponse<Response extends Selectable>(
  responses: readonly Response[],
  selectBy: string | undefined,
  status: number,
  isMock = false,
): Response {
  const chosen = selectResponse(responses, selectBy, isMock ? status : undefined);
  if (chosen === undefined)
    throw configurationError(
      `No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ${status}`,
      {
        kind: 'mapping',
        problem: 'no-response',
        selectBy: selectBy ?? '',
        patterns: responses.flatMap(({ pattern }) => pattern ?? []),
      },
    );
  return chosen;
}
