/** Patterns that a whole text must match as Java's `matches` means it: `IdentityValidationExpression`. */
import { parseRegex } from '@gatewright/velocity/java/regex-program';
import { matchesRegex } from '@gatewright/velocity/java/regex';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';
import { TemplateError } from '@gatewright/velocity/java/template-error';

/** Whether all of a text matches. */
export type WholeMatch = (text: string) => boolean;

/** The pattern is the owner's, the text the caller's: one header may not hold the gateway up. */
const LIMITS = { ...DEFAULT_RENDER_LIMITS, maxSteps: 500_000 };

/** Undefined for what is no Java regular expression. A text that takes too long to decide does not match. */
export function compileWholeMatch(pattern: string): WholeMatch | undefined {
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
