/** Definitions that AWS refuses, each with the remedy that is printed and the change that follows it. */

type FollowedRemedy = {
  readonly name: string;
  readonly template: string;
  readonly remedy: string;
  readonly change: readonly [wrong: string, right: string];
};

const MACHINE = (name: string): string => `Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: { Definition: { StartAt: Done, States: { Done: { Type: Succeed } } } }
Outputs:
  Name: { Value: ${name} }
`;
const PSEUDO_PARAMETERS =
  'AWS::AccountId, AWS::NoValue, AWS::NotificationARNs, AWS::Partition, AWS::Region, AWS::StackId, AWS::StackName, AWS::URLSuffix';

export const FOLLOWED_REMEDIES: readonly FollowedRemedy[] = [
  {
    // fourTheorem/slic-watch#119
    name: 'a pseudo parameter that does not exist',
    template: `Parameters: { Stage: { Type: String, Default: dev } }
Resources: { Topic: { Type: AWS::SNS::Topic } }
Outputs: { Stage: { Value: !Ref AWS::Stage } }
`,
    remedy: `there is no pseudo parameter AWS::Stage: refer to one of ${PSEUDO_PARAMETERS}, or to a parameter of this template, whose name has only letters and digits`,
    change: ['AWS::Stage', 'Stage'],
  },
  {
    name: 'a pseudo parameter that is misspelt',
    template: `Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref AWS::StackNam } } }
`,
    remedy: 'write AWS::StackName instead of AWS::StackNam',
    change: ['AWS::StackNam', 'AWS::StackName'],
  },
  {
    name: 'a pseudo parameter in a condition that does not exist',
    template: `Parameters: { Stage: { Type: String, Default: dev } }
Conditions: { IsDev: !Equals [!Ref AWS::Stage, dev] }
Resources: { Topic: { Type: AWS::SNS::Topic, Condition: IsDev } }
`,
    remedy: `there is no pseudo parameter AWS::Stage: refer to one of ${PSEUDO_PARAMETERS}, or to a parameter of this template, whose name has only letters and digits`,
    change: ['AWS::Stage', 'Stage'],
  },
  {
    name: 'Ref with an attribute',
    template: MACHINE('!Ref Machine.Name'),
    remedy: 'write !GetAtt Machine.Name, because Ref takes a logical id without an attribute',
    change: ['!Ref Machine.Name', '!GetAtt Machine.Name'],
  },
  {
    // aws-samples/serverless-patterns#220
    name: 'Ref with a property that is not an attribute',
    template: MACHINE('!Ref Machine.StateMachineName'),
    remedy:
      'write !GetAtt Machine.Name: the attributes of Machine are Arn, Name, StateMachineRevisionId',
    change: ['!Ref Machine.StateMachineName', '!GetAtt Machine.Name'],
  },
  {
    name: 'Fn::GetAtt with a property that is not an attribute',
    template: MACHINE('!GetAtt Machine.StateMachineName'),
    remedy:
      'write !GetAtt Machine.Name: the attributes of Machine are Arn, Name, StateMachineRevisionId',
    change: ['Machine.StateMachineName', 'Machine.Name'],
  },
  {
    // aws/serverless-application-model#816
    name: 'a circle that DependsOn makes',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: inputs } }
  Process:
    Type: AWS::Serverless::Function
    DependsOn: Bucket
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: 'exports.handler = async () => ({})'
      Events: { Upload: { Type: S3, Properties: { Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*' } } }
`,
    remedy: 'remove Bucket from DependsOn of Process',
    change: ['    DependsOn: Bucket\n', ''],
  },
  ...(['get', 'x-amazon-apigateway-any-method'] as const).map((method) => ({
    // aws/aws-sam-cli#3487
    name: `the operation ${method} of a document without an integration`,
    template: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: demo
      Body:
        openapi: 3.0.1
        info: { title: demo, version: '1' }
        paths:
          /users:
            ${method}: { responses: { '200': { description: ok } } }
`,
    remedy: `add x-amazon-apigateway-integration to the operation ${method} of /users, for example with type: mock`,
    change: [
      "description: ok } }",
      "description: ok } }, x-amazon-apigateway-integration: { type: mock, requestTemplates: { application/json: '{\"statusCode\": 200}' } }",
    ] as const,
  })),
  {
    // awsdocs/aws-cloudformation-user-guide#1271
    name: 'a log group of a web ACL with another name',
    template: `Resources:
  Records: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: records } }
  Wall:
    Type: AWS::WAFv2::WebACL
    Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} }, VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: wall } }
  Log:
    Type: AWS::WAFv2::LoggingConfiguration
    Properties:
      ResourceArn: !GetAtt Wall.Arn
      LogDestinationConfigs: [!Sub 'arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${Records}']
`,
    remedy:
      'change LogGroupName of the log group itself to a name that begins with aws-waf-logs-, such as aws-waf-logs-records',
    change: ['LogGroupName: records', 'LogGroupName: aws-waf-logs-records'],
  },
];
