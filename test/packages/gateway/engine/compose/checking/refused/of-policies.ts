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

const GRAMMAR = 'IAM user guide, "Grammar of the IAM JSON policy language"';
const WHOLE = (lines: string): string => `
  Broken:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
${lines}`;

const NO_ARN = 'trussworks/terraform-aws-s3-anti-virus#21: "must be in ARN format"';
const BUCKET = (resource: string): string => `
  B: { Type: AWS::S3::Bucket }
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { AWS: '123456789012' }
            Action: s3:GetObject
            Resource:
              - !Sub '\${B.Arn}/*'
              - ${resource} # here`;
const INLINE = (owner: string, name: string): string => `
  Broken:
    Type: AWS::IAM::${owner}
    Properties:
      Policies:
        - PolicyName: items
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                ${name}: uploads/* # here`;

export const OF_POLICIES: readonly RefusedDefinition[] = [
  one(
    'the name of a bucket in place of its ARN as a resource of its policy',
    BUCKET("!Sub '${B}/*'"),
    's3-bucketpolicy-policydocument',
    'S3 user guide, resources of policies: an ARN',
  ),
  one(
    'a resource of another service in the policy of a bucket',
    BUCKET('arn:aws:sqs:us-east-1:123456789012:orders'),
    's3-bucketpolicy-policydocument',
    'S3 user guide, resources of policies',
  ),
  one(
    'a resource without an ARN in a policy of a user',
    INLINE('User', 'Resource'),
    'iam-user-policies',
    NO_ARN,
  ),
  one(
    'a resource without an ARN in a policy of a group',
    INLINE('Group', 'NotResource'),
    'iam-group-policies',
    NO_ARN,
  ),
  one(
    'a resource without an ARN in a policy of its own',
    `
  Broken:
    Type: AWS::IAM::UserPolicy
    Properties:
      UserName: alice
      PolicyName: items
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Resource: uploads/* # here`,
    'iam-userpolicy-policydocument',
    NO_ARN,
  ),
  one(
    'a key policy whose resource is no key',
    `
  Broken:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: # here
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { AWS: 'arn:aws:iam::123456789012:root' }
            Action: kms:*
            Resource: arn:aws:dynamodb:*`,
    'kms-key-keypolicy',
    'ministryofjustice/modernisation-platform#1046',
  ),
  one(
    'a version of a policy that does not exist',
    WHOLE(`        Version: '2012-10-18' # here
        Statement: [{ Effect: Allow, Action: 's3:GetObject', Resource: '*' }]`),
    'iam-managedpolicy-policydocument',
    GRAMMAR,
  ),
  one(
    'a policy without statements',
    WHOLE(`        Version: '2012-10-17'
        Statement: [] # here`),
    'iam-managedpolicy-policydocument',
    GRAMMAR,
  ),
  one(
    'a member of a policy that does not exist',
    WHOLE(`        Version: '2012-10-17'
        Statements: [] # here`),
    'iam-managedpolicy-policydocument',
    GRAMMAR,
  ),
  one(
    'a member of a statement that does not exist',
    POLICY("            Actions: 'dynamodb:*' # here\n            Resource: '*'"),
    'iam-policy-policydocument',
    GRAMMAR,
  ),
  one(
    'a principal in a policy of a role',
    POLICY("            Action: 'dynamodb:*'\n            Resource: '*'\n            Principal: '*' # here"),
    'iam-policy-policydocument',
    GRAMMAR,
  ),
  one(
    'a resource of the policy of a REST API that is not an ARN',
    `
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      Policy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: execute-api:Invoke
            Resource: items # here
  Root: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }`,
    'apigateway-restapi-policy',
    GRAMMAR,
  ),
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
  ...['#{AWS::Region}:123456789012', 'us-east-1:#{AWS::AccountId}', '${AWS::Region}:${AWS::AccountId}'].map(
    (home) =>
      one(
        `an ARN with the text ${home}`,
        POLICY(
          `            Action: 'dynamodb:*'\n            Resource: ['*', 'arn:aws:dynamodb:${home}:table/items'] # here`,
        ),
        'iam-policy-policydocument',
        'serverless/serverless#8512: "The policy failed legacy parsing"',
      ),
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
  one(
    'an action whose service is a wildcard',
    POLICY("            Action: ['s3:GetObject', '*:Untag*'] # here\n            Resource: '*'"),
    'iam-policy-policydocument',
    'boogy/iam-policy-validator#172: "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards"',
  ),
  one(
    'a region in the ARN of a role',
    POLICY(
      "            Action: iam:PassRole\n            Resource: 'arn:aws:iam:eu-west-1:123456789012:role/worker' # here",
    ),
    'iam-policy-policydocument',
    'cloud-gov/terraform-provision#1838: "IAM resource … cannot contain region information."',
  ),
  one(
    'two statements with one id',
    POLICY(`            Action: 's3:Get*'
            Resource: '*'
            Sid: Read
          - { Effect: Allow, Action: 's3:List*', Resource: '*', Sid: '' }
          - { Effect: Deny, Action: 's3:List*', Resource: '*', Sid: '' }
          - { Effect: Deny, Action: 's3:Put*', Resource: '*', Sid: Read } # here`),
    'iam-policy-policydocument',
    'kubernetes/kops#4951: "Statement IDs (SID) in a single policy must be unique."',
  ),
  one(
    'an id of a statement with a hyphen',
    POLICY("            Action: 's3:Get*'\n            Resource: '*'\n            Sid: read-all # here"),
    'iam-policy-policydocument',
    'Wolox/carthage_cache#22: "Statement IDs (SID) must be alpha-numeric."',
  ),
];
