import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const QUEUE = '  Queue: { Type: AWS::SQS::Queue }';
const NUMERIC = 'aws-cloudformation/cfn-lint#292, aws-cloudformation/cfn-lint#663';
const MIDNIGHT = 'aws/aws-sdk#478, aws/aws-cli#7677';
const RULE = 'aws-cloudformation/cfn-lint#173';
const VERSION = 'Meteor-Community-Packages/Meteor-CollectionFS#630, wercker/step-s3sync#25';

const bucket = (name: string, rule: string): RefusedDefinition =>
  one(
    name,
    `
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      LifecycleConfiguration:
        Rules:
          - Status: Enabled
${rule}`,
    's3-bucket-lifecycleconfiguration',
    MIDNIGHT,
  );

const managed = (name: string, document: string): RefusedDefinition => ({
  ...one(
    name,
    `
  Broken:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: ${document}`,
    'iam-managedpolicy-policydocument',
    VERSION,
  ),
  says: /^Policy document must be version 2012-10-17 or greater\.$/,
});
const STATEMENT = 'Statement: [{ Effect: Allow, Action: "sqs:SendMessage", Resource: "*" }]';

/** Values and members that a service refuses, whatever else the template has. */
export const OF_FIELDS: readonly RefusedDefinition[] = [
  {
    ...one(
      'a number as a name in a mapping',
      `
Mappings:
  Days:
    eu-west-1:
      30: thirty # here
Resources:
${QUEUE}`,
      'template',
      NUMERIC,
    ),
    says: /^Template format error: \[\/Mappings\/Days\/eu-west-1\] map keys must be strings; received numeric \[30\] instead/,
  },
  one(
    'an account without quotes as a key of a mapping',
    `
Mappings:
  Names:
    123456789012: { Name: a } # here
Resources:
${QUEUE}`,
    'template',
    NUMERIC,
  ),
  one(
    'a number as a key in properties',
    `
  Queue:
    Type: AWS::SQS::Queue
    Metadata:
      Hours:
        8: open # here`,
    'template',
    'awsdocs/aws-cloudformation-user-guide#404',
  ),
  one(
    'a mapping with one level of keys',
    `
Mappings:
  Days:
    dev: 7 # here
Resources:
${QUEUE}`,
    'template',
    'CloudFormation template reference, "Mappings syntax"; awsdocs/aws-cloudformation-user-guide#671',
  ),
  bucket('a date at noon for the expiration', "            ExpirationDate: '2027-01-31T12:00:00Z' # here"),
  bucket(
    'a date at noon for a transition',
    "            Transitions:\n              - StorageClass: GLACIER\n                TransitionDate: '2027-01-31T08:30:00Z' # here",
  ),
  ...['SecurityGroupIngress', 'SecurityGroupEgress'].flatMap((name) => [
    one(
      `a description of ${name} with a character outside of EC2's set`,
      `
  Broken:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: vpc-0a1b2c3d4e5f60718
      ${name}:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 10.0.0.0/8
          Description: from the office's network # here`,
      `ec2-securitygroup-${name.toLowerCase()}`,
      RULE,
    ),
    one(
      `a description of a rule of its own (${name}) with a character outside of EC2's set`,
      `
  Broken:
    Type: AWS::EC2::${name}
    Properties:
      GroupId: sg-0a1b2c3d4e5f60718
      IpProtocol: tcp
      FromPort: 443
      ToPort: 443
      CidrIp: 10.0.0.0/8
      Description: office → web # here`,
      `ec2-${name.toLowerCase()}-description`,
      RULE,
    ),
  ]),
  managed('a managed policy without version', `{ ${STATEMENT} } # here`),
  managed('a managed policy of the earlier version', `{ Version: '2008-10-17', ${STATEMENT} } # here`),
  {
    ...one(
      'a custom attribute of a user pool that is required',
      `
  Broken:
    Type: AWS::Cognito::UserPool
    Properties:
      Schema:
        - Name: tenant
          AttributeDataType: String
          Required: true # here`,
      'cognito-userpool-schema',
      'boto/boto3#2317',
    ),
    says: /^Required custom attributes are not supported currently\.$/,
  },
];
