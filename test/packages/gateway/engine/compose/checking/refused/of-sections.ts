/** Templates whose names, exports, outputs or arguments of functions CloudFormation refuses. */
import { CFN, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const TOPIC = 'Resources:\n  Topic: { Type: AWS::SNS::Topic }\n';
const MAPPING = (lines: string): string => `\nMappings:\n${lines}\n${TOPIC}`;
const OUTPUT = (lines: string, type = 'String'): string =>
  `\nParameters: { Names: { Type: ${type}, Default: 'a,b' } }\n${TOPIC}Outputs:\n  Name:\n${lines}\n`;
const CALL = (text: string): string => `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: ${text} # here`;
const JOIN = 'org-formation/org-formation-cli#412: "every Fn::Join object requires two parameters"';

const RECORD_TYPES = 'Route 53 developer guide, "Supported DNS record types"';

export const OF_SECTIONS: readonly RefusedDefinition[] = [
  ...(
    [
      ['A', '256.10.1.256'],
      ['AAAA', '1111:2222:3333:4444:5555:6666:7777'],
      ['AAAA', '1111::3333:4444:5555::7777:8888'],
      ['AAAA', '1:2:3:4:5:6:7:8::'],
      ['CAA', '0 issue amazon.com'],
    ] as const
  ).map(([type, value]) =>
    one(
      `a record of type ${type} with the value ${value}`,
      `
  Record:
    Type: AWS::Route53::RecordSet
    Properties:
      Name: a.example.com
      HostedZoneName: example.com.
      Type: ${type}
      TTL: '300'
      ResourceRecords: ['${value}'] # here`,
      'route53-recordset-resourcerecords',
      RECORD_TYPES,
    ),
  ),
  one(
    'a custom resource without ServiceToken',
    `
  Seed:
    Type: Custom::Seed
    Properties: # here
      Table: items`,
    'resource-value',
    `${CFN}, AWS::CloudFormation::CustomResource: ServiceToken is required`,
  ),
  one(
    'an alarm without a statistic',
    `
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: # here
      Namespace: Shop
      MetricName: Errors
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold`,
    'cloudwatch-alarm-statistic',
    'CloudWatch API reference, PutMetricAlarm: "you must specify either Statistic or ExtendedStatistic but not both"',
  ),
  one(
    'a misspelt property of Globals',
    `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeot: 3 # here
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: { Handler: index.handler, Runtime: nodejs22.x, CodeUri: 's3://code/a.zip' }
`,
    'template',
    'aws/serverless-application-model, samtranslator/plugins/globals/globals.py',
  ),
  one(
    'a layer of SAM without ContentUri, and no other resource',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: { LayerName: shared } # here
`,
    'resource-value',
    'SAM developer guide, AWS::Serverless::LayerVersion: ContentUri is required',
  ),
  one(
    'a resource without a type, and no other resource',
    '\nResources:\n  Topic: { Properties: { TopicName: a } } # here\n',
    'resource-value',
    'section/pagerduty-oncall-slack-bot#1: "Every Resources object must contain a Type member."',
  ),
  one(
    'a method setting whose path does not begin with a slash',
    `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Root: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root], Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: dev
      MethodSettings:
        - HttpMethod: '*'
          ResourcePath: '*' # here
          MetricsEnabled: true`,
    'apigateway-stage-methodsettings',
    'iann0036/former2#190',
  ),
  ...(
    [
      ['ARCHIVE_ACCESS', 30],
      ['DEEP_ARCHIVE_ACCESS', 90],
    ] as const
  ).map(([tier, days]) =>
    one(
      `${days} days before the tier ${tier}`,
      `
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      IntelligentTieringConfigurations:
        - Id: old
          Status: Enabled
          Tierings:
            - AccessTier: ${tier}
              Days: ${days} # here`,
      's3-bucket-intelligenttieringconfigurations',
      'S3 API reference, Tiering, Days',
    ),
  ),
  one(
    'a mapping with a hyphen in its name',
    MAPPING('  by-stage: { dev: { Name: a } } # here'),
    'template',
    `${CFN}, "Mappings syntax": the logical name is alphanumeric`,
  ),
  one(
    'a key of a mapping with a slash',
    MAPPING("  Servers:\n    '10.90.0.0/16': { Name: a } # here"),
    'template',
    'aws-cloudformation/cfn-lint#2004',
  ),
  ...['LAMBDA_EXECUTION_ROLE', 'v1.1.2', 'us-east-1'].map((name) =>
    one(
      `the name ${name} in a mapping`,
      MAPPING(`  Names:\n    dev:\n      ${name}: a # here`),
      'template',
      'aws/serverless-application-model#1608, cloudtools/troposphere#426, aws/aws-cdk#16866',
    ),
  ),
  one(
    'a parameter and a resource with one name',
    '\nParameters: { Topic: { Type: String, Default: a } }\nResources:\n  Topic: { Type: AWS::SNS::Topic } # here\n',
    'sns-topic',
    'aws-cloudformation/cfn-lint#1689',
  ),
  one(
    'an export that is a text',
    OUTPUT('    Value: a\n    Export: name # here'),
    'template',
    'aws/aws-cdk#5845: "The Name field of every Export member must be specified"',
  ),
  one(
    'an output that is a parameter with a list',
    OUTPUT('    Value: !Ref Names # here', 'CommaDelimitedList'),
    'template',
    'aws-samples/sessions-with-aws-sam#7',
  ),
  one(
    'an output that Fn::Split makes a list',
    OUTPUT("    Value: !Split [',', !Ref Names] # here"),
    'template',
    'aws-samples/sessions-with-aws-sam#7',
  ),
  ...['{{resolve:ssm-secure:key}}', "!Sub '{{resolve:ssm-secure:${AWS::Region}-key:1}}'"].map((value) =>
    one(
      `a secure string in ${value}`,
      `
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Environment:
        Variables:
          KEY: ${value.startsWith('!') ? value : `'${value}'`} # here`,
      'lambda-function-environment',
      'aws/serverless-application-model#1528: "SSM Secure reference is not supported in"',
    ),
  ),
  ...['{{resolve:ssm:}}', '{{resolve:ssm-secure:/some/parameter:}}'].map((reference) =>
    one(
      `the reference ${reference}`,
      `
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceClass: db.t4g.micro
      Engine: mysql
      MasterUsername: shop
      MasterUserPassword: '${reference}' # here`,
      'rds-dbinstance-masteruserpassword',
      'aws/aws-cdk#18747: "Incorrect format is used in the following SSM reference"',
    ),
  ),
  ...["!Join [',', !Ref Topic]", "!Join [',', a, b]", "!Join [',', !Sub '${AWS::Region},a']"].map((text) =>
    one(`the call ${text}`, CALL(text), 'sns-topic-displayname', JOIN),
  ),
  one(
    'Fn::Select of a text',
    CALL("!Select [0, !Join [',', [a, b]]]"),
    'sns-topic-displayname',
    `${CFN}, Fn::Select: "The list of objects to select from"`,
  ),
  one(
    'Fn::Select of a value that the list does not have',
    CALL('!Select [2, [a, b]]'),
    'sns-topic-displayname',
    `${CFN}, Fn::Select: "a value from zero to N-1"`,
  ),
  one(
    'a name in IgnoreGlobals that Globals do not set',
    `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Timeout: 3 } }
Resources:
  Function:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Timeot] # here
    Properties: { Handler: index.handler, Runtime: nodejs22.x, CodeUri: 's3://code/a.zip' }
`,
    'lambda-function',
    'samtranslator 1.115.0 (PyPI), plugins/globals/globals.py',
  ),
];
