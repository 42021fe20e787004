/** Definitions of SAM functions that lack a member of a part that SAM passes on as it is. */
import { CFN, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';
import { SAM_FUNCTION } from './of-sam.ts';

/** The lists of a function's VPC: one of them alone, as it is given in the template. */
const HALF_VPCS = [
  'SubnetIds: [subnet-0a1b2c3d]',
  'SubnetIds: [!Ref Subnet]',
  'SecurityGroupIds: [sg-0a1b2c3d]',
];
const SUBNET = `
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.20.0.0/16 } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.20.1.0/24 } }`;
/** A member that a part of a function lacks. SAM passes the part on as it is. */
const LACKING: readonly (readonly [name: string, lines: string, id: string, source: string])[] = [
  ...HALF_VPCS.map(
    (list) =>
      [
        `a VPC of a SAM function with ${list} only`,
        `      VpcConfig:\n        ${list} # here${SUBNET}`,
        'lambda-function-vpcconfig',
        'aws/aws-sdk-js#1293',
      ] as const,
  ),
  [
    'a file system of a SAM function without a mount path',
    `      FileSystemConfigs:
        - Arn: arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0a1b2c3d4e5f60718 # here`,
    'lambda-function-filesystemconfigs',
    CFN,
  ],
  [
    'an ephemeral storage of a SAM function without a size',
    '      EphemeralStorage: {} # here',
    'lambda-function-ephemeralstorage',
    CFN,
  ],
];

export const OF_PASSED_MEMBERS: readonly RefusedDefinition[] = [
  ...LACKING.map(([name, lines, id, source]) => one(name, SAM_FUNCTION(lines), id, source)),
  ...HALF_VPCS.map((list) => ({
    name: `a VPC in Globals with ${list} only`,
    text: `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    VpcConfig:
      ${list} # here
Resources:
  Ping:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, InlineCode: 'exports.handler = async () => ({})' }${SUBNET}`,
    id: 'lambda-function-vpcconfig',
    source: 'aws/aws-sdk-js#1293',
  })),
];
