/**
 * The regular expressions of schemas. The text to match comes from the caller. With an engine that cannot be
 * interrupted, one body could block the gateway, so patterns run in the gateway's own engine with a step budget.
 */
import { findsRegex } from '@gatewright/velocity/java/regex';
import { parseRegex } from '@gatewright/velocity/java/regex-program';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import type { RenderBudget } from '@gatewright/velocity/java/render-budget';
import { toJavaPattern } from './ecma-pattern.ts';

export type PatternTest = (text: string, budget: RenderBudget) => boolean;

/**
 * Compiles a pattern. Returns undefined for a pattern that is not a valid ECMA 262 regular expression (as draft 4
 * requires), or that exceeds the engine's limits: 1,000 characters, and 20,000 instructions after expanding repeats.
 */
export function compilePattern(pattern: string): PatternTest | undefined {
  try {
    new RegExp(pattern);
    const program = parseRegex(toJavaPattern(pattern), { writtenAs: pattern });
    return (text, budget) => findsRegex(text, program, budget);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TemplateError) return undefined;
    throw error;
  }
}
