/**
 * Prints the stack with its archives in a bucket that parameters name. CDK, Terraform and CloudFormation itself can
 * deploy this form.
 */
import { listPacked } from './portable-template.ts';
import type { PortableTemplate } from './portable-template.ts';

const PARAMETERS = {
  CodeBucket: { Type: 'String', Description: 'S3 bucket of the archives, in the region of the stack' },
  CodePrefix: {
    Type: 'String',
    Default: '',
    Description: 'Prefix of the object keys, such as gatewright-prod/',
  },
};

/**
 * Prints `template.json` on one line, because Terraform accepts at most 460,800 bytes.
 * @param nameOf returns the name of an archive in the bucket
 */
export function printBucketTemplate(template: PortableTemplate, nameOf: (archive: string) => string): string {
  const resources = listPacked(template).map(({ logicalId, member, archive }) => {
    const resource = template.Resources[logicalId];
    const place = {
      S3Bucket: { Ref: 'CodeBucket' },
      S3Key: { 'Fn::Sub': `\${CodePrefix}${nameOf(archive)}` },
    };
    return [logicalId, { ...resource, Properties: { ...resource?.Properties, [member]: place } }] as const;
  });
  const printed = {
    ...template,
    Parameters: { ...PARAMETERS, ...template.Parameters },
    Resources: { ...template.Resources, ...Object.fromEntries(resources) },
  };
  return `${JSON.stringify(printed)}\n`;
}
