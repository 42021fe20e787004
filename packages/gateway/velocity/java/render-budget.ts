import { TemplateError } from './template-error.ts';

/**
 * The limits of one render. AWS publishes the first and the template size; the others are the gateway's own.
 */
export type RenderLimits = {
  /** The iterations of one #foreach; the loop then ends, as with Velocity's `directive.foreach.maxloops`. */
  readonly maxIterations: number;
  /** Nodes rendered, elements copied, characters scanned by regular expressions. */
  readonly maxSteps: number;
  /** Characters in the output, and in any intermediate string. */
  readonly maxChars: number;
};

/**
 * AWS: 1,000 iterations. An integration payload is at most 10 MB; steps keep a hostile template under about a second.
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

/** Making or scanning this many characters costs one step. */
const CHARS_PER_STEP = 16;

/** The depth of values that are printed, compared, read or written. */
export const MAX_VALUE_DEPTH = 200;

/**
 * What one render may still spend. Every loop over data pays into it, so no input can hang the gateway.
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

  /** @throws TemplateError TEMPLATE_LIMIT once more than `maxSteps` have been spent. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) {
      this.#stepsLeft = 0;
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        `rendering takes more than ${this.limits.maxSteps} steps; expected a template that does less work`,
      );
    }
  }

  /** Charges for a text of that length. */
  spendChars(chars: number): void {
    this.spend(1 + chars / CHARS_PER_STEP);
  }

  /** @throws TemplateError TEMPLATE_LIMIT for a text over the limit. */
  checkLength(chars: number): void {
    if (chars > this.limits.maxChars) {
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        `a string exceeds ${this.limits.maxChars} characters; expected a smaller result`,
      );
    }
  }

  /** @throws TemplateError TEMPLATE_LIMIT for values that contain themselves or are nested too deep. */
  checkDepth(depth: number): void {
    if (depth > MAX_VALUE_DEPTH) {
      throw new TemplateError(
        'TEMPLATE_LIMIT',
        `a value is nested deeper than ${MAX_VALUE_DEPTH} levels; expected a flatter one`,
      );
    }
  }
}
