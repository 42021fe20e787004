/** The reason why a mapping template was refused or its rendering ended. */
export type TemplateErrorCode =
  /** The text is not Velocity 1.7. */
  | 'TEMPLATE_SYNTAX'
  /**
   * The template is larger than 300 KB, is nested too deeply, or uses a directive that AWS does not have (#include,
   * #parse, #evaluate).
   */
  | 'TEMPLATE_REFUSED'
  /** A method or directive failed while rendering, as a Java exception would. */
  | 'TEMPLATE_FAILED'
  /**
   * A limit was reached, such as the steps or characters of a render, the depth of macros or values, or the digits of a
   * number.
   */
  | 'TEMPLATE_LIMIT'
  /** The same parameter was overridden twice in one render. */
  | 'TEMPLATE_OVERRIDE';

/** A place in a template. Lines and columns are counted from 1. */
export type TemplatePlace = { readonly line: number; readonly column: number };

/**
 * The only error that the template engine throws. `message` states what was expected and never contains rendered data.
 *
 * @example
 * ```ts
 * import { compileTemplate, TemplateError } from '@gatewright/velocity';
 *
 * let place = '';
 * try {
 *   compileTemplate('#if($open', 'broken');
 * } catch (error) {
 *   if (error instanceof TemplateError) place = `${error.code} ${error.line}:${error.column}`;
 * }
 * place // → 'TEMPLATE_SYNTAX 1:10'
 * ```
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly code: TemplateErrorCode;
  /** The template's name; undefined until `compileTemplate` adds it. */
  template: string | undefined;
  /**
   * The line of the error; undefined if the failing operation has no place in the source, for example a value that is
   * read by JSONPath.
   */
  line: number | undefined;
  column: number | undefined;

  constructor(code: TemplateErrorCode, message: string, place?: TemplatePlace) {
    super(message);
    this.code = code;
    this.template = undefined;
    this.line = place?.line;
    this.column = place?.column;
  }

  at(place: TemplatePlace): this {
    this.line ??= place.line;
    this.column ??= place.column;
    return this;
  }

  /** Returns the error as `name:line:column: message`, for logs and the command line. */
  describe(): string {
    const where = [this.template, this.line, this.column].filter((part) => part !== undefined).join(':');
    return where === '' ? this.message : `${where}: ${this.message}`;
  }
}

/** Creates the error for a failure during rendering for which Java would throw an exception. */
export function failure(message: string): TemplateError {
  return new TemplateError('TEMPLATE_FAILED', message);
}
