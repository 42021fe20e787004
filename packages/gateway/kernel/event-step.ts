/**
 * The steps of an event from its sender to a function or a queue, or until it is dropped. A step contains codes and
 * values, from which other code makes sentences.
 */

/** What happens after a failed try. */
export type NextTry =
  | { readonly kind: 'again'; readonly atEpochMs: number }
  /** The message can be received again after the queue's VisibilityTimeout. */
  | {
      readonly kind: 'visible';
      readonly afterMs: number;
      readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number } | undefined;
    }
  | { readonly kind: 'halves' }
  | { readonly kind: 'none' };

/**
 * The sender of the JSON envelope in the body of a message. A topic or a rule wraps a published message or event in
 * such an envelope.
 */
export type Envelope = { readonly of: 'topic'; readonly topicArn: string } | { readonly of: 'rule' };

export type EventStep =
  /** A topic, bus, queue, stream, table, bucket, schedule or function has received the event. */
  | {
      readonly kind: 'accepted';
      readonly at: string;
      readonly id: string;
      readonly what: 'message' | 'event' | 'record' | 'object' | 'invocation' | 'run' | 'trigger' | 'call';
      /**
       * The detail type and source of an event, the key of an object, the change of an item, the source of a user
       * pool's trigger, or the operation of a call.
       */
      readonly name?: string | undefined;
      /** The number of subscriptions, rules, mappings or notifications that could deliver the event. */
      readonly readers?: number | undefined;
      readonly delayMs?: number | undefined;
    }
  /** A FIFO queue or topic has already received a message with this deduplication id, so it drops the message. */
  | { readonly kind: 'duplicate'; readonly at: string; readonly id: string }
  /** A pattern, filter policy, filter criteria or key filter did not match, or its rule is disabled. */
  | {
      readonly kind: 'filtered';
      readonly from: string;
      readonly to: string;
      readonly by:
        | 'EventPattern'
        | 'FilterPolicy'
        | 'FilterCriteria'
        | 'Filter'
        | 'Event'
        | 'EventBridgeConfiguration'
        | 'State'
        | 'InputTemplate'
        | 'LambdaConfig';
      /** The name or the physical id of the rule, subscription or mapping, or the name of the trigger. */
      readonly rule: string;
      readonly why: string;
      /** The body of an SQS message that is plain text, and not an object or a list in JSON. */
      readonly isTextBody?: true;
      /** Such a text that is the base64 of an object in JSON. */
      readonly isBase64Body?: true;
    }
  | {
      readonly kind: 'delivered';
      readonly from: string;
      readonly to: string;
      readonly rule?: string | undefined;
      readonly tries: number;
      /** The target is not in a loaded stack, so the call is only recorded. */
      readonly isRecorded?: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly from: string;
      readonly to: string;
      readonly rule?: string | undefined;
      readonly code: string;
      readonly message: string;
      readonly tries: number;
      readonly next: NextTry;
    }
  /** A function ran for the event, or for a batch that contains it. */
  | {
      readonly kind: 'ran';
      readonly functionName: string;
      /** The ARN of the queue or stream; undefined for an asynchronous invocation. */
      readonly from: string | undefined;
      /** The physical id of the event source mapping. */
      readonly mapping?: string | undefined;
      readonly invocationId: string | undefined;
      readonly records: number;
      readonly tries: number;
      readonly outcome: 'returned' | 'failed' | 'timed-out' | 'refused';
      readonly errorType?: string | undefined;
      readonly errorMessage?: string | undefined;
      /** The number of records that the function reported in batchItemFailures, or why these cannot be read. */
      readonly failedItems?: number | string | undefined;
      /**
       * The number of failed records that the function reported although its mapping has no ReportBatchItemFailures.
       */
      readonly unreadItems?: number | undefined;
      /** The event of a failed function, or its beginning. */
      readonly payload?: string | undefined;
      readonly next?: NextTry | undefined;
      /** The envelope of the first message, if a topic or a rule sent it. */
      readonly envelope?: Envelope | undefined;
    }
  /** A user pool, a queue or a bus refused a call, or an entry of a call. */
  | {
      readonly kind: 'denied';
      readonly at: string;
      readonly operation: string;
      /** The id of the app client that the call named. */
      readonly clientId?: string | undefined;
      readonly code: string;
      readonly message: string;
      /** The part of the call that the pool refused, if AWS's message does not name it. */
      readonly subject?: string | undefined;
      /** The member of the response that reports refused entries, if the call itself succeeded. */
      readonly toldIn?: 'FailedEntryCount' | 'Failed';
    }
  /** The role of a function does not allow a call that the function made. `message` is AWS's message. */
  | {
      readonly kind: 'forbidden';
      readonly functionName: string;
      readonly action: string;
      readonly resource: string;
      readonly message: string;
    }
  /**
   * A service refused a call by a function, and no policy is the reason. The code of the function may hide the error.
   */
  | {
      readonly kind: 'rejected';
      readonly functionName: string;
      /** The signing name of the service. */
      readonly service: string;
      readonly operation: string;
      /** What the input of the call names, such as a table or the URL of a queue. */
      readonly target?: string | undefined;
      readonly code: string;
      readonly message: string;
    }
  /** A user pool answered a sign-in with a challenge instead of tokens. */
  | { readonly kind: 'challenged'; readonly at: string; readonly challenge: 'NEW_PASSWORD_REQUIRED' }
  /** A message was received too often and left its queue. */
  | {
      readonly kind: 'moved';
      readonly from: string;
      readonly to: string;
      readonly receiveCount: number;
      readonly isLost: boolean;
    }
  /** No further try follows. */
  | {
      readonly kind: 'ended';
      readonly from: string;
      readonly condition: string;
      readonly as: 'destination' | 'dead-letter queue' | 'dropped';
      readonly to?: string | undefined;
      /** Why the destination or the dead-letter queue did not get the event. */
      readonly loss?: string | undefined;
    };

/** The first event of a chain that no request caused. */
export type EventRecord = {
  readonly form: 'event';
  readonly id: string;
  readonly cause: string;
  readonly atEpochMs: number;
};

export type StampedStep = EventStep & { readonly atEpochMs: number; readonly cause: string };
