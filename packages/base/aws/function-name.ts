/** A function, version or alias. Each has its own policy and is invoked by its own name. */
export type NamedFunction = {
  readonly functionName: string;
  /** Undefined means the function itself, `$LATEST`. */
  readonly qualifier: string | undefined;
};

/** Matches a name, a partial ARN or a full ARN. */
const NAMED = /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:|\d{12}:function:)?([^:]*)(?::(.+))?$/;

export function readFunctionName(named: string): NamedFunction {
  const [, functionName = '', qualifier] = NAMED.exec(named) ?? [];
  return { functionName, qualifier: qualifier === '$LATEST' ? undefined : qualifier };
}
