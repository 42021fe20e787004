/** Definitions of IAM policies whose actions or resources IAM refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const POLICY = (lines: string, type = 'Policy'): string => `
  Table:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] }
  Broken:
    Type: AWS::IAM::${type}
    Properties:
      ${type === 'Policy' ? 'PolicyName: items' : 'Description: items'}
      Roles: [items]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
${lines}`;

export const OF_POLICIES: readonly RefusedDefinition[] = [
  ...(['Policy', 'ManagedPolicy'] as const).map((type) =>
    one(
      `the Ref of a table as the resource of a ${type}`,
      POLICY('            Action: dynamodb:GetItem\n            Resource: !Ref Table # here', type),
      `iam-${type.toLowerCase()}-policydocument`,
      'aws-amplify/amplify-cli#5333: "Resource … must be in ARN format or "*"."',
    ),
  ),
  one(
    'a name as the resource of a policy',
    POLICY("            Action: 'dynamodb:*'\n            Resource: ['*', items] # here"),
    'iam-policy-policydocument',
    'CloudSnorkel/CloudWatch2S3#1',
  ),
  one(
    'an action without its service',
    POLICY('            Action: GetItem # here\n            Resource: !GetAtt Table.Arn'),
    'iam-policy-policydocument',
    'IAM: "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."',
  ),
  one(
    'an action with two colons',
    POLICY("            Action: 'arn:aws:s3' # here\n            Resource: '*'"),
    'iam-policy-policydocument',
    'garnaat/kappa#111: "Actions/Condition can contain only one colon."',
  ),
];
