import type { ConfigMap } from './parsed-config.ts';

/** Which client settings connectors may override, by the names that `connector.client.config.override.policy` takes. */
const policies: ReadonlyMap<string, (key: string) => boolean> = new Map([
  ['All', () => true],
  ['None', () => false],
  ['Principal', (key: string) => ['sasl.jaas.config', 'sasl.mechanism', 'security.protocol'].includes(key)],
]);

/**
 * Alias of a policy, from the alias itself or Java's class name.
 *
 * @returns undefined when there is no such policy.
 */
export function findOverridePolicy(name: string): string | undefined {
  const simpleName = name.slice(name.lastIndexOf('.') + 1);
  const alias = simpleName.replace(/ConnectorClientConfigOverridePolicy$/, '');
  return policies.has(alias) ? alias : undefined;
}

/** Overrides of the clients that a connector of that kind uses, as far as the policy refuses them. */
export function checkOverrides(
  policyName: string,
  type: 'source' | 'sink',
  props: ConfigMap,
): { readonly key: string; readonly message: string }[] {
  const alias = findOverridePolicy(policyName) ?? 'None';
  const isAllowed = policies.get(alias) ?? (() => false);
  const prefix = type === 'source' ? 'producer.override.' : 'consumer.override.';
  const errors: { key: string; message: string }[] = [];
  for (const key of props.keys()) {
    if (!key.startsWith(prefix) || isAllowed(key.slice(prefix.length))) continue;
    const clientKey = key.slice(prefix.length);
    const message = `The '${alias}' policy does not allow '${clientKey}' to be overridden in the connector configuration.`;
    errors.push({ key, message });
  }
  return errors;
}
