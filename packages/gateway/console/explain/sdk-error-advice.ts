/**
 * Advises what to change about errors of AWS services whose messages name the cause. The call may be one of a function
 * or of an integration. Each row names AWS's page about the rule. A page that is named without a host is below
 * https://docs.aws.amazon.com/amazondynamodb/latest/.
 */

type Row = {
  /** Matches `code: message`. */
  readonly text: RegExp;
  /** @param written the call, such as `the call at main.js:4` */
  readonly advise: (match: RegExpExecArray, written: string) => string;
};

const ROWS: readonly Row[] = [
  {
    // Empty values are not allowed for keys of tables and indexes
    // (developerguide/HowItWorks.NamingRulesDataTypes.html).
    text: /AttributeValue for a key attribute cannot contain an empty string value\. (?:IndexName: ([\w.-]+), IndexKey|Key): (\S+)/,
    advise: ([, index, key = ''], written) =>
      index === undefined
        ? `Give ${key} a value that is not empty in ${written}, or refuse the request with 400 before the call: ${key} is a key of the table.`
        : `Leave ${key} out of the item in ${written} if it is empty, because it is a key of the index ${index}: an item without ${key} is stored, but is not in the index. Or refuse the request with 400 before the call.`,
  },
  {
    // The attribute of a key must have the type that AttributeDefinitions declares (developerguide/GSI.html).
    text: /Type mismatch for Index Key (\S+),? Expected: (\w+),? Actual: (\w+),? IndexName: ([\w.-]+)/i,
    advise: ([, key = '', wanted = '', given = '', index = ''], written) =>
      `Write ${key} as ${wanted} in ${written}, not as ${given}: it is a key of the index ${index}, and has this type in AttributeDefinitions of the table.${given === 'NULL' ? ` Leave ${key} out of an item that has no value for it; the item is then not in the index.` : ''}`,
  },
  {
    // See APIReference/API_PutItem.html
    text: /Type mismatch for key (\S+) expected: (\w+),? actual: (\w+)/i,
    advise: ([, key = '', wanted = '', given = ''], written) =>
      `Write ${key} as ${wanted} in ${written}, not as ${given}: it is a key of the table, and has this type in AttributeDefinitions.`,
  },
  {
    // One BatchWriteItem must not name "the same item" twice (APIReference/API_BatchWriteItem.html).
    text: /Provided list of item keys contains duplicates/,
    advise: (_, written) =>
      `Keep only one entry for each key before ${written}: a batch may name each item only once. In JavaScript, [...new Map(items.map((item) => [keyOf(item), item])).values()] keeps the last item of each key, if keyOf joins the attributes of the key; in Python, table.batch_writer(overwrite_by_pkeys=['id']) does the same; list the key attributes of the table there.`,
  },
  {
    // See CancellationReasons in APIReference/API_TransactWriteItems.html
    text: /Transaction cancelled, please refer cancellation reasons for specific reasons \[([^\]]*)\]/,
    advise: ([, list = ''], written) => {
      const reasons = list.split(',').map((reason) => reason.trim());
      const failed = reasons.flatMap((reason, index) =>
        reason === 'None' ? [] : `item ${index + 1} (${reason})`,
      );
      return `Of ${reasons.length} items of TransactItems in ${written}, ${failed.join(' and ')} failed. CancellationReasons of the error has the reason of each, in the same order: read it, and answer 409 for ConditionalCheckFailed, or try again for TransactionConflict.`;
    },
  },
  {
    // See APIReference/API_TransactWriteItems.html
    text: /Transaction request cannot include multiple operations on one item/,
    advise: (_, written) =>
      `Join the operations on the same item in ${written} into one: write the ConditionExpression in the Put, Update or Delete itself, without a separate ConditionCheck.`,
  },
  {
    // APIReference/API_Query.html, KeyConditionExpression
    text: /Query condition missed key schema element: (\S+)/,
    advise: ([, key = ''], written) =>
      `Compare ${key} with = in KeyConditionExpression of ${written}: a query needs the partition key. To query by other attributes, set IndexName to an index that has them as its keys.`,
  },
  {
    // APIReference/API_Query.html, KeyConditionExpression
    text: /Query key condition not supported/,
    advise: (_, written) =>
      `Compare the partition key with = only in KeyConditionExpression of ${written}, and the sort key with =, <, <=, >, >=, BETWEEN or begins_with. Other conditions belong in FilterExpression.`,
  },
  {
    // developerguide/Query.FilterExpression.html
    text: /can only contain non-primary key attributes: .*?(?:attribute|name): (\S+)|can only contain non-primary key attributes/,
    advise: ([, key = 'the key'], written) =>
      `Move the condition about ${key} from FilterExpression into KeyConditionExpression in ${written}: a filter may not name keys.`,
  },
  {
    // APIReference/API_Query.html, IndexName
    text: /The table does not have the specified index(?:: (\S+))?/,
    advise: ([, index = 'it'], written) =>
      `Name an index of the table in IndexName of ${written}, or add ${index} to GlobalSecondaryIndexes of the table.`,
  },
  {
    // APIReference/API_Query.html, ConsistentRead
    text: /Consistent reads are not supported on global secondary indexes/,
    advise: (_, written) =>
      `Remove ConsistentRead from ${written}: a global secondary index follows its table with a delay. Read the table itself by its key, if the value must be current.`,
  },
  {
    // See UpdateExpression in APIReference/API_UpdateItem.html
    text: /Cannot update attribute (\S+)\. This attribute is part of the key/,
    advise: ([, key = ''], written) =>
      `Remove ${key} from the update in ${written}: Key already names it. To change a key, put the item with the new key and delete the old one.`,
  },
  {
    // developerguide/Expressions.ExpressionAttributeValues.html
    text: /Value provided in (ExpressionAttribute\w+) unused in expressions: keys: \{([^}]*)\}/,
    advise: ([, member = '', names = ''], written) =>
      `Remove ${names} from ${member} of ${written}, or use it in an expression.`,
  },
  {
    // developerguide/Expressions.UpdateExpressions.html
    text: /The document path provided in the update expression is invalid for update/,
    advise: (_, written) =>
      `Create the map or list around the attribute before ${written}: SET of a nested path needs a parent. Put the item with an empty map, or set the whole map with if_not_exists.`,
  },
  {
    // developerguide/Constraints.html: 400 KB
    text: /Item size (?:to update )?has exceeded the maximum allowed size/,
    advise: (_, written) =>
      `Store less than 400 KB, names of attributes included, in the item of ${written}: put the large value into S3, and its key into the item.`,
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatchRequestEntry.html
    text: /InvalidBatchEntryId/,
    advise: (_, written) =>
      `Give each entry of ${written} an Id of letters, digits, - and _, with at most 80 characters, such as its position in the batch: the Id only says which entry of the response belongs to which entry of the call. Put an id of your own, such as one that contains / or :, into the message.`,
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    text: /BatchEntryIdsNotDistinct/,
    advise: (_, written) =>
      `Give each entry of ${written} a different Id, such as its position in the batch: Ids may not repeat within one call.`,
  },
  {
    // See https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    text: /TooManyEntriesInBatchRequest/,
    advise: (_, written) => `Divide the entries of ${written} into calls of at most 10.`,
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    text: /EmptyBatchRequest/,
    advise: (_, written) => `Skip ${written} if there are no entries: a batch must contain at least one.`,
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    text: /BatchRequestTooLong/,
    advise: (_, written) =>
      `Divide the entries of ${written} into several calls: all messages of a batch together may not exceed the size limit of one message. Put large data into S3, and its key into the message.`,
  },
  {
    // See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
    text: /ReceiptHandleIsInvalid/,
    advise: (_, written) =>
      `Give ${written} the ReceiptHandle that the same queue returned when the message was last received. It is not the MessageId.`,
  },
  {
    // See https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    text: /ResourceNotFoundException.*Function not found: (\S+)/s,
    advise: ([, arn = ''], written) =>
      `Name a function that exists in the account and region of the caller in FunctionName of ${written}, for example with an environment variable whose value is !Ref of the AWS::Lambda::Function: no function has the ARN ${arn}.`,
  },
  {
    // See https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    text: /InvalidRequestContentException/,
    advise: (_, written) =>
      `Set Payload of ${written} to a string that contains a JSON value: JSON.stringify(…) in JavaScript, json.dumps(…) in Python.`,
  },
];

/** Returns undefined if the message does not name a known cause. */
export function adviseByMessage(code: string, detail: string, written: string): string | undefined {
  for (const { text, advise } of ROWS) {
    const match = text.exec(`${code}: ${detail}`);
    if (match !== null) return advise(match, written);
  }
  return undefined;
}
