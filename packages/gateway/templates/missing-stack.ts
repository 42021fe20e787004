/**
 * Returns CloudFormation's message for a stack that does not exist [obs: cloudformation,
 * `test_describe_non_existent_stack`].
 */
export function stackDoesNotExist(action: string, stackName: string): string {
  const named = action === 'DescribeStackResource' ? `'${stackName}'` : `with id ${stackName}`;
  return `Stack ${named} does not exist`;
}
