/** A function, version or alias. Each has its own policy and is invoked by its own name. */
export type NamedFunction = {
  readonly functionName: string;
  /** Undefined means the function itself, `$LATEST`. */
  readonly qualifier: string | undefined;
};

/** All parts of a function's name, as far as the name contains them. */
type FunctionNameParts = {
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  readonly functionName: string;
  /** The qualifier as written, which may be `$LATEST`. */
  readonly qualifier: string | undefined;
};

/** Matches a full ARN. An ARN that ends with `function` names a function of this name [obs]. */
const ARN = /^arn:[^:]*:lambda:([^:]*):([^:]*):(?:function:)?((?<=function:)[^:]*|function)(?::(.+))?$/;
/** Matches a name or a partial ARN, such as `123456789012:function:orders:live`. */
const PARTIAL = /^(?:([a-z]{2,4}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([^:]*)(?::(.+))?$/;

export function parseFunctionName(named: string): FunctionNameParts {
  const [, region, accountId, functionName = '', qualifier] = ARN.exec(named) ?? PARTIAL.exec(named) ?? [];
  return { region, accountId, functionName, qualifier };
}

export function readFunctionName(named: string): NamedFunction {
  const { functionName, qualifier } = parseFunctionName(named);
  return { functionName, qualifier: qualifier === '$LATEST' ? undefined : qualifier };
}
