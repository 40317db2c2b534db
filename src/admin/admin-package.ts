import { loadSync, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { protoFolder } from '../wire/proto-files.ts';

const files = ['connectors', 'offsets', 'plugins', 'cluster'].map(name => `millrace/admin/v1/${name}.proto`);

/** What errors carry in their details: a client that asks reflection can read them then. */
const errorFiles = ['google/rpc/status.proto', 'google/rpc/error_details.proto'];

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

/** Loads the admin API from its .proto files, blocking. */
export function loadAdminPackage(): AdminPackage {
  const loaded = loadSync(files, { includeDirs: [protoFolder()], enums: String, longs: Number, defaults: true });
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
    reflectionFiles: [...files, ...errorFiles, healthProtoPath],
  };
}

function serviceOf(loaded: PackageDefinition, name: string): ServiceDefinition {
  const definition = loaded[name];
  if (definition === undefined || !isService(definition))
    throw new TypeError(`No service '${name}' in ${files.join(', ')}`);
  return definition;
}

/** Messages and enums have a `format`; a service is a map of its methods. */
function isService(definition: PackageDefinition[string]): definition is ServiceDefinition {
  return !('format' in definition);
}
