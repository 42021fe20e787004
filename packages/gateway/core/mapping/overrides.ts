/**
 * The changes that a template makes through `$context.requestOverride` and `$context.responseOverride`, in addition to
 * its text.
 */
import { printValue } from '@gatewright/velocity/java/printing';
import { isJavaNumber, JavaList, JavaMap, type JavaValue, SilentMap } from '@gatewright/velocity/java/values';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';
import { TemplateError } from '@gatewright/velocity/java/template-error';

/** The objects in which a template sets overrides, and the parts that each object has at the start. */
export const OVERRIDE_NAMES = {
  requestOverride: ['path', 'header', 'querystring'],
  responseOverride: ['header'],
} as const;

/**
 * A map whose entries may be set only once per render, because AWS responds with 5xx to the second override of a
 * parameter.
 */
export class OverrideMap extends SilentMap {
  readonly #written = new Set<JavaValue>();

  /** Sets an entry. This does not count as an override. */
  fill(key: string, value: JavaValue): void {
    super.put(key, value);
  }

  /** Lets the next template of the exchange override the same entries again. */
  startRender(): void {
    this.#written.clear();
    for (const { value } of this.entries()) if (value instanceof OverrideMap) value.startRender();
  }

  /**
   * Sets an entry as an override.
   * @throws TemplateError TEMPLATE_OVERRIDE when a key is set for the second time in a render.
   */
  override put(key: JavaValue, value: JavaValue): JavaValue {
    if (this.#written.has(key)) {
      const name = typeof key === 'string' ? key : 'parameter';
      throw new TemplateError(
        'TEMPLATE_OVERRIDE',
        `"${name}" is overridden twice; override each parameter at most once`,
      );
    }
    this.#written.add(key);
    return super.put(key, value);
  }
}

type OverriddenParameters = Readonly<Record<string, readonly string[]>>;

/** The overrides of an exchange, applied after parameter mapping. */
export type Overrides = {
  readonly request: {
    readonly header: OverriddenParameters;
    readonly path: OverriddenParameters;
    readonly querystring: OverriddenParameters;
  };
  readonly response: {
    readonly header: OverriddenParameters;
    /**
     * The status that replaces the reply's status; undefined if the template sets none. AWS ignores every value except
     * an integer from 100 to 599.
     */
    readonly status: number | undefined;
  };
};

/** Returns the overrides that all templates rendered so far have made in this `$context`. */
export function collectOverrides(context: JavaMap): Overrides {
  const budget = new RenderBudget(DEFAULT_RENDER_LIMITS);
  const request = context.get('requestOverride');
  const response = context.get('responseOverride');
  return {
    request: {
      header: parametersOf(request, 'header', budget),
      path: parametersOf(request, 'path', budget),
      querystring: parametersOf(request, 'querystring', budget),
    },
    response: { header: parametersOf(response, 'header', budget), status: statusOf(response, budget) },
  };
}

function parametersOf(overrides: JavaValue, part: string, budget: RenderBudget): OverriddenParameters {
  const values = overrides instanceof JavaMap ? overrides.get(part) : null;
  if (!(values instanceof JavaMap)) return {};
  return Object.fromEntries(
    values
      .entries()
      .map(({ key, value }) => [
        printValue(key, budget),
        value instanceof JavaList
          ? value.items.map((item) => printValue(item, budget))
          : [printValue(value, budget)],
      ]),
  );
}

function statusOf(overrides: JavaValue, budget: RenderBudget): number | undefined {
  const status = overrides instanceof JavaMap ? overrides.get('status') : null;
  if (status === null || !isJavaNumber(status)) return undefined;
  const text = printValue(status, budget);
  return /^[1-5]\d\d$/.test(text) ? Number(text) : undefined;
}
