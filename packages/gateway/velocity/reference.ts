/** Compiles references such as `$a.b(c)[d]`, including quiet, formal and escaped references. */
import { callMethod, getIndex, getProperty, setIndex, setProperty } from './java/methods.ts';
import { printValue } from './java/printing.ts';
import type { JavaValue } from './java/values.ts';
import type { Reference, ReferencePart } from './ast.ts';
import { CompiledBlock, type Evaluator, type Renderer, type RenderState, type Variables } from './runtime.ts';
import { spanLiteral, type Token } from './tokens.ts';

/** Compiles expressions inside a reference. The function is passed in, because expressions also contain references. */
type CompileValue = (value: Extract<ReferencePart, { kind: 'index' }>['index']) => Evaluator;

type Step = (state: RenderState, variables: Variables, self: JavaValue) => JavaValue;

export type CompiledReference = {
  readonly root: string;
  readonly literal: string;
  readonly hasParts: boolean;
  readonly evaluate: Evaluator;
  readonly render: Renderer;
  /** Assigns a value to the reference, for #set. */
  readonly assign: (state: RenderState, variables: Variables, value: JavaValue) => void;
};

/** The notation of a reference. It determines what is printed if the reference has no value. */
type Notation = {
  readonly kind: 'value' | 'runt' | 'slashBang';
  readonly root: string;
  readonly isEscaped: boolean;
  /** The backslashes that are printed before `$`: half as many as in the source, rounded down. */
  readonly escapes: string;
  /** The text before the last `$`, which is not part of the reference. */
  readonly before: string;
  /** The text that is printed if there is no value. */
  readonly fallback: string;
};

/** Reads the notation from the tokens and, like Velocity, removes escapes from the first token. */
function readNotation(reference: Reference): Notation {
  const { first } = reference;
  const plain = { kind: 'value' as const, isEscaped: false, escapes: '', before: '' };
  if (first.image.includes('\\!')) {
    const text = withoutOneBackslash(first.image);
    return { ...plain, kind: 'slashBang', root: text, fallback: text };
  }
  const slashes = /^\\*/.exec(first.image)?.[0].length ?? 0;
  first.image = first.image.slice(slashes);
  const dollar = Math.max(0, first.image.lastIndexOf('$'));
  const before = first.image.slice(0, dollar);
  first.image = first.image.slice(dollar);
  const isEscaped = slashes % 2 === 1;
  const escapes = '\\'.repeat(Math.floor(slashes / 2));
  const isQuiet = first.image.startsWith('$!');
  return {
    kind: first.image.startsWith('$') ? 'value' : 'runt',
    root: rootOf(first),
    isEscaped,
    escapes,
    before,
    fallback: isQuiet && !isEscaped ? '' : (spanLiteral(reference) ?? ''),
  };
}

/** Removes one backslash after the `$`. For example, `$\\!x` becomes `$\!x`. */
function withoutOneBackslash(image: string): string {
  const start = image.indexOf('\\', image.indexOf('$'));
  return image.slice(0, start) + image.slice(start + 1);
}

function rootOf(first: Token): string {
  const { image, next } = first;
  if (image.startsWith('$!{') || image === '${') return next?.image ?? '';
  if (image.startsWith('$!')) return image.slice(2);
  return image.startsWith('$') ? image.slice(1) : image;
}

/**
 * Compiles a reference. Its parts are compiled first, because compiling them may change their texts, and the text of
 * the reference contains these texts.
 */
export function compileReference(reference: Reference, compileValue: CompileValue): CompiledReference {
  const steps = reference.parts.map((part) => compilePart(part, compileValue));
  const notation = readNotation(reference);
  const { root } = notation;
  const evaluate: Evaluator = (state, variables) => {
    const missing = state.undefinedReferences === 'empty' ? '' : null;
    let value = variables.get(root);
    for (const step of steps) {
      if (value === null) return missing;
      value = step(state, variables, value);
    }
    return value ?? missing;
  };
  const isComputable = notation.kind === 'value';
  return {
    root,
    literal: spanLiteral(reference) ?? '',
    hasParts: steps.length > 0,
    evaluate: isComputable ? evaluate : () => null,
    render: notation.kind === 'runt' ? (state) => state.write(root) : renderReference(notation, evaluate),
    assign: compileAssignment(reference, root, steps, compileValue),
  };
}

function renderReference({ isEscaped, escapes, before, fallback }: Notation, evaluate: Evaluator): Renderer {
  const missing = escapes + escapes + before;
  return (state, variables) => {
    const value = evaluate(state, variables);
    if (isEscaped) {
      const text = variables.literalOf(fallback) ?? fallback;
      state.write(escapes + (value === null ? '\\' : '') + text);
      return;
    }
    if (value instanceof CompiledBlock) {
      if (value.renderInto(state, variables)) return;
    } else if (value !== null) {
      state.write(escapes + before + printValue(value, state.budget));
      return;
    }
    state.write(missing + (variables.literalOf(fallback) ?? fallback));
  };
}

function compilePart(part: ReferencePart, compileValue: CompileValue): Step {
  switch (part.kind) {
    case 'property':
      return (state, _, self) => getProperty(self, part.name, state.budget) ?? null;
    case 'index': {
      const index = compileValue(part.index);
      return (state, variables, self) => getIndex(self, index(state, variables), state.budget) ?? null;
    }
    case 'method': {
      const args = part.args.map(compileValue);
      return (state, variables, self) => {
        const values = args.map((arg) => arg(state, variables));
        return callMethod(self, part.name, values, state.budget) ?? null;
      };
    }
  }
}

function compileAssignment(
  reference: Reference,
  root: string,
  steps: readonly Step[],
  compileValue: CompileValue,
): CompiledReference['assign'] {
  const last = reference.parts.at(-1);
  // As in Velocity, the name of the variable is the first token without its first character. `#set(${x} = 1)` therefore
  // sets the variable `{` and not `x`.
  const { first } = reference;
  if (last === undefined) return (_, variables, value) => variables.put(first.image.slice(1), value);
  const index = last.kind === 'index' ? compileValue(last.index) : undefined;
  const owners = steps.slice(0, -1);
  return (state, variables, value) => {
    let owner = variables.get(root);
    for (const step of owners) {
      if (owner === null) return;
      owner = step(state, variables, owner);
    }
    if (owner === null) return;
    if (last.kind !== 'index') setProperty(owner, last.name, value);
    else if (index !== undefined) setIndex(owner, index(state, variables), value, state.budget);
  };
}
