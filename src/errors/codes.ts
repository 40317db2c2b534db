/**
 * The registry of error codes: what each means and how it shows on the two APIs. A code is never renamed once released.
 */

/** Canonical gRPC status codes, by number (google.rpc.Code). */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** What one error code means. */
export interface ErrorCode {
  readonly grpc: number;
  readonly http: number;
  /** The same call may succeed later without any change. */
  readonly retriable: boolean;
  readonly doc: string;
}

const code = (grpc: keyof typeof GrpcStatus, http: number, doc: string, retriable = false): ErrorCode => ({
  grpc: GrpcStatus[grpc],
  http,
  retriable,
  doc,
});

/** Every code that a {@link ConnectError} may carry. */
export const errorCodes = {
  CONFIG_INVALID: code(
    'INVALID_ARGUMENT',
    400,
    'A configuration value is missing or wrong; details name key and reason.',
  ),
  CONFIG_FILE_UNREADABLE: code('INVALID_ARGUMENT', 400, 'A configuration file cannot be read or parsed.'),
  REQUEST_INVALID: code('INVALID_ARGUMENT', 400, 'A request lacks something or contradicts itself.'),
  CONNECTOR_NOT_FOUND: code('NOT_FOUND', 404, 'No connector of that name exists.'),
  CONNECTOR_EXISTS: code('ALREADY_EXISTS', 409, 'A connector of that name exists already.'),
  TASK_NOT_FOUND: code('NOT_FOUND', 404, 'The connector has no task of that number.'),
  CONNECTOR_NOT_STOPPED: code('FAILED_PRECONDITION', 400, 'The operation needs a connector in state STOPPED.'),
  SINK_TASKS_LINGER: code('ABORTED', 500, 'Tasks of a stopped sink connector are still in its consumer group.', true),
  OFFSETS_REFUSED: code('FAILED_PRECONDITION', 500, 'The connector refuses to have its offsets altered like this.'),
  TOPIC_TRACKING_DISABLED: code(
    'FAILED_PRECONDITION',
    403,
    'The worker does not track topics, or lets no one reset them.',
  ),
  CONNECTOR_CLASS_UNKNOWN: code('INVALID_ARGUMENT', 400, 'No plugin provides a connector of that class.'),
  CONNECTOR_FAILED: code('INTERNAL', 500, 'A connector instance failed.'),
  TASK_FAILED: code('INTERNAL', 500, 'A task reported a failure.'),
  LOGGER_NOT_FOUND: code('NOT_FOUND', 404, 'No logger of that name is known.'),
  SHUTTING_DOWN: code('UNAVAILABLE', 503, 'The worker shuts down and takes no more requests.', true),
  WORKER_STARTING: code('UNAVAILABLE', 503, 'The worker has not started all that it was given at start.', true),
  DEADLINE_EXCEEDED: code('DEADLINE_EXCEEDED', 500, 'The request was not done within its deadline.', true),
  QUEUE_FULL: code('RESOURCE_EXHAUSTED', 503, 'Too many requests wait; try again later.', true),
  LISTENER_UNAVAILABLE: code('FAILED_PRECONDITION', 500, 'An address of this worker cannot be listened on.'),
  INTERNAL: code('INTERNAL', 500, 'A fault in Millrace itself.'),

  PLUGIN_MANIFEST_INVALID: code('FAILED_PRECONDITION', 500, 'A plugin.json is missing something or cannot be read.'),
  PLUGIN_NOT_EXECUTABLE: code('FAILED_PRECONDITION', 500, 'The program of a plugin is missing or may not be executed.'),
  PLUGIN_EXITED: code('UNAVAILABLE', 500, 'A plugin process ended although it was needed.', true),
  PLUGIN_START_TIMEOUT: code('DEADLINE_EXCEEDED', 500, 'A plugin did not answer its handshake in time.', true),
  PLUGIN_UNREACHABLE: code('UNAVAILABLE', 500, 'No plugin answers at the address to attach to.', true),
  PLUGIN_HANDSHAKE_REFUSED: code(
    'FAILED_PRECONDITION',
    500,
    'The plugin answered the handshake, but not as this worker needs it.',
  ),
  PLUGIN_PROTOCOL_UNSUPPORTED: code('FAILED_PRECONDITION', 500, 'Worker and plugin have no protocol major in common.'),
  PLUGIN_SILENT: code('UNAVAILABLE', 500, 'A plugin sent no sign of life within its deadline and was killed.', true),
  PLUGIN_CALL_FAILED: code('INTERNAL', 500, 'A call to a plugin failed.'),
  PLUGIN_RESTARTS_EXHAUSTED: code('INTERNAL', 500, 'A plugin process died too often in a row.'),
  PLUGIN_VERSION_NOT_FOUND: code('INVALID_ARGUMENT', 400, 'No plugin of the asked version is installed.'),
  FLOW_VIOLATION: code('INTERNAL', 500, 'A plugin sent a batch that it was not granted, or out of sequence.'),
  PROTOCOL_VIOLATION: code('INTERNAL', 500, 'A plugin sent something that the protocol does not allow there.'),
  WIRE_MALFORMED: code('INTERNAL', 500, 'Bytes on the wire are not the protobuf message that they should be.'),
  MESSAGE_TOO_LARGE: code('INTERNAL', 500, 'A message or record is larger than the limit; details give both.'),

  DATA_INVALID: code('INTERNAL', 500, 'A record cannot be converted.'),
  SCHEMA_INVALID: code('INTERNAL', 500, 'A schema is not valid.'),

  KAFKA_UNAVAILABLE: code('UNAVAILABLE', 500, 'No broker can be reached.', true),
  KAFKA_REQUEST_FAILED: code('INTERNAL', 500, 'A broker refused a request.'),
  KAFKA_REQUEST_RETRIABLE: code('UNAVAILABLE', 500, 'A broker could not serve a request now.', true),
  KAFKA_DELIVERY_TIMEOUT: code(
    'DEADLINE_EXCEEDED',
    500,
    'A record was not acknowledged within delivery.timeout.ms.',
    true,
  ),
  KAFKA_OUTCOME_UNKNOWN: code(
    'ABORTED',
    500,
    'Records were sent by a worker that has lost its membership since; they may have been written.',
  ),
  KAFKA_FENCED: code('ABORTED', 500, 'Another producer with the same id took over.'),
  KAFKA_TOPIC_MISSING: code('FAILED_PRECONDITION', 500, 'A topic does not exist and the broker does not create it.'),
  KAFKA_AUTHORIZATION: code('PERMISSION_DENIED', 500, 'The broker refuses the operation to this principal.'),
  KAFKA_BATCH_MALFORMED: code('DATA_LOSS', 500, 'A record batch read from a broker is not valid.'),
  KAFKA_OFFSET_OUT_OF_RANGE: code('OUT_OF_RANGE', 500, 'A partition does not hold the offset to read from.'),
  KAFKA_GROUP_NOT_EMPTY: code('FAILED_PRECONDITION', 500, 'The consumer group has members.'),
  GROUP_REBALANCE: code('ABORTED', 409, 'The group is rebalancing.', true),

  NOT_LEADER: code('ABORTED', 409, 'The worker does not lead its group, or does not run what was asked for.', true),
  FORWARD_FAILED: code(
    'UNAVAILABLE',
    500,
    'The worker that a request was handed on to has gone before it answered; what was asked for may have been done.',
    true,
  ),
  FORWARD_REFUSED: code('UNAVAILABLE', 500, 'The worker that a request is to be handed on to cannot be reached.', true),
  SIGNATURE_MISSING: code('UNAUTHENTICATED', 400, 'A request between workers carries no signature that is accepted.'),
  SIGNATURE_INVALID: code('PERMISSION_DENIED', 403, 'A request between workers is signed with another key.'),
  SESSION_KEY_MISSING: code('UNAVAILABLE', 503, 'The worker knows no key yet to check signatures with.', true),

  REGISTRY_UNAVAILABLE: code('UNAVAILABLE', 500, 'The schema registry cannot be reached or does not answer.', true),
  REGISTRY_NOT_FOUND: code('NOT_FOUND', 500, 'The schema registry does not have the schema, subject or version.'),
  REGISTRY_REFUSED: code('FAILED_PRECONDITION', 500, 'The schema registry refuses a schema or a request.'),
  REGISTRY_AUTHORIZATION: code('PERMISSION_DENIED', 500, 'The schema registry refuses these credentials.'),

  OFFSET_INVALID: code('INVALID_ARGUMENT', 400, 'A source partition or offset is not a flat JSON object.'),
  OFFSET_FILE_INVALID: code('FAILED_PRECONDITION', 500, 'The offsets file is torn or of another program.'),
  OFFSET_FILE_LOCKED: code('FAILED_PRECONDITION', 500, 'Another worker uses the offsets file.'),
  OFFSET_FILE_IO: code('UNAVAILABLE', 500, 'The offsets file cannot be read or written.', true),
  OFFSET_FLUSH_FAILED: code('UNAVAILABLE', 500, 'Offsets could not be written.', true),

  BROKER_UNAVAILABLE: code('FAILED_PRECONDITION', 500, 'No development broker could be found or started.'),
} as const satisfies Record<string, ErrorCode>;

/** Name of an error code. */
export type ErrorCodeName = keyof typeof errorCodes;
