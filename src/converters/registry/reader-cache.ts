/** Values by schema id and version, compiled when first needed; the oldest id goes when there are too many (I7). */
export class ReaderCache<V> {
  readonly #maxEntries: number;
  readonly #byId = new Map<number, Map<number | null, V>>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** The value, made by `make` if it is not there. */
  get(id: number, version: number | null, make: () => V): V {
    const byVersion = this.#byId.get(id) ?? this.#add(id);
    const known = byVersion.get(version);
    if (known !== undefined) return known;
    // One schema has few versions under the subjects of one task's topics.
    if (byVersion.size >= this.#maxEntries) byVersion.clear();
    const made = make();
    byVersion.set(version, made);
    return made;
  }

  #add(id: number): Map<number | null, V> {
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size < this.#maxEntries) break;
      this.#byId.delete(oldest);
    }
    const byVersion = new Map<number | null, V>();
    this.#byId.set(id, byVersion);
    return byVersion;
  }
}
