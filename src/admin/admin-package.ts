import { loadSync, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { loadReflectionPackage } from '../wire/file-descriptors.ts';
import { protoFolder } from '../wire/proto-files.ts';

const files = ['connectors', 'plugins', 'cluster'].map(name => `millrace/admin/v1/${name}.proto`);

/** What errors carry in their details: a client that asks reflection can read them then. */
const errorFiles = ['google/rpc/status.proto', 'google/rpc/error_details.proto'];

/** Service definitions of the admin API, and what reflection tells of it. */
export interface AdminPackage {
  readonly connectors: ServiceDefinition;
  readonly plugins: ServiceDefinition;
  readonly cluster: ServiceDefinition;
  /** Full names of the services above. */
  readonly serviceNames: readonly string[];
  /** The same, the health service and the messages in error details. */
  readonly reflection: PackageDefinition;
}

/** Loads the admin API from its .proto files, blocking. */
export function loadAdminPackage(): AdminPackage {
  const loaded = loadSync(files, { includeDirs: [protoFolder()], enums: String, longs: Number, defaults: true });
  const names = {
    connectors: 'millrace.admin.v1.Connectors',
    plugins: 'millrace.admin.v1.Plugins',
    cluster: 'millrace.admin.v1.Cluster',
  };
  return {
    connectors: serviceOf(loaded, names.connectors),
    plugins: serviceOf(loaded, names.plugins),
    cluster: serviceOf(loaded, names.cluster),
    serviceNames: Object.values(names),
    reflection: loadReflectionPackage([...files, ...errorFiles, healthProtoPath]),
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
