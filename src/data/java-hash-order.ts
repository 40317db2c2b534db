/**
 * The entries in the order in which a Java `HashMap` iterates them that was filled one by one: by bucket of the key's hash, within a
 * bucket as inserted. Null stands for Java's null.
 */
export function inJavaHashOrder<K extends string | null, V>(entries: ReadonlyMap<K, V>): Map<K, V> {
  let buckets = 16;
  while (entries.size > buckets * 0.75) buckets *= 2;
  const bucketOf = (key: string | null): number => {
    const hash = key === null ? 0 : javaStringHash(key);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return new Map([...entries].sort(([a], [b]) => bucketOf(a) - bucketOf(b)));
}

function javaStringHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}
