import { TemplateError } from './template-error.ts';

/**
 * The limits of one render. AWS publishes limits for the number of iterations and for the template size. All other
 * limits are the gateway's own.
 */
export type RenderLimits = {
  /**
   * Maximum number of iterations of one #foreach. The loop then ends, as with Velocity's `directive.foreach.maxloops`.
   */
  readonly maxIterations: number;
  /**
   * The maximum number of steps. Each rendered node, each copied element, and the characters that regular expressions
   * scan count as steps.
   */
  readonly maxSteps: number;
  /** Maximum number of characters in the output, and in any intermediate string. */
  readonly maxChars: number;
};

/**
 * The default limits. AWS's limit is 1,000 iterations. An integration payload has at most 10 MB. The limit of steps
 * ends a hostile template in about a second.
 *
 * @example
 * ```ts
 * import { DEFAULT_RENDER_LIMITS } from '@gatewright/velocity';
 *
 * DEFAULT_RENDER_LIMITS.maxIterations // → 1000
 * ```
 */
export const DEFAULT_RENDER_LIMITS: RenderLimits = {
  maxIterations: 1_000,
  maxSteps: 5_000_000,
  maxChars: 10_485_760,
};

/** The number of characters that can be created or scanned for one step. */
const CHARS_PER_STEP = 16;

/** The maximum nesting of values that are printed, compared, read or written. */
export const MAX_VALUE_DEPTH = 200;

/**
 * The remaining budget of one render. Every loop over data costs steps of this budget, so no input can hang the
 * gateway.
 *
 * @example
 * ```ts
 * import { compileTemplate, DEFAULT_RENDER_LIMITS, TemplateError } from '@gatewright/velocity';
 *
 * const endless = compileTemplate('#foreach($i in [1..1000])#foreach($j in [1..1000])x#end#end', 'long');
 * let code = '';
 * try {
 *   endless.render({ variables: {}, undefinedReferences: 'empty' }, { ...DEFAULT_RENDER_LIMITS, maxSteps: 1000 });
 * } catch (error) {
 *   if (error instanceof TemplateError) code = error.code;
 * }
 * code // → 'TEMPLATE_LIMIT'
 * ```
 */
export class RenderBudget {
  readonly limits: RenderLimits;
  #stepsLeft: number;

  constructor(limits: RenderLimits) {
    this.limits = limits;
    this.#stepsLeft = limits.maxSteps;
  }

  get stepsSpent(): number {
    return this.limits.maxSteps - this.#stepsLeft;
  }

  /**
   * Subtracts steps from the budget.
   * @throws TemplateError TEMPLATE_LIMIT if more than `maxSteps` have been spent.
   */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) {
      this.#stepsLeft = 0;
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        `rendering takes more than ${this.limits.maxSteps} steps; simplify the template`,
      );
    }
  }

  /** Reduces the budget by the cost of a text of this length. */
  spendChars(chars: number): void {
    this.spend(1 + chars / CHARS_PER_STEP);
  }

  /**
   * Checks the length of a text.
   * @throws TemplateError TEMPLATE_LIMIT if the text is longer than `maxChars`.
   */
  checkLength(chars: number): void {
    if (chars > this.limits.maxChars) {
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        `a string is longer than ${this.limits.maxChars} characters; make it shorter`,
      );
    }
  }

  /**
   * Checks the nesting of a value.
   * @throws TemplateError TEMPLATE_LIMIT if it is nested too deeply, for example because it contains itself.
   */
  checkDepth(depth: number): void {
    if (depth > MAX_VALUE_DEPTH) {
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        `a value is nested deeper than ${MAX_VALUE_DEPTH} levels; reduce the nesting`,
      );
    }
  }
}
