/**
 * Checks the account's role for logs. If there is none, API Gateway refuses a stage with logs. HTTP APIs do not need
 * this role.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { Finding } from './finding.ts';
import type { StackView, Views } from './views.ts';

export function checkLogRole({ stack, account }: Views): readonly Finding[] {
  if (account.hasLogRole !== false) return [];
  if (Object.values(stack.template.Resources).some(({ Type }) => Type === 'AWS::ApiGateway::Account'))
    return [];
  return stagesWithLogs(stack).map((logicalId) => ({
    id: 'log-role',
    level: 'obstacle',
    where: `${logicalId} of the compiled template`,
    what: 'the account has no role that lets API Gateway write logs',
    why: 'a REST or WebSocket stage with logs is refused: "CloudWatch Logs role ARN must be set in account settings"',
    fix: `create the role once for ${account.accountId} in ${stack.region} (node_modules/gatewright/docs/guides/operate/operating.md, "The account's role for logs"), or switch off the logs of the stage`,
  }));
}

export function stagesWithLogs({ template: { Resources } }: StackView): readonly string[] {
  const isWebSocket = (api: unknown): boolean => {
    const { Ref: id } = membersOf(api);
    return membersOf(Resources[String(id)]?.Properties)['ProtocolType'] === 'WEBSOCKET';
  };
  return Object.entries(Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const properties = membersOf(Properties);
    const settings = { ...properties, ...membersOf(properties['StageDescription']) };
    switch (Type) {
      case 'AWS::ApiGatewayV2::Stage':
        return isWebSocket(properties['ApiId']) && writesLogs(settings) ? [logicalId] : [];
      case 'AWS::ApiGateway::Stage':
      case 'AWS::ApiGateway::Deployment':
        return writesLogs(settings) ? [logicalId] : [];
      default:
        return [];
    }
  });
}

function writesLogs(settings: Readonly<Record<string, unknown>>): boolean {
  const { AccessLogSettings, AccessLogSetting, DefaultRouteSettings, RouteSettings, MethodSettings } =
    settings;
  const routes = [
    DefaultRouteSettings,
    ...Object.values(membersOf(RouteSettings)),
    ...(Array.isArray(MethodSettings) ? (MethodSettings as readonly unknown[]) : []),
  ];
  return (
    AccessLogSettings !== undefined ||
    AccessLogSetting !== undefined ||
    routes.some(
      (route) => !['OFF', undefined].includes(membersOf(route)['LoggingLevel'] as string | undefined),
    )
  );
}
