/**
 * Compiles patterns that must match a whole string, like Java's `matches`. `IdentityValidationExpression` is such a
 * pattern.
 */
import { parseRegex } from '@gatewright/velocity/java/regex-program';
import { matchesRegex } from '@gatewright/velocity/java/regex';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';
import { TemplateError } from '@gatewright/velocity/java/template-error';

export type FullMatch = (text: string) => boolean;

/**
 * The limits for matching a pattern against one header. They protect the gateway from a slow match, because the API's
 * owner writes the pattern and the caller sends the text.
 */
const LIMITS = { ...DEFAULT_RENDER_LIMITS, maxSteps: 500_000 };

/**
 * Returns undefined for an invalid Java regular expression. If matching a string takes too long, the string counts as
 * not matching.
 */
export function compileFullMatch(pattern: string): FullMatch | undefined {
  try {
    const program = parseRegex(pattern);
    return (text) => {
      try {
        return matchesRegex(text, program, new RenderBudget(LIMITS));
      } catch (error) {
        if (error instanceof TemplateError) return false;
        throw error;
      }
    };
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
