import type { Span, Token } from './tokens.ts';

export type BinaryOperator =
  | 'or'
  | 'and'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'gt'
  | 'le'
  | 'ge'
  | 'plus'
  | 'minus'
  | 'multiply'
  | 'divide'
  | 'modulo';

/** A part of a reference after its root: `.name`, `.name(…)` or `[…]`. */
export type ReferencePart =
  | { readonly kind: 'property'; readonly name: string; readonly first: Token }
  | {
      readonly kind: 'method';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly first: Token;
    }
  | { readonly kind: 'index'; readonly index: Expression; readonly first: Token };

/** A reference such as `$a.b[0]`. */
export type Reference = Span & { readonly kind: 'reference'; readonly parts: readonly ReferencePart[] };

/** An expression. It is used as a value or as the condition of an #if. */
export type Expression =
  | Reference
  | (Span & { readonly kind: 'string' | 'integer' | 'float' | 'true' | 'false' | 'word' })
  | (Span & { readonly kind: 'range'; readonly from: Expression; readonly to: Expression })
  | (Span & { readonly kind: 'list'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] })
  | (Span & { readonly kind: 'not'; readonly operand: Expression })
  | (Span & { readonly kind: 'group'; readonly inner: Expression })
  | (Span & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    });

/** The statements up to the #end, #else or end of the enclosing block. */
export type Block = Span & { readonly kind: 'block'; readonly statements: readonly Statement[] };

export type Branch = { readonly condition: Expression; readonly block: Block };

/**
 * A directive other than #set and #if, written as `#name`. It is a built-in directive, a macro definition, a macro
 * call, or text that looks like one of these.
 */
export type Directive = Span & {
  readonly kind: 'directive';
  readonly name: string;
  readonly args: readonly Expression[];
  /**
   * The block of #foreach, #macro, #define, #literal or `#@macro`; undefined for all other directives, and for a
   * directive without parentheses.
   */
  readonly block: Block | undefined;
};

export type Statement =
  | (Span & { readonly kind: 'text' | 'textblock' | 'comment' })
  /** Text whose escapes are resolved. */
  | (Span & { readonly kind: 'escaped'; readonly text: string })
  | Reference
  | (Span & { readonly kind: 'set'; readonly target: Reference; readonly value: Expression })
  | (Span & {
      readonly kind: 'if';
      readonly branches: readonly Branch[];
      readonly otherwise: Block | undefined;
    })
  | Directive;
