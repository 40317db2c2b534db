import { fromJSON, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { protoFiles } from '../wire/proto-files.ts';
import { readProtoJson } from '../wire/proto-json.ts';

/** Service definitions of the admin API, and what reflection is to tell of it. */
export interface AdminPackage {
  readonly connectors: ServiceDefinition;
  readonly offsets: ServiceDefinition;
  readonly plugins: ServiceDefinition;
  readonly cluster: ServiceDefinition;
  /** Full names of the services above. */
  readonly serviceNames: readonly string[];
  /** Files of the same, of the health service and of the messages in error details, for reflection. */
  readonly reflectionFiles: readonly string[];
}

/** Makes the admin API from what its .proto files say, blocking. */
export function loadAdminPackage(): AdminPackage {
  const loaded = fromJSON(readProtoJson('admin'), { enums: String, longs: Number, defaults: true });
  const names = {
    connectors: 'millrace.admin.v1.Connectors',
    offsets: 'millrace.admin.v1.Offsets',
    plugins: 'millrace.admin.v1.Plugins',
    cluster: 'millrace.admin.v1.Cluster',
  };
  return {
    connectors: serviceOf(loaded, names.connectors),
    offsets: serviceOf(loaded, names.offsets),
    plugins: serviceOf(loaded, names.plugins),
    cluster: serviceOf(loaded, names.cluster),
    serviceNames: Object.values(names),
    // What errors carry in their details is among them: a client that asks reflection can read them then.
    reflectionFiles: [...protoFiles.admin, ...protoFiles.status, healthProtoPath],
  };
}

function serviceOf(loaded: PackageDefinition, name: string): ServiceDefinition {
  const definition = loaded[name];
  if (definition === undefined || !isService(definition))
    throw new TypeError(`No service '${name}' in ${protoFiles.admin.join(', ')}`);
  return definition;
}

/** Messages and enums have a `format`; a service is a map of its methods. */
function isService(definition: PackageDefinition[string]): definition is ServiceDefinition {
  return !('format' in definition);
}
