/** Defines the state of a render, which consists of variables in their scopes, output and budget. */
import { type JavaValue, type LoopScope, RenderedBlock } from './java/values.ts';
import type { RenderBudget } from './java/render-budget.ts';
import type { TemplatePlace } from './java/template-error.ts';

export type Renderer = (state: RenderState, variables: Variables) => void;
export type Evaluator = (state: RenderState, variables: Variables) => JavaValue;
export type Condition = (state: RenderState, variables: Variables) => boolean;

/** The variables visible to a part of a template. A name without a value is null. */
export interface Variables {
  get(name: string): JavaValue;
  put(name: string, value: JavaValue): void;
  remove(name: string): void;
  /**
   * Returns the text of the argument that a macro's caller has passed for a parameter. It is printed if the parameter
   * has no value.
   */
  literalOf(reference: string): string | undefined;
}

/** The variables that are passed to the render, and the variables that the template sets. */
export class GlobalVariables implements Variables {
  readonly #values: Map<string, JavaValue>;

  constructor(values: Iterable<readonly [string, JavaValue]>) {
    this.#values = new Map(values);
  }

  get(name: string): JavaValue {
    return this.#values.get(name) ?? null;
  }

  put(name: string, value: JavaValue): void {
    this.#values.set(name, value);
  }

  remove(name: string): void {
    this.#values.delete(name);
  }

  literalOf(): undefined {
    return undefined;
  }
}

/**
 * The variables of a macro. Its parameters are expressions of the caller. They are evaluated in the caller's scope each
 * time they are used. Constants are passed by value.
 */
export class MacroVariables implements Variables {
  readonly #outer: Variables;
  readonly #local = new Map<string, JavaValue>();
  readonly #byName = new Map<string, () => JavaValue>();
  readonly #literals = new Map<string, string>();

  constructor(outer: Variables) {
    this.#outer = outer;
  }

  passValue(name: string, value: JavaValue): void {
    this.#local.set(name, value);
  }

  passExpression(name: string, evaluate: () => JavaValue, literal: string): void {
    this.#byName.set(name, evaluate);
    this.#literals.set(`$${name}`, literal);
  }

  get(name: string): JavaValue {
    const local = this.#local.get(name) ?? null;
    if (local !== null) return local;
    const evaluate = this.#byName.get(name);
    return evaluate === undefined ? this.#outer.get(name) : evaluate();
  }

  /** Sets a variable. Variables that a macro sets are also visible outside the macro. */
  put(name: string, value: JavaValue): void {
    this.#local.set(name, value);
    this.#outer.put(name, value);
  }

  remove(name: string): void {
    this.#local.delete(name);
    this.#byName.delete(name);
    this.#outer.remove(name);
  }

  literalOf(reference: string): string | undefined {
    return this.#literals.get(reference) ?? this.#outer.literalOf(reference);
  }
}

/**
 * Hides the loop variable as long as its element is null, so that an outer variable of the same name is not used
 * instead.
 */
export class NullElementVariables implements Variables {
  readonly #hidden: string;
  readonly #outer: Variables;
  #isHidden = true;

  constructor(hidden: string, outer: Variables) {
    this.#hidden = hidden;
    this.#outer = outer;
  }

  get(name: string): JavaValue {
    return this.#isHidden && name === this.#hidden ? null : this.#outer.get(name);
  }

  put(name: string, value: JavaValue): void {
    if (name === this.#hidden && value === null) this.#isHidden = true;
    this.#outer.put(name, value);
  }

  remove(name: string): void {
    if (name === this.#hidden) this.#isHidden = false;
    this.#outer.remove(name);
  }

  literalOf(reference: string): string | undefined {
    return this.#outer.literalOf(reference);
  }
}

/**
 * How a reference without a value is printed. `source` prints its source, as in Velocity. `empty` prints nothing, as on
 * AWS.
 */
export type UndefinedReferences = 'source' | 'empty';

/** The state of one render, with its output and remaining budget. */
export class RenderState {
  readonly budget: RenderBudget;
  readonly undefinedReferences: UndefinedReferences;
  /**
   * The nesting depth of the running macro calls. As in Velocity, it is not reduced if a macro call ends because of
   * #break.
   */
  macroDepth = 0;
  place: TemplatePlace = { line: 1, column: 1 };
  #output = '';

  constructor(budget: RenderBudget, undefinedReferences: UndefinedReferences) {
    this.budget = budget;
    this.undefinedReferences = undefinedReferences;
  }

  get output(): string {
    return this.#output;
  }

  write(text: string): void {
    this.#output += text;
    // Text costs budget even if it is captured or discarded.
    this.budget.spendChars(text.length);
    this.budget.checkLength(this.#output.length);
  }

  /** Returns the output of `render` instead of printing it. */
  capture(render: () => void): string {
    const before = this.#output;
    this.#output = '';
    try {
      render();
      return this.#output;
    } finally {
      this.#output = before;
    }
  }
}

/** Thrown to execute #break or #stop. It is an exception, because the directive may run while a value is evaluated. */
export class StopSignal extends Error {
  readonly #target: 'nearest' | 'template' | LoopScope;

  constructor(target: 'nearest' | 'template' | LoopScope) {
    super('stop');
    this.#target = target;
  }

  /** Whether the signal ends at the given loop. If `loop` is undefined, whether it ends at a macro or block. */
  endsAt(loop: LoopScope | undefined): boolean {
    return this.#target === 'nearest' || (loop !== undefined && this.#target === loop);
  }
}

/**
 * The signal of #break. Like STOP, it is created only once, because the stack trace of a new error would cost more than
 * the rest of the template.
 */
export const BREAK = new StopSignal('nearest');
export const STOP = new StopSignal('template');

/** A block that is a value, from #define or from the body of a `#@macro`. */
export class CompiledBlock extends RenderedBlock {
  readonly #body: Renderer;
  readonly #maxDepth: number;
  #depth = 0;

  constructor(body: Renderer, maxDepth: number, state: RenderState, variables: Variables) {
    super(() => {
      if (this.#depth >= this.#maxDepth) return null;
      return state.capture(() => this.renderInto(state, variables));
    });
    this.#body = body;
    this.#maxDepth = maxDepth;
  }

  /** Renders the block. Returns false, without any output, if the block contains itself more than `maxDepth` times. */
  renderInto(state: RenderState, variables: Variables): boolean {
    if (this.#depth >= this.#maxDepth) return false;
    this.#depth += 1;
    try {
      this.#body(state, variables);
    } catch (error) {
      if (!(error instanceof StopSignal && error.endsAt(undefined))) throw error;
    } finally {
      this.#depth -= 1;
    }
    return true;
  }
}
