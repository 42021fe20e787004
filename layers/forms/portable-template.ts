/**
 * The compiled stack for deploy tools that use their own bucket. It does not contain osls's deployment bucket, and
 * refers to archives by name.
 */
import { asText, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Template } from '../edit-template.ts';

/** Environment variable that is set if a tool other than osls deploys the package. */
export const FORM_VARIABLE = 'GATEWRIGHT_FORM';

/** A function or layer, and its archive in the packaged folder. */
type Packed = { readonly logicalId: string; readonly member: 'Code' | 'Content'; readonly archive: string };

export type PortableTemplate = Template & { readonly AWSTemplateFormatVersion?: string };

const BUCKET = /^ServerlessDeploymentBucket/;
const MEMBERS: Readonly<Record<string, Packed['member']>> = {
  'AWS::Lambda::Function': 'Code',
  'AWS::Lambda::LayerVersion': 'Content',
};

/** Removes osls's deployment bucket. */
export function removeBucket({ Resources, Outputs = {} }: Template): void {
  for (const members of [Resources, Outputs])
    for (const name of Object.keys(members).filter((one) => BUCKET.test(one)))
      Reflect.deleteProperty(members, name);
}

export function listPacked({ Resources }: Template): readonly Packed[] {
  return Object.entries(Resources).flatMap(([logicalId, { Type, Properties = {} }]) => {
    const member = MEMBERS[Type];
    const code = member === undefined ? undefined : Properties[member];
    const key = isJsonObject(code) ? asText(membersOf(code)['S3Key']) : undefined;
    const archive = key?.split('/').at(-1);
    return member === undefined || archive === undefined ? [] : [{ logicalId, member, archive }];
  });
}
