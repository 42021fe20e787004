/** The configuration of a function's published versions, as calls that read a version return it (docs/aws §22.2). */
import { asText } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { resourcesOf } from '../../control-resource.ts';
import type { FunctionCodes } from './code-facts.ts';
import { printConfiguration } from './function-configuration.ts';
import { LATEST } from './lambda-target.ts';
import type { FoundFunction } from './lambda-target.ts';
import { revisionOf } from './revision.ts';

type PublishedVersion = { readonly version: string; readonly description: string | undefined };

type Qualified = {
  readonly version: string;
  /** The ARN with the qualifier in the call. */
  readonly arn: string;
};

/** Returns the versions of a function that the stacks define, the oldest first. */
export function versionsOf(
  stacks: readonly ResolvedStack[],
  functionName: string,
): readonly PublishedVersion[] {
  const start = `:function:${functionName}:`;
  return resourcesOf(stacks, ['AWS::Lambda::Version'])
    .filter(({ physicalId }) => physicalId.includes(start))
    .map(({ physicalId, properties }) => ({
      version: physicalId.slice(physicalId.indexOf(start) + start.length),
      description: asText(properties['Description']),
    }))
    .toSorted((a, b) => Number(a.version) - Number(b.version));
}

/**
 * Formats the configuration of a function for a call that names a qualifier, which may be `$LATEST`. A version has a
 * revision of its own, and it has the description of the function if it was published without one.
 */
export function printQualified(
  found: FoundFunction,
  { version, arn }: Qualified,
  { codes, stacks }: { readonly codes: FunctionCodes; readonly stacks: readonly ResolvedStack[] },
): { readonly RevisionId: string } {
  const whole = { ...printConfiguration(found, codes), FunctionArn: arn };
  if (version === LATEST) return whole;
  const published = versionsOf(stacks, found.definition.name).find((one) => one.version === version);
  const description = published?.description;
  const ofVersion = {
    Version: version,
    ...(description !== undefined && { Description: description }),
    RevisionId: revisionOf(`${whole.RevisionId} ${version} ${description ?? ''}`),
  };
  return { ...whole, ...ofVersion };
}
