/** Rules of security groups with a protocol but without its ports, in a group and as resources of their own. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const PORTS = 'EC2: "Must specify both from and to ports with TCP/UDP"; cfn-lint E3687';
const ALL = 'cfn-lint E3688: a range that begins with -1 ends with -1';
const GROUP = `
  Broken:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: vpc-0123456789abcdef0
      GroupDescription: shop`;

export const OF_SECURITY_RULES: readonly RefusedDefinition[] = [
  one(
    'an ingress rule of a group without ports',
    `${GROUP}
      SecurityGroupIngress:
        - { IpProtocol: tcp, ToPort: 443, CidrIp: 10.0.0.0/16 } # here`,
    'ec2-securitygroup-securitygroupingress',
    PORTS,
  ),
  one(
    'an egress rule of a group without the end of the ports',
    `${GROUP}
      SecurityGroupEgress:
        - { IpProtocol: udp, FromPort: 53, CidrIp: 10.0.0.0/16 } # here`,
    'ec2-securitygroup-securitygroupegress',
    PORTS,
  ),
  one(
    'an ingress rule of its own without ports',
    `
  Broken:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: sg-0123456789abcdef0
      IpProtocol: tcp # here
      ToPort: 443
      CidrIp: 10.0.0.0/16`,
    'ec2-securitygroupingress-fromport',
    PORTS,
  ),
  one(
    'a range of ports that begins with -1 and ends with a port',
    `${GROUP}
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: -1, ToPort: 443, CidrIp: 10.0.0.0/16 } # here`,
    'ec2-securitygroup-securitygroupingress',
    ALL,
  ),
];
