/** Prints the results of an MCP server. The texts come from outside, so control characters in them are made visible. */
import { asText, listOf, memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { showControls } from '@gatewright/aws/text/visible-text';

/** Describes the result of a tool. Structured content is printed if there is no other content. */
export function describeContent(result: UnknownMembers): readonly string[] {
  const content = listOf(result, 'content');
  if (content.length > 0) return content.flatMap(describePart);
  return [JSON.stringify(memberOf(result, 'structuredContent') ?? result)];
}

export function describeMessages(result: UnknownMembers): readonly string[] {
  return listOf(result, 'messages').flatMap((message) => [
    `${asText(memberOf(message, 'role')) ?? ''}:`,
    ...describePart(memberOf(message, 'content')).map((line) => `  ${line}`),
  ]);
}

export function describeResource(result: UnknownMembers): readonly string[] {
  return listOf(result, 'contents').flatMap(describePart);
}

function describePart(part: unknown): readonly string[] {
  const text = asText(memberOf(part, 'text'));
  if (text !== undefined) return text.split(/\r?\n/).map(showControls);
  const bytes = asText(memberOf(part, 'data')) ?? asText(memberOf(part, 'blob'));
  if (bytes === undefined) return [showControls(JSON.stringify(part))];
  const type = asText(memberOf(part, 'mimeType')) ?? 'content of unknown type';
  return [
    showControls(`(${type}, ${Buffer.byteLength(bytes, 'base64')} bytes; --json prints them in Base64)`),
  ];
}
