/**
 * Velocity 1.7 templates, compiled once to closures. Apache Velocity gives the same results, except where AWS's
 * results differ (test/fixtures/velocity has the results of the original). As on AWS, #include, #parse, #evaluate and
 * reflection do not exist.
 */
import { type JavaValue } from './java/values.ts';
import { DEFAULT_RENDER_LIMITS, RenderBudget, type RenderLimits } from './java/render-budget.ts';
import { TemplateError, type TemplatePlace } from './java/template-error.ts';
import type { Block, Expression, Statement } from './ast.ts';
import { compileDirective, type DirectiveCompiler, type Macro } from './directive.ts';
import { type CompiledExpression, compileExpression } from './expression.ts';
import { parseVelocity } from './parser.ts';
import { compileReference } from './reference.ts';
import {
  type Condition,
  GlobalVariables,
  type Renderer,
  RenderState,
  StopSignal,
  type UndefinedReferences,
} from './runtime.ts';
import { type Token, tokenLiteral } from './tokens.ts';

/** AWS's limit for the size of a mapping template. */
const MAX_TEMPLATE_BYTES = 300 * 1024;

export type RenderScope = {
  /** Variables by name, without `$`. The template may change the maps and lists in them. */
  readonly variables: Readonly<Record<string, JavaValue>>;
  readonly undefinedReferences: UndefinedReferences;
};

export type CompiledTemplate = {
  readonly name: string;
  /** The source text; undefined if the template was not compiled from a text. */
  readonly source?: string;
  /**
   * Renders the template. Calls share no state, so they may run in any order.
   * @throws TemplateError TEMPLATE_FAILED if a method fails, TEMPLATE_LIMIT if a limit is exceeded, or
   * TEMPLATE_OVERRIDE if a parameter is overridden twice
   */
  readonly render: (scope: RenderScope, limits?: RenderLimits) => string;
};

/**
 * Compiles a template. `name` identifies the template in errors.
 * @throws TemplateError TEMPLATE_SYNTAX, TEMPLATE_REFUSED or TEMPLATE_LIMIT, with line and column if it has a place.
 *
 * @example
 * ```ts
 * import { compileTemplate, toJavaValue } from '@gatewright/velocity';
 *
 * const template = compileTemplate('Hello $user.name.toUpperCase()', 'greeting');
 * const variables = { user: toJavaValue({ name: 'Ann' }) };
 * template.render({ variables, undefinedReferences: 'empty' }) // → 'Hello ANN'
 * ```
 */
export function compileTemplate(source: string, name: string): CompiledTemplate {
  return {
    name,
    source,
    render: guarded(name, () => {
      const bytes = Buffer.byteLength(source);
      if (bytes > MAX_TEMPLATE_BYTES) {
        const message = `the template has ${bytes} bytes; expected at most ${MAX_TEMPLATE_BYTES}`;
        throw new TemplateError('TEMPLATE_REFUSED', message);
      }
      const render = new TemplateCompiler().compile(source);
      return (scope, limits) =>
        guarded(name, () => renderTemplate(render, scope, limits ?? DEFAULT_RENDER_LIMITS));
    }),
  };
}

/**
 * Adds the template's name to errors. An overflow of the call stack is reported as TEMPLATE_LIMIT, because it can occur
 * before a nesting limit is exceeded.
 */
function guarded<Result>(name: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const failed =
      error instanceof RangeError
        ? new TemplateError('TEMPLATE_LIMIT', 'the template is nested too deeply; reduce the nesting')
        : error;
    if (failed instanceof TemplateError) failed.template ??= name;
    throw failed;
  }
}

function renderTemplate(render: Renderer, scope: RenderScope, limits: RenderLimits): string {
  const state = new RenderState(new RenderBudget(limits), scope.undefinedReferences);
  try {
    render(state, new GlobalVariables(Object.entries(scope.variables)));
  } catch (error) {
    if (error instanceof TemplateError) throw error.at(state.place);
    // #stop, and #break outside of any block, end the rendering without an error.
    if (!(error instanceof StopSignal)) throw error;
  }
  return state.output;
}

class TemplateCompiler implements DirectiveCompiler {
  readonly macros = new Map<string, Macro>();
  readonly #macroNames = new Set<string>();
  /** The current nesting depth of templates. A string that contains references is itself a template. */
  #depth = 0;

  compile(source: string): Renderer {
    return this.compileBlock(parseVelocity(source, this.#macroNames, this.#depth));
  }

  readonly #compileText = (source: string, place: Token): Renderer => {
    this.#depth += 1;
    try {
      return this.compile(source);
    } catch (error) {
      // Places inside a string are counted from the start of the string, so they are converted to places in the
      // template.
      if (error instanceof TemplateError) throw moved(error, place);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  };

  readonly compileArgument = (argument: Expression): CompiledExpression =>
    compileExpression(argument, this.#compileText);

  readonly compileBlock = (block: Block): Renderer => {
    const renderers = mergeTexts(block.statements.map((statement) => this.#statement(statement)));
    const [only] = renderers;
    if (only === undefined) return () => undefined;
    if (renderers.length === 1) return only;
    return (state, variables) => {
      for (const render of renderers) render(state, variables);
    };
  };

  /** Compiles a statement. For constant text, it returns the text itself. */
  #statement(statement: Statement): Renderer | string {
    switch (statement.kind) {
      case 'text':
        return tokenLiteral(statement.first);
      case 'textblock':
        return statement.first.image.slice('#[['.length, -']]#'.length);
      case 'comment':
        return beforeComment(statement.first.image);
      case 'escaped':
        return statement.text;
      default:
        return placed(statement.first, this.#active(statement));
    }
  }

  #active(statement: Exclude<Statement, { kind: 'text' | 'textblock' | 'comment' | 'escaped' }>): Renderer {
    switch (statement.kind) {
      case 'reference':
        return compileReference(statement, (value) => this.compileArgument(value).evaluate).render;
      case 'set': {
        const target = compileReference(statement.target, (value) => this.compileArgument(value).evaluate);
        const { evaluate } = this.compileArgument(statement.value);
        return (state, variables) => {
          const value = evaluate(state, variables);
          // Null is not assigned, so the variable keeps its value.
          if (value !== null) target.assign(state, variables, value);
        };
      }
      case 'if':
        return this.#if(statement);
      case 'directive':
        return compileDirective(statement, this);
    }
  }

  #if({ branches, otherwise }: Extract<Statement, { kind: 'if' }>): Renderer {
    const compiled = branches.map(({ condition, block }): readonly [Condition, Renderer] => [
      this.compileArgument(condition).holds,
      this.compileBlock(block),
    ]);
    const last = otherwise === undefined ? undefined : this.compileBlock(otherwise);
    return (state, variables) => {
      for (const [holds, render] of compiled)
        if (holds(state, variables)) {
          render(state, variables);
          return;
        }
      last?.(state, variables);
    };
  }
}

/**
 * Returns the text before a comment. The lexer reads a `$` or `$!` and the start of the comment as one token, so the
 * `$` or `$!` is printed with the comment.
 */
function beforeComment(image: string): string {
  const start = image.includes('##') ? image.indexOf('##') : image.indexOf('#*');
  return image.slice(0, Math.max(0, start));
}

function moved(error: TemplateError, place: TemplatePlace): TemplateError {
  if (error.line === undefined || error.column === undefined) return error.at(place);
  if (error.line === 1) error.column += place.column;
  error.line += place.line - 1;
  return error;
}

function placed(place: TemplatePlace, render: Renderer): Renderer {
  return (state, variables) => {
    state.place = place;
    state.budget.spend(1);
    render(state, variables);
  };
}

function mergeTexts(parts: readonly (Renderer | string)[]): Renderer[] {
  const renderers: Renderer[] = [];
  let text = '';
  const flush = () => {
    const constant = text;
    text = '';
    if (constant !== '') renderers.push((state) => state.write(constant));
  };
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    flush();
    renderers.push(part);
  }
  flush();
  return renderers;
}
