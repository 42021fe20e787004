/** How templates and calls name a function, a version or an alias. */
import type { FunctionTarget } from '../deployment/model.ts';

/** What has a policy of its own, and is invoked by its own name: a function, each of its versions and aliases. */
export type PolicyOwner = {
  readonly functionName: string;
  /** Undefined = of the function itself, `$LATEST`. */
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

/** Whose policy is asked for leave: that of the alias or version where the ARN names one. */
export function ownerOf({ functionName, qualifier }: FunctionTarget): PolicyOwner {
  return { functionName: functionName.source, qualifier: qualifier?.source };
}
