import type { FunctionTarget } from '../deployment/model.ts';

/** A function, version or alias: each has its own policy and is invoked by its own name. */
export type PolicyOwner = {
  readonly functionName: string;
  /** Undefined = the function itself, `$LATEST`. */
  readonly qualifier: string | undefined;
};

/** A name, a partial or a full ARN. */
const NAMED = /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:|\d{12}:function:)?([^:]*)(?::(.+))?$/;

export function readFunctionName(named: string): PolicyOwner {
  const [, functionName = '', qualifier] = NAMED.exec(named) ?? [];
  return { functionName, qualifier: qualifier === '$LATEST' ? undefined : qualifier };
}

export function isSameFunction(a: PolicyOwner, b: PolicyOwner): boolean {
  return a.functionName === b.functionName && a.qualifier === b.qualifier;
}

/** `orders`, `orders:live` */
export function printFunctionName({ functionName, qualifier }: PolicyOwner): string {
  return qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
}

/** The owner of the policy that must permit the call: the alias or version if the ARN names one. */
export function ownerOf({ functionName, qualifier }: FunctionTarget): PolicyOwner {
  return { functionName: functionName.source, qualifier: qualifier?.source };
}
