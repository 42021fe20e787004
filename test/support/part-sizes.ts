/** How large a packaged stack is. */

type Template = {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Condition?: string }>>;
};

/**
 * Counts only what a deployment without further parameters creates, so neither the deployment bucket nor resources that
 * a condition leaves out.
 */
export function countResources({ Resources }: Template) {
  const made = Object.entries(Resources).filter(
    ([id, { Condition }]) => Condition === undefined && !id.startsWith('ServerlessDeploymentBucket'),
  );
  const ofType = (type: string): number => made.filter(([, { Type }]) => Type === type).length;
  const alarms = ofType('AWS::CloudWatch::Alarm');
  return {
    withoutAlarms: made.length - alarms - ofType('AWS::SNS::Topic'),
    withAlarms: made.length,
    functions: ofType('AWS::Lambda::Function'),
    tables: ofType('AWS::DynamoDB::Table'),
    alarms,
  };
}
