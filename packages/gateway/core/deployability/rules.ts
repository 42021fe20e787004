/**
 * The rules that decide what a finding means for a deployment. A refusal without a rule is about the template
 * (`template`) or about one value of a resource (`resource-value`). A finding about a value has the id of the property
 * in CloudFormation's reference (`apigateway-method-authorizerid`) instead of the id of the rule.
 */

import { UNCLEAR_VARIABLE } from '../stack/environment-limits.ts';

export type Severity =
  /** AWS refuses the definition, at the latest when the resource is created. */
  | 'refused'
  /**
   * AWS deploys the definition, but its behaviour on AWS differs from the gateway's, or from what the author expects.
   */
  | 'differs'
  /** The check cannot decide whether AWS accepts it. */
  | 'unchecked';

type Rule = {
  readonly severity: Severity;
  /** The description of the rule, which docs/guides/deploy/check.md repeats. */
  readonly about: string;
  readonly remedy: string;
  /** AWS's page, or a public thread that quotes AWS's message. */
  readonly source: string;
};

const API_GATEWAY = 'https://docs.aws.amazon.com/apigateway/latest';
const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg';

const READ_ELSEWHERE = 'check the value in the account';

export const RULES = {
  'resource-value': {
    severity: 'refused',
    about: 'a value that the service, or CloudFormation’s schema of the type, does not accept',
    remedy: 'use a value that the documentation of the property allows',
    source: `${CLOUDFORMATION}/TemplateReference/aws-template-resource-type-ref.html`,
  },
  template: {
    severity: 'refused',
    about: 'a template whose sections, names or intrinsic functions CloudFormation does not accept',
    remedy: 'correct the template at this place',
    source: `${CLOUDFORMATION}/UserGuide/template-anatomy.html`,
  },
  'not-compiled': {
    severity: 'refused',
    about: 'a serverless.yml that osls refuses: it cannot be deployed, and its resources are not checked',
    remedy:
      'correct serverless.yml at this place, and run check again, because resources are checked only if osls accepts the service',
    source: 'https://github.com/oss-serverless/osls',
  },
  'circular-dependency': {
    severity: 'refused',
    about: 'resources that depend on each other in a circle',
    remedy:
      'replace one of the references: give the resource a fixed name and write this name (or the ARN from it, with Fn::Sub) instead of Ref and Fn::GetAtt; a Lambda function in the circle can instead read the name or ARN from an AWS::SSM::Parameter when it runs',
    source: `${CLOUDFORMATION}/UserGuide/troubleshooting.html#troubleshooting-errors-dependency-error`,
  },
  'authorization-scopes': {
    severity: 'refused',
    about: 'AuthorizationScopes without a Cognito or JWT authorizer',
    remedy: 'remove AuthorizationScopes, or check the scopes in the Lambda authorizer',
    source: 'https://github.com/aws/aws-cdk/pull/27576',
  },
  'unknown-type': {
    severity: 'refused',
    about: 'an unknown resource type whose name resembles that of a known one',
    remedy: 'correct the type',
    source: `${CLOUDFORMATION}/TemplateReference/aws-template-resource-type-ref.html`,
  },
  'unknown-attribute': {
    severity: 'refused',
    about: 'Fn::GetAtt of an attribute that the type does not have',
    remedy: 'use an attribute that is listed under "Return values" in the documentation of the type',
    source: `${CLOUDFORMATION}/TemplateReference/intrinsic-function-reference-getatt.html`,
  },
  'shared-name': {
    severity: 'refused',
    about: 'two resources of one type with the same name',
    remedy: 'give one of them another name, or leave the name out',
    source: `${CLOUDFORMATION}/UserGuide/troubleshooting.html`,
  },
  'old-runtime': {
    severity: 'refused',
    about: 'a runtime that Lambda no longer accepts for new functions',
    remedy: 'use a supported runtime',
    source: `${LAMBDA}/lambda-runtimes.html`,
  },
  quota: {
    severity: 'refused',
    about: 'more resources than a quota of API Gateway allows',
    remedy:
      'remove some resources, or ask AWS to raise the quota, and pass --account-quota to gatewright start',
    source: `${API_GATEWAY}/developerguide/limits.html`,
  },
  'template-limits': {
    severity: 'refused',
    about: 'a template that exceeds a quota of CloudFormation',
    remedy: 'split the stack in two, or use nested stacks',
    source: `${CLOUDFORMATION}/UserGuide/cloudformation-limits.html`,
  },
  'policy-size': {
    severity: 'refused',
    about: 'IAM policies that exceed a quota of IAM',
    remedy:
      'shorten the policies with wildcards, or move statements to several AWS::IAM::ManagedPolicy, each of at most 6144 characters',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html',
  },
  'function-policy-size': {
    severity: 'refused',
    about: 'permissions that make the resource policy of a function larger than 20 KB',
    remedy: 'replace the permissions of individual routes with one permission whose SourceArn ends with /*/*',
    source: `${LAMBDA}/gettingstarted-limits.html`,
  },
  'package-size': {
    severity: 'refused',
    about: 'code and layers that exceed 250 MB unzipped',
    remedy: 'leave out files that the function does not read, or use a container image',
    source: `${LAMBDA}/gettingstarted-limits.html`,
  },
  'deployment-without-methods': {
    severity: 'refused',
    about:
      'a deployment that CloudFormation may create before every method of a REST API, or every route of a WebSocket API',
    remedy: 'list the methods or routes in DependsOn of the deployment',
    source: `${CLOUDFORMATION}/TemplateReference/aws-resource-apigateway-deployment.html`,
  },
  'terraform-order': {
    severity: 'refused',
    about: 'a part of a REST API that Terraform may create before a resource that it needs',
    remedy: 'refer to the other resource in an attribute, or list it in depends_on',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/196',
  },
  'update-changes-type': {
    severity: 'refused',
    about: 'a logical id whose resource type differs from the deployed template',
    remedy: 'give the new resource another logical id',
    source: 'https://github.com/aws/aws-sam-cli/issues/6786',
  },
  'update-replaces-named': {
    severity: 'refused',
    about: 'a resource with a custom name that an update must replace',
    remedy: 'change the name together with the other property, or undo the change',
    source: `${CLOUDFORMATION}/TemplateReference/aws-properties-name.html`,
  },
  'update-creates-first': {
    severity: 'refused',
    about: 'a new resource that conflicts with an old one, which the update deletes only later',
    remedy:
      'keep the logical id and the value, or deploy twice: first without the old resource, then with the new one',
    source: 'https://github.com/serverless/serverless/issues/3785',
  },
  'update-forbidden': {
    severity: 'refused',
    about: 'a change that the service does not allow on an existing resource',
    remedy: 'undo the change, or create a second resource with the new value',
    source: `${CLOUDFORMATION}/UserGuide/using-cfn-updating-stacks-update-behaviors.html`,
  },
  'update-export': {
    severity: 'refused',
    about: 'an export that an update removes or changes although another stack imports it',
    remedy: 'keep the export until the other stack no longer imports it',
    source: `${CLOUDFORMATION}/UserGuide/using-cfn-stack-exports.html`,
  },
  'update-loses': {
    severity: 'differs',
    about: 'an update that deletes data, or an address that callers know, together with a resource',
    remedy:
      'undo the change, or set DeletionPolicy: Retain and UpdateReplacePolicy: Retain and deploy that first',
    source: `${CLOUDFORMATION}/UserGuide/using-cfn-updating-stacks-update-behaviors.html`,
  },
  'update-replaces': {
    severity: 'differs',
    about: 'a resource that an update replaces with a new one that has another name or ARN',
    remedy: 'undo the change if something outside of the stack uses the name or ARN',
    source: `${CLOUDFORMATION}/UserGuide/using-cfn-updating-stacks-update-behaviors.html`,
  },
  'update-not-deployed': {
    severity: 'differs',
    about: 'changes to a REST API that reach no stage, because the deployment of the API stays the same',
    remedy: 'give the AWS::ApiGateway::Deployment a new logical id with each change to the API',
    source: `${CLOUDFORMATION}/TemplateReference/aws-resource-apigateway-deployment.html`,
  },
  'deployment-order': {
    severity: 'differs',
    about:
      'methods and gateway responses that CloudFormation may create after the deployment that should contain them',
    remedy: 'list these methods and gateway responses in DependsOn of the deployment',
    source: `${CLOUDFORMATION}/TemplateReference/aws-resource-apigateway-deployment.html`,
  },
  'late-method': {
    severity: 'differs',
    about: 'a method that a second stack adds to a REST API, without a deployment that contains it',
    remedy: 'add an AWS::ApiGateway::Deployment to the stack of the method, with the StageName of the stage',
    source: 'https://github.com/aws/aws-cdk/issues/12589',
  },
  'fails-always': {
    severity: 'differs',
    about: 'a route that AWS deploys, but that fails on every call',
    remedy: 'correct the integration',
    source: `${API_GATEWAY}/developerguide/api-gateway-integration-settings.html`,
  },
  'invoke-permission': {
    severity: 'differs',
    about: 'a function that its caller is not permitted to invoke',
    remedy: 'add the AWS::Lambda::Permission',
    source: `${LAMBDA}/access-control-resource-based.html`,
  },
  'target-role': {
    severity: 'differs',
    about: 'a target of a rule or schedule whose role may not call it',
    remedy: 'allow the action in the policies of the role',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html',
  },
  'repeated-key': {
    severity: 'differs',
    about: 'a key that is repeated in one mapping, so that only its last value counts',
    remedy: 'remove all but one of the keys',
    source: `${CLOUDFORMATION}/UserGuide/template-formats.html`,
  },
  'served-otherwise': {
    severity: 'differs',
    about: 'a type or property that the gateway does not serve as AWS does',
    remedy: 'test this part in an AWS account',
    source: `${CLOUDFORMATION}/TemplateReference/aws-template-resource-type-ref.html`,
  },
  'osls-schema': {
    severity: 'differs',
    about: 'a property or value that the schema of osls does not allow in a serverless.yml',
    remedy: 'remove the property, or correct its name or its value',
    source: 'https://github.com/oss-serverless/osls/blob/4.x/docs/guides/configuration-validation.md',
  },
  'never-fires': {
    severity: 'differs',
    about: 'a rule, filter or route that AWS deploys, but that nothing reaches or matches',
    remedy: 'correct the pattern, or let the source send its events',
    source:
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html',
  },
  'sam-ignores': {
    severity: 'differs',
    about:
      'a part of an API’s protection that SAM leaves out without a warning, so that the deployed API is open',
    remedy: 'correct the value, so that SAM includes it',
    source:
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html',
  },
  'sam-replaces': {
    severity: 'differs',
    about:
      'an API whose logical id is that of an implicit API, so that SAM replaces it with the API that it generates for events without RestApiId or ApiId',
    remedy:
      'give the API another logical id, and write this id into each event without RestApiId or ApiId; an API that is already deployed then gets a new id and address',
    source:
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html',
  },
  'inline-size': {
    severity: 'differs',
    about: 'a template over 51,200 bytes, which must be uploaded to S3 before it can be deployed',
    remedy:
      'deploy the template with a tool that uploads it to S3, or pass --s3-bucket to aws cloudformation deploy',
    source: `${CLOUDFORMATION}/UserGuide/cloudformation-limits.html`,
  },
  'typescript-handler': {
    severity: 'differs',
    about:
      'a TypeScript handler that is packaged without being compiled, so that Lambda does not find the module',
    remedy:
      'compile the handler when it is packaged: with the plug-in serverless-esbuild in serverless.yml, BuildMethod: esbuild in SAM, NodejsFunction in CDK, or esbuild before terraform plan',
    source: `${LAMBDA}/typescript-package.html`,
  },
  'unreachable-api': {
    severity: 'differs',
    about: 'an API without a stage, or a stage without a deployment, so that no request is answered',
    remedy: 'add the stage or the deployment',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html',
  },
  'missing-plugin': {
    severity: 'differs',
    about:
      'a plug-in of serverless.yml that osls cannot load, so that its additions to the template are missing',
    remedy: 'install what is missing, or remove the plug-in from plugins',
    source: 'https://github.com/oss-serverless/serverless/blob/main/docs/guides/plugins/README.md',
  },
  'missing-handler': {
    severity: 'differs',
    about:
      'a handler whose file is not in the package, or does not export the handler, so that every invocation fails',
    remedy: 'correct Handler, or build the code before it is packaged',
    source: `${LAMBDA}/nodejs-handler.html`,
  },
  'outside-import': {
    severity: 'differs',
    about: 'a file that a handler imports from outside of the folder that is packaged',
    remedy: 'move the file into the folder, or bundle the function',
    source: `${LAMBDA}/nodejs-package.html`,
  },
  'package-left-out': {
    severity: 'differs',
    about:
      'an imported package that the deployed code lacks: only devDependencies lists it, it is installed above the packaged folder, or it is not installed, so that the bundler cannot include it',
    remedy: 'add the package to dependencies in the package.json of the folder, or bundle the function',
    source: `${LAMBDA}/nodejs-package.html`,
  },
  'packaged-state': {
    severity: 'differs',
    about: 'a folder .gatewright inside a folder that is packaged with all its files',
    remedy:
      "leave .gatewright out of the package: in serverless.yml with plugins: [gatewright] or package: { patterns: ['!**/.gatewright/**'] }, otherwise by packaging a subfolder. Do not delete .gatewright/attach, if it exists, because gatewright detach needs it",
    source: 'https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html',
  },
  'parameter-without-value': {
    severity: 'unchecked',
    about: 'a parameter without a default, whose value is given when the stack is deployed',
    remedy: 'pass --param NAME=VALUE to the command check, with the value that you deploy',
    source: `${CLOUDFORMATION}/UserGuide/parameters-section-structure.html`,
  },
  'value-elsewhere': {
    severity: 'unchecked',
    about: 'a value that is stored in the account or created by another tool',
    remedy: 'add the value to gatewright.values.yml, or check it in the account',
    source: `${CLOUDFORMATION}/UserGuide/dynamic-references.html`,
  },
  'stack-name': {
    severity: 'unchecked',
    about: 'a value that contains the name of the stack, which is given only when the stack is deployed',
    remedy:
      'write the name of the deployed stack as stack_name into [STAGE.deploy.parameters] of samconfig.toml, and pass --stage STAGE (check does not read stack_name from [default.deploy.parameters]); if the finding remains, correct the value',
    source: `${CLOUDFORMATION}/TemplateReference/pseudo-parameter-reference.html`,
  },
  'export-elsewhere': {
    severity: 'unchecked',
    about: 'an export or an API of a stack that is not checked together with this stack',
    remedy: 'also name the stack that has the export or API: gatewright check OTHER THIS',
    source: `${CLOUDFORMATION}/UserGuide/using-cfn-stack-exports.html`,
  },
  'function-elsewhere': {
    severity: 'unchecked',
    about: 'a function that an API or event source invokes, and that no stack of this command has',
    remedy:
      'also name the stack that has the function in the command, as in gatewright start OTHER THIS (the gateway runs functions of loaded stacks only)',
    source: `${LAMBDA}/access-control-resource-based.html`,
  },
  'update-export-elsewhere': {
    severity: 'unchecked',
    about: 'an export that an update removes or changes, which another stack may import',
    remedy: 'list the stacks that import the export: aws cloudformation list-imports --export-name NAME',
    source: `${CLOUDFORMATION}/UserGuide/using-cfn-stack-exports.html`,
  },
  macro: {
    severity: 'unchecked',
    about: 'a transform that runs a macro in the account',
    remedy:
      'check the processed template: aws cloudformation get-template --stack-name NAME --template-stage Processed --query TemplateBody > processed.json',
    source: `${CLOUDFORMATION}/UserGuide/template-macros.html`,
  },
  'missing-file': {
    severity: 'unchecked',
    about: 'a file that the template names and that does not exist on this machine',
    remedy: 'create the file, for example by building the service first',
    source: 'https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html',
  },
  'not-synthesized': {
    severity: 'unchecked',
    about: 'a CDK app for which cdk synth fails on this machine, so that its current state is not checked',
    remedy: 'correct what makes cdk synth fail',
    source: 'https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-synth.html',
  },
  'not-planned': {
    severity: 'unchecked',
    about:
      'a plan that Terraform could not make, or not completely, so that the current state is not checked',
    remedy: 'correct what makes terraform plan fail',
    source: 'https://developer.hashicorp.com/terraform/internals/json-format',
  },
  'unbuilt-handler': {
    severity: 'unchecked',
    about: 'a handler that a script of package.json compiles, and that is not compiled yet',
    remedy: 'run the script before each deployment',
    source: `${LAMBDA}/typescript-package.html`,
  },
  'unclear-schedule': {
    severity: 'unchecked',
    about: 'a schedule that AWS accepts, although its documentation does not allow it',
    remedy: 'write the schedule as documented: cron(0 8 * * ? *), rate(1 minute), rate(5 minutes)',
    source: 'https://github.com/boto/boto3/issues/2876',
  },
  'unclear-variable': {
    severity: 'unchecked',
    about: 'a variable that Lambda’s documentation reserves, although functions with it have been deployed',
    remedy: `rename the variable, because Lambda sets ${UNCLEAR_VARIABLE} to the runtime, so the function may get that value instead of yours`,
    source: `${LAMBDA}/configuration-envvars.html`,
  },
  'web-acl': {
    severity: 'unchecked',
    about: 'a web ACL that the gateway cannot evaluate',
    remedy: READ_ELSEWHERE,
    source: 'https://docs.aws.amazon.com/waf/latest/developerguide/web-acl.html',
  },
  'type-not-checked': {
    severity: 'unchecked',
    about: 'a resource type whose properties are not checked',
    remedy: 'run cfn-lint, which checks the types of all services',
    source: 'https://github.com/aws-cloudformation/cfn-lint',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;

export function ruleOf(id: RuleId): Rule {
  return RULES[id];
}
