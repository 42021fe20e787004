/**
 * The handle of a task that moves the messages of an SQS queue: base64 of a JSON object with the id of the task and the
 * ARN of its source (docs/aws/calls.md).
 */
import { asNonEmptyText, parseJsonObject } from './json-object.ts';

type MoveTaskHandle = { readonly taskId: string; readonly sourceArn: string };

export function printMoveTaskHandle({ taskId, sourceArn }: MoveTaskHandle): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');
}

/** Reads a handle; undefined for any other text. */
export function parseMoveTaskHandle(text: string): MoveTaskHandle | undefined {
  const members = parseJsonObject(Buffer.from(text, 'base64').toString()) ?? {};
  const [taskId, sourceArn] = [asNonEmptyText(members['taskId']), asNonEmptyText(members['sourceArn'])];
  return taskId === undefined || sourceArn === undefined ? undefined : { taskId, sourceArn };
}
