import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

/** Creates the errors of refused calls, with the error names of the API reference ("Errors" of each operation). */
export function invalidParameter(message: string): OperationRefused {
  return new OperationRefused('InvalidParameterException', message);
}

export function noGroup(): OperationRefused {
  return new OperationRefused('ResourceNotFoundException', 'The specified log group does not exist.');
}

export function noStream(): OperationRefused {
  return new OperationRefused('ResourceNotFoundException', 'The specified log stream does not exist.');
}

export function exists(what: 'group' | 'stream'): OperationRefused {
  return new OperationRefused('ResourceAlreadyExistsException', `The specified log ${what} already exists`);
}

/** @param offset the offset of the error in the query */
export function malformedQuery(message: string, offset: number): OperationRefused {
  const location = { startCharOffset: offset, endCharOffset: offset };
  return new OperationRefused('MalformedQueryException', message, {
    queryCompileError: { location, message },
  });
}
