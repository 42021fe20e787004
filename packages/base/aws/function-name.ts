/** A function, version or alias: each has its own policy and is invoked by its own name. */
export type NamedFunction = {
  readonly functionName: string;
  /** Undefined = the function itself, `$LATEST`. */
  readonly qualifier: string | undefined;
};

/** A name, a partial or a full ARN. */
const NAMED = /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:|\d{12}:function:)?([^:]*)(?::(.+))?$/;

export function readFunctionName(named: string): NamedFunction {
  const [, functionName = '', qualifier] = NAMED.exec(named) ?? [];
  return { functionName, qualifier: qualifier === '$LATEST' ? undefined : qualifier };
}
