/** The remedies for messages that only a single service uses. */
import { REMEDIES_OF_TEMPLATES } from './remedies-of-templates.ts';
import { fixed, nameAt } from './remedy-row.ts';
import type { RemedyRow } from './remedy-row.ts';

const OF_LAMBDA: readonly RemedyRow[] = [
  {
    words: /^(\w+) is not valid for .+ event sources\.$|^Unsupported (\w+) parameter for given event source/,
    remedy: ([, name, other]) => `remove ${name ?? other ?? 'it'}`,
  },
  fixed(
    /Batching window is not supported for FIFO queues/,
    'remove MaximumBatchingWindowInSeconds, or set it to 0',
  ),
  fixed(
    /Maximum batch window in seconds must be greater than 0 if/,
    'set MaximumBatchingWindowInSeconds to 1 or more, or BatchSize to at most 10',
  ),
  fixed(/^Need to specify a timestamp/, 'add StartingPositionTimestamp, in seconds since 1970'),
  fixed(
    /^Unsupported starting position for arn type/,
    'set StartingPosition to TRIM_HORIZON or LATEST; only Kinesis and Kafka support AT_TIMESTAMP',
  ),
  fixed(
    /at 'startingPosition' failed to satisfy constraint: Member must not be null/,
    'add StartingPosition: TRIM_HORIZON (from the oldest record) or StartingPosition: LATEST',
  ),
  fixed(
    /^Handler and Runtime are mandatory/,
    'add Handler and Runtime, or set PackageType: Image and name the image in Code.ImageUri',
  ),
  fixed(
    /weights must point to published versions/,
    'set FunctionVersion to a version (Fn::GetAtt of an AWS::Lambda::Version), or remove RoutingConfig',
  ),
  fixed(/is already included in routing configuration/, 'name another version in AdditionalVersionWeights'),
  {
    words: /is a reserved key that Lambda sets itself$/,
    remedy: (_, { property }) => `remove ${nameAt(property)}, or give the variable another name`,
  },
  fixed(
    /^the variables have \d+ bytes/,
    'shorten the values, or read them from AWS Systems Manager or Secrets Manager',
  ),
  fixed(/^a function can have at most 5 layers/, 'keep at most 5 layers, or merge some of them'),
  fixed(
    /^Invalid filter pattern definition/,
    'write Pattern as the text of a JSON object whose values are lists, such as {"eventName": ["INSERT"]}',
  ),
  {
    words: /^The provided execution role does not have permissions to call (\w+) on (\w+)/,
    remedy: ([, action = '', service = '']) =>
      `allow ${service.toLowerCase()}:${action} in a policy of the role`,
  },
];

const OF_API_GATEWAY: readonly RemedyRow[] = [
  fixed(
    /^API Stage not found/,
    'name a stage of the API, and list the stage or deployment in DependsOn of the usage plan',
  ),
  fixed(/is in the usage plan twice$/, 'remove one of the two entries of ApiStages'),
  fixed(/is already in Usage Plan/, 'use another key, or remove the stage from one of the usage plans'),
  fixed(
    /^Invalid API Key identifier specified/,
    'refer to an AWS::ApiGateway::ApiKey of this template (Ref)',
  ),
  fixed(/^Invalid Usage Plan ID specified/, 'refer to an AWS::ApiGateway::UsagePlan of this template (Ref)'),
  fixed(
    /^API Key value should be at least 20 characters/,
    'write 20 characters or more, or remove Value: API Gateway then creates a value',
  ),
  fixed(
    /^Invalid domain name/,
    'write a domain name of letters, digits, hyphens and periods, such as api.example.com',
  ),
  fixed(/^Invalid base path/, "use only letters, digits and $ - _ . + ! * ' ( ) in the path"),
  fixed(
    /^Only one base path mapping is allowed if the base path is empty/,
    'give each mapping of the domain a BasePath, or keep only one mapping',
  ),
  fixed(/^Another rule of the domain has this priority/, 'give the rule another Priority'),
  {
    words: /is supported for HTTP APIs only$/,
    remedy: (_, { property }) => `remove ${nameAt(property)}, or set ProtocolType: HTTP`,
  },
  fixed(
    /^Invalid integration target "/,
    "name an integration of the same API: !Sub 'integrations/${INTEGRATION}' (Ref of an AWS::ApiGatewayV2::Integration)",
  ),
  fixed(/^Stage name only allows/, 'use only letters, digits, hyphens and underscores, as in v1-0'),
  {
    words: /^Invalid HttpMethod specified\. Valid options are (.+)$/,
    remedy: ([, methods = '']) => `use one of ${methods.split(',').join(', ')}`,
  },
  {
    words: /Must be one of \[(.+)\]$/,
    remedy: ([, values = '']) => `use one of ${values}`,
  },
  fixed(
    /^Timeout should be between/,
    'use a value from 50 to 29000, or set EndpointConfiguration.Types to [REGIONAL] for longer timeouts',
  ),
  fixed(
    /^The REST API doesn't contain any methods/,
    'add an AWS::ApiGateway::Method, and list it in DependsOn',
  ),
  fixed(
    /^Setting the authorization type to |^Invalid authorizer ID specified/,
    'refer to an authorizer of the same API and of the type that AuthorizationType specifies',
  ),
  fixed(
    /Invalid content type specified: (.+?)\]?$/,
    'write a media type with a slash, as in application/json',
  ),
  fixed(
    /must already be created before making a canary release deployment/,
    'name a stage that exists (StageName), and list it in DependsOn',
  ),
  fixed(
    /stageName must be provided for canary deployment/,
    'add StageName with a stage that exists, or remove DeploymentCanarySettings',
  ),
  fixed(
    /^Invalid Authorizer URI/,
    "write !Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FUNCTION.Arn}/invocations'",
  ),
  fixed(
    /needs at least one user pool$/,
    'add ProviderARNs with the ARN of a user pool (Fn::GetAtt POOL.Arn)',
  ),
  fixed(
    /is neither a CloudWatch log group nor a Firehose stream/,
    'specify the ARN of a log group (Fn::GetAtt NAME.Arn)',
  ),
  fixed(
    /^Invalid ARN specified in the request \(the gateway does not replace/,
    'write the URI with Fn::Sub; if it is in a file that DefinitionUri names, also replace DefinitionUri with DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: FILE } } }, so that CloudFormation reads the file',
  ),
  fixed(
    /^Invalid ARN specified in the request/,
    'specify an ARN (Fn::GetAtt NAME.Arn), instead of the name that Ref returns',
  ),
  fixed(/^Invalid stage variable name: /, 'use only letters, digits and underscores in the name'),
  fixed(
    /^Invalid stage variable value: the value is empty/,
    'write a value, for example none, or remove the variable',
  ),
  {
    words: /^Invalid stage variable value: /,
    remedy: () =>
      'use only letters, digits and - . _ ~ : / ? # & = , in the value, and at most 512 characters',
  },
  fixed(
    /Model reference must be in canonical form/,
    "write the URL of a model of the same API: !Sub 'https://apigateway.amazonaws.com/restapis/${API}/models/NAME', with the logical id of the API and the Name of the model",
  ),
  {
    words: /Reference to model '(.+)' not found/,
    remedy: ([, name = '']) => `add ${name} to the schemas of the document, or correct its name`,
  },
  fixed(
    /The routing mode of the domain does not use rules/,
    'set RoutingMode of the domain to ROUTING_RULE_ONLY or ROUTING_RULE_THEN_API_MAPPING',
  ),
  fixed(
    /AllowCredentials cannot be true if AllowOrigin/,
    'set AllowOrigin to one origin, such as "\'https://app.example.com\'", or remove AllowCredentials',
  ),
  fixed(
    /^Identity source must be set if authorizer caching is enabled/,
    'add IdentitySource, or set AuthorizerResultTtlInSeconds: 0',
  ),
];

const OF_OTHERS: readonly RemedyRow[] = [
  fixed(
    /^must be set, or ExtendedStatistic instead of it, but not both$/,
    'set either Statistic to Sum, Average, Minimum, Maximum or SampleCount, or ExtendedStatistic to a percentile such as p99',
  ),
  {
    words: /^event (\w+): Path and Method must both be strings$/,
    remedy: ([, event = '']) =>
      `write Path and Method in Properties of the event ${event}, or neither of them for an HttpApi`,
  },
  {
    words: /^has (\d+) items; at most (\d+) are allowed$/,
    remedy: ([, , most = '']) => `keep at most ${most} items`,
  },
  {
    words: /^two (?:indexes|keys) have the same name$/,
    remedy: () => 'give one of the indexes another IndexName',
  },
  {
    words: /^the key attribute "(.+)" is missing from AttributeDefinitions$/,
    remedy: ([, name = '']) => `add { AttributeName: ${name}, AttributeType: S } to AttributeDefinitions`,
  },
  {
    words: /but no key uses (.+)$/,
    remedy: ([, names = '']) =>
      `remove ${names} from AttributeDefinitions; AttributeDefinitions lists only keys of the table and of indexes`,
  },
  fixed(
    /is INCLUDE must have NonKeyAttributes|INCLUDE must have NonKeyAttributes/,
    'add NonKeyAttributes, or set ProjectionType to ALL or KEYS_ONLY',
  ),
  fixed(
    /^NonKeyAttributes is allowed only with ProjectionType INCLUDE/,
    'remove NonKeyAttributes, or set ProjectionType: INCLUDE',
  ),
  fixed(
    /^is required unless BillingMode is PAY_PER_REQUEST/,
    'add ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }, or set BillingMode: PAY_PER_REQUEST',
  ),
  fixed(
    /^HttpMethod parameter method must be specified for integrationType HTTPPROXY/,
    'add IntegrationMethod: ANY, or one method such as GET',
  ),
  fixed(
    /^PayloadFormatVersion 2\.0 is not supported for integration of type HTTP_PROXY/,
    "set PayloadFormatVersion: '1.0'",
  ),
  fixed(
    /^Unexpected or malformed target in route\./,
    "write the target as !Sub 'integrations/${INTEGRATION}', with the logical id of the integration",
  ),
  fixed(
    /^An attribute appears more than once in AttributeDefinitions/,
    'keep one definition of each attribute',
  ),
  fixed(
    /^Model name must be alphanumeric: /,
    'write the name of the model with letters and digits only, also in each $ref to it',
  ),
  fixed(
    /^a table without a RANGE key cannot have a local index/,
    'use GlobalSecondaryIndexes, or add a RANGE key to KeySchema of the table',
  ),
  {
    words: /^Queue visibility timeout: (\d+) seconds is less than Function timeout: (\d+) seconds/,
    remedy: ([, visibility, timeout]) =>
      `set VisibilityTimeout of the queue to at least ${timeout} (AWS recommends ${6 * Number(timeout)}), or Timeout of the function to at most ${visibility}; for SqsSubscription: true, SAM creates a queue with a visibility timeout of 30 seconds, so specify your own queue in SqsSubscription instead (QueueArn and QueueUrl)`,
  },
  {
    words: /Filter policy can not have more than 5 keys/,
    remedy: () => 'remove keys from FilterPolicy until 5 are left',
  },
  fixed(
    /does not support nested filter policy/,
    'set FilterPolicyScope: MessageBody, or name attributes without nesting',
  ),
  fixed(/must be an object or an array$/, 'write the values as a list, as in [VALUE]'),
  {
    words: /Unrecognized match type (\S+)$/,
    remedy: ([, type = '']) =>
      `use a filter operator instead of ${type}, such as prefix, suffix, anything-but, numeric, exists or equals-ignore-case`,
  },
  fixed(/Empty arrays are not allowed/, 'list one or more values, or remove the field'),
  fixed(
    /^Input for target .* is not a valid JSON text/,
    'write Input as JSON; a string needs its own double quotes: \'"…"\'',
  ),
  {
    words: /contains invalid placeholder/,
    remedy: () => 'define each <NAME> of InputTemplate in InputPathsMap',
  },
  fixed(
    /^Only one of Input, InputPath, or InputTransformer/,
    'keep only one of Input, InputPath and InputTransformer',
  ),
  {
    words: /^Invalid (?:metric )?filter pattern: /,
    remedy: () =>
      'write terms, as in ERROR; a JSON pattern, as in { $.level = "error" }; or fields, as in [ip, status = 5*]',
  },
  fixed(
    /is not allowed in a rule that uses a rule group/,
    'write OverrideAction: { None: {} } instead of Action',
  ),
  fixed(
    /is only allowed in a rule that uses a rule group/,
    'remove OverrideAction, because the rule has an Action',
  ),
  fixed(
    /^AWS WAF does not support HTTP APIs/,
    'put a distribution with a web ACL in front of the HTTP API, or use a REST API',
  ),
  fixed(
    /,.* is not an IPv[46] network with a prefix length/,
    'write each address as an item of its own; for a parameter with several addresses, use the type CommaDelimitedList and refer to it as the whole list (Addresses: !Ref PARAMETER)',
  ),
  fixed(
    /is not an IPv[46] network with a prefix length/,
    'write each address with its prefix length, as in 203.0.113.7/32',
  ),
  fixed(
    /is not a domain name; omit the scheme, port and path$/,
    "write the host only; for a function URL, write !Select [2, !Split ['/', !GetAtt URL.FunctionUrl]]",
  ),
  fixed(
    /^unknown policy /,
    'refer to a policy of this template (Ref), or specify the id of an AWS managed policy',
  ),
  fixed(
    /should not be set if list of Metrics is set/,
    'remove this property, because each query in Metrics sets it in its own MetricStat',
  ),
  fixed(
    /^Exactly one element of the metrics list should return data/,
    'set ReturnData: false on every query but the one that the alarm watches',
  ),
  fixed(
    /^Period must not be null|so the expression needs a Period$/,
    'add Period (in seconds) to the query with the expression',
  ),
  {
    words: /^has the dimension (.+) twice$/,
    remedy: ([, name = '']) => `remove one of the two dimensions ${name}`,
  },
  fixed(
    /^cannot be read at "/,
    'write the rule with ALARM("NAME"), OK("NAME"), AND, OR, NOT and parentheses',
  ),
  fixed(
    /specify either 'DefinitionUri' or 'DefinitionBody' property/i,
    'remove DefinitionUri, or remove DefinitionBody',
  ),
  {
    words: /^Destination is required if Type is not/,
    remedy: () =>
      'add Destination with the ARN of the target (Fn::GetAtt NAME.Arn); SAM creates only queues (SQS) and topics (SNS) itself',
  },
  fixed(/^Auth requires a \$connect route/, 'add a route $connect to Routes, or remove Auth'),
  {
    words: /^(?:event \w+: )?\w+ \S+ is defined twice \(also in the definition of the API\)$/,
    remedy: () => 'remove the event, or remove the operation from the definition of the API',
  },
  {
    words: /^(?:event \w+: )?\w+ \S+ is defined twice(?: \(also .*\))?$/,
    remedy: () => 'give one of the two events another Path or Method, or remove it',
  },
  {
    words: /failed to satisfy constraint: Member must satisfy regular expression pattern: \^\(\[1-5\]/,
    remedy: () => 'write a status code of three digits from 100 to 599, or *',
  },
];

export const REMEDIES_OF_REFUSALS: readonly RemedyRow[] = [
  ...REMEDIES_OF_TEMPLATES,
  ...OF_LAMBDA,
  ...OF_API_GATEWAY,
  ...OF_OTHERS,
];
