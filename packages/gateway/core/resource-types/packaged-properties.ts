/**
 * The property of each type in which a template may have a local path, which `aws cloudformation package` replaces by the
 * place in a bucket. The types of SAM have other properties.
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

/** Returns the property for which a package has a file; undefined for other types. */
export function packagedProperty(type: string): string | undefined {
  return Object.hasOwn(PACKAGED_PROPERTIES, type)
    ? PACKAGED_PROPERTIES[type as keyof typeof PACKAGED_PROPERTIES]
    : undefined;
}
