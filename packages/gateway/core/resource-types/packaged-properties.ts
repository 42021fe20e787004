/**
 * The property of each type that may contain a local path. `aws cloudformation package` uploads the file and replaces
 * the path by its location in a bucket. SAM's types have other properties.
 * @see https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
 */
export const PACKAGED_PROPERTIES = {
  'AWS::ApiGateway::RestApi': 'BodyS3Location',
  'AWS::ApiGatewayV2::Api': 'BodyS3Location',
  'AWS::Lambda::Function': 'Code',
  'AWS::Lambda::LayerVersion': 'Content',
  'AWS::StepFunctions::StateMachine': 'DefinitionS3Location',
  'AWS::CloudFormation::Stack': 'TemplateURL',
} as const;

/** Returns the property that may contain the local path of a file to be packaged; undefined for other types. */
export function packagedProperty(type: string): string | undefined {
  return Object.hasOwn(PACKAGED_PROPERTIES, type)
    ? PACKAGED_PROPERTIES[type as keyof typeof PACKAGED_PROPERTIES]
    : undefined;
}
