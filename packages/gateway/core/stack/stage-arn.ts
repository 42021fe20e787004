/**
 * Reads the ARN of a REST API's stage, such as `arn:aws:apigateway:eu-central-1::/restapis/a1b2c3/stages/prod`. A web
 * ACL names the stage that it guards in this form.
 * @returns `{apiId}/{stage}`, such as `a1b2c3/prod`; undefined for other ARNs
 */
export function stageKeyOf(arn: string): string | undefined {
  const [, apiId, stage] =
    /^arn:[^:]*:apigateway:[^:]*::\/restapis\/([^/]+)\/stages\/([^/]+)$/.exec(arn) ?? [];
  return apiId === undefined || stage === undefined ? undefined : `${apiId}/${stage}`;
}
