/**
 * Compiles the directives other than #set and #if. They are loops, macros, blocks, and text that only looks like a
 * directive.
 */
import { iteratorOf } from './java/methods.ts';
import { LoopScope } from './java/values.ts';
import { failure, TemplateError } from './java/template-error.ts';
import type { Block, Directive, Expression } from './ast.ts';
import type { CompiledExpression } from './expression.ts';
import {
  BREAK,
  CompiledBlock,
  MacroVariables,
  NullElementVariables,
  type Renderer,
  type RenderState,
  STOP,
  StopSignal,
  type Variables,
} from './runtime.ts';
import { spanImages, spanLiteral } from './tokens.ts';

const MAX_MACRO_DEPTH = 20;
const MAX_DEFINE_DEPTH = 2;
const MAX_BODY_DEPTH = 20;
const BODY = 'bodyContent';

export type Macro = { readonly parameters: readonly string[]; readonly body: Renderer };

export type DirectiveCompiler = {
  readonly compileBlock: (block: Block) => Renderer;
  readonly compileArgument: (argument: Expression) => CompiledExpression;
  /**
   * Macros of the template by name. A macro is looked up when it is called, because it may be defined after its use.
   */
  readonly macros: Map<string, Macro>;
};

/**
 * Compiles a directive. Its arguments and its block are compiled first, because compiling them may change their texts.
 */
export function compileDirective(directive: Directive, compiler: DirectiveCompiler): Renderer {
  const args = directive.args.map(compiler.compileArgument);
  const block = directive.block === undefined ? undefined : compiler.compileBlock(directive.block);
  switch (directive.name) {
    case 'foreach':
      return compileForeach(directive, args, block);
    case 'macro':
      return compileMacro(directive, block, compiler.macros);
    case 'define':
      return compileDefine(directive, block);
    case 'literal':
      return compileLiteral(directive);
    case 'break':
      return compileBreak(directive, args);
    case 'stop':
      return compileStop(directive, args);
    default:
      return compileCall(directive, args, block, compiler.macros);
  }
}

function refuse(directive: Directive, expected: string): TemplateError {
  return new TemplateError('TEMPLATE_SYNTAX', `expected ${expected}`, directive.first);
}

/**
 * Returns the name of the variable that an argument refers to. As in Velocity, it is the first token of the argument
 * without its first character.
 */
function nameOf(argument: Expression): string {
  return argument.first.image.slice(1);
}

function compileForeach(
  directive: Directive,
  args: readonly CompiledExpression[],
  block: Renderer | undefined,
): Renderer {
  const [element] = directive.args;
  if (block === undefined) throw refuse(directive, '"($item in $list)" after #foreach');
  // For `#foreach($item)`, Velocity fails when the directive runs, not when it parses the template.
  if (element === undefined) return failingForeach;
  const name = args[0]?.reference?.root ?? nameOf(element);
  if (args.length === 1) return failingForeach;
  const collection = args[2]?.evaluate;
  // Without `in`, as in `#foreach($item $list)`, the loop has no iterations.
  if (collection === undefined) return () => undefined;
  const extra = args[3];
  const body: Renderer = extra === undefined ? block : (extra.reference?.render ?? (() => undefined));
  return (state, variables) => {
    const value = collection(state, variables);
    const iterator = value === null ? undefined : iteratorOf(value, state.budget);
    if (iterator === undefined) return;
    const saved = LOOP_NAMES(name).map((each) => [each, variables.get(each)] as const);
    const loop = new LoopScope(variables.get('foreach'));
    variables.put('foreach', loop);
    let nullVariables: Variables | undefined;
    for (let count = 0; count < state.budget.limits.maxIterations && iterator.hasNext(); count += 1) {
      state.budget.spend(1);
      variables.put('velocityCount', count + 1);
      const item = iterator.next();
      variables.put('velocityHasNext', iterator.hasNext());
      variables.put(name, item);
      loop.index = count;
      loop.hasNext = iterator.hasNext();
      const scope = item === null ? (nullVariables ??= new NullElementVariables(name, variables)) : variables;
      if (!runRound(body, state, scope, loop)) break;
    }
    leaveLoop(variables, saved);
  };
}

const failingForeach: Renderer = () => {
  throw failure('#foreach has no collection; expected "($item in $list)"');
};

const LOOP_NAMES = (element: string) => [element, 'velocityCount', 'velocityHasNext'];

/** Runs the body of a loop once. Returns false if #break ends this loop. */
function runRound(body: Renderer, state: RenderState, variables: Variables, loop: LoopScope): boolean {
  try {
    body(state, variables);
    return true;
  } catch (error) {
    if (error instanceof StopSignal && error.endsAt(loop)) return false;
    throw error;
  }
}

function leaveLoop(
  variables: Variables,
  saved: readonly (readonly [string, ReturnType<Variables['get']>])[],
): void {
  for (const [name, value] of saved) restore(variables, name, value);
  const loop = variables.get('foreach');
  if (loop instanceof LoopScope) restore(variables, 'foreach', loop.parent ?? loop.replaced);
}

function restore(variables: Variables, name: string, value: ReturnType<Variables['get']>): void {
  if (value === null) variables.remove(name);
  else variables.put(name, value);
}

function compileMacro(
  directive: Directive,
  body: Renderer | undefined,
  macros: Map<string, Macro>,
): Renderer {
  const [name, ...parameters] = directive.args.map((arg) => arg.first.image);
  if (name === undefined || body === undefined) throw refuse(directive, 'a name after #macro(');
  // If a name is defined several times, the first definition is used.
  if (!macros.has(name))
    macros.set(name, { parameters: parameters.map((text) => text.replace(/^\$/, '')), body });
  return () => undefined;
}

function compileDefine(directive: Directive, block: Renderer | undefined): Renderer {
  const [target] = directive.args;
  if (block === undefined || target === undefined || directive.args.length !== 1) {
    throw refuse(directive, 'exactly one reference as the argument of #define');
  }
  const name = nameOf(target);
  return (state, variables) =>
    variables.put(name, new CompiledBlock(block, MAX_DEFINE_DEPTH, state, variables));
}

function compileLiteral(directive: Directive): Renderer {
  const [argument] = directive.args;
  const shown = argument ?? directive.block;
  const text = shown === undefined ? undefined : spanLiteral(shown);
  if (text === undefined) throw refuse(directive, 'text in the block of #literal()');
  return (state) => state.write(text);
}

function compileBreak(directive: Directive, args: readonly CompiledExpression[]): Renderer {
  if (args.length > 1) throw refuse(directive, 'at most one argument of #break');
  const [target] = args;
  if (target === undefined) {
    return () => {
      throw BREAK;
    };
  }
  return (state, variables) => {
    const loop = target.evaluate(state, variables);
    if (loop instanceof LoopScope) throw new StopSignal(loop);
    throw failure('the argument of #break is not a loop; expected $foreach or its parent');
  };
}

function compileStop(directive: Directive, args: readonly CompiledExpression[]): Renderer {
  if (args.length > 1) throw refuse(directive, 'at most one argument of #stop');
  return (state, variables) => {
    args[0]?.evaluate(state, variables);
    throw STOP;
  };
}

/** Compiles `#name(…)` and `#@name(…) … #end`: a call to a macro, or plain text if no macro has this name. */
function compileCall(
  directive: Directive,
  args: readonly CompiledExpression[],
  block: Renderer | undefined,
  macros: ReadonlyMap<string, Macro>,
): Renderer {
  const hasBody = directive.name.startsWith('@');
  if (hasBody && block === undefined) return (state) => state.write(`#${directive.name}`);
  const name = hasBody ? directive.name.slice(1) : directive.name;
  const hasWord = directive.args.some((arg) => arg.kind === 'word');
  const passed = args.map((arg, at) => ({ arg, literal: literalOf(directive.args[at]) }));
  let source: string | undefined;
  return (state, variables) => {
    const macro = macros.get(name);
    if (macro === undefined) {
      state.write((source ??= spanImages(directive)));
      return;
    }
    if (hasWord) throw failure(`macro #${name} is called with a bare word; expected values or references`);
    const scope = new MacroVariables(variables);
    macro.parameters.forEach((parameter, at) => {
      const given = passed[at];
      if (given !== undefined) passArgument(scope, parameter, given, state, variables);
    });
    if (block !== undefined)
      scope.passValue(BODY, new CompiledBlock(block, MAX_BODY_DEPTH, state, variables));
    callMacro(macro, name, state, scope);
  };
}

type Passed = { readonly arg: CompiledExpression; readonly literal: string | undefined };

/** Returns the literal text of an argument; undefined for a constant, because a constant is passed by value. */
function literalOf(argument: Expression | undefined): string | undefined {
  switch (argument?.kind) {
    case 'reference':
    case 'string':
    case 'range':
    case 'list':
    case 'map':
      return spanLiteral(argument);
    default:
      return undefined;
  }
}

function passArgument(
  scope: MacroVariables,
  parameter: string,
  { arg, literal }: Passed,
  state: RenderState,
  caller: Variables,
): void {
  const { reference } = arg;
  if (literal === undefined) scope.passValue(parameter, arg.evaluate(state, caller));
  else if (reference !== undefined && !reference.hasParts) {
    scope.passExpression(parameter, () => caller.get(reference.root), literal);
  } else scope.passExpression(parameter, () => arg.evaluate(state, caller), literal);
}

function callMacro(macro: Macro, name: string, state: RenderState, scope: Variables): void {
  if (state.macroDepth === MAX_MACRO_DEPTH) {
    throw new TemplateError(
      'TEMPLATE_LIMIT',
      `macro #${name} is nested deeper than ${MAX_MACRO_DEPTH} calls`,
    );
  }
  state.macroDepth += 1;
  try {
    macro.body(state, scope);
  } catch (error) {
    if (error instanceof StopSignal && error.endsAt(undefined)) return;
    throw error;
  }
  state.macroDepth -= 1;
}
