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

/** Where the functions of a stack are. The region is undefined for a template that may be deployed anywhere. */
export type FunctionHome = { readonly accountId: string; readonly region: string | undefined };

/**
 * Reads the name of a function.
 * @param home account and region of the stack. A function of another account or region gets its whole ARN as its name,
 * so that it is not mistaken for a function of the stack
 */
export function readFunctionName(named: string, home?: FunctionHome): NamedFunction {
  const { functionName, qualifier, ...place } = parseFunctionName(named);
  const isElsewhere = home !== undefined && functionName !== '' && isInOtherPlace(place, home);
  return {
    functionName: isElsewhere ? withoutQualifier(named, qualifier) : functionName,
    qualifier: qualifier === '$LATEST' ? undefined : qualifier,
  };
}

/**
 * Returns whether a name contains an account or a region that differs from the account or region of the stack's
 * functions.
 */
export function isInOtherPlace(
  { accountId, region }: Pick<FunctionNameParts, 'accountId' | 'region'>,
  home: FunctionHome,
): boolean {
  const isOther = (written: string | undefined, own: string | undefined): boolean =>
    written !== undefined && written !== '' && own !== undefined && written !== own;
  return isOther(accountId, home.accountId) || isOther(region, home.region);
}

function withoutQualifier(named: string, qualifier: string | undefined): string {
  return qualifier === undefined ? named : named.slice(0, -qualifier.length - 1);
}
