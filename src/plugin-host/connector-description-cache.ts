import type { ConnectorDescription } from '../wire/plugin-messages.ts';
import { readFolderState } from './folder-state.ts';
import type { PluginManifest } from './plugin-manifest.ts';

/**
 * What plugins said of their connectors, kept as long as the plugin's folder is unchanged, so that a config definition costs no
 * process. Holds one entry per plugin folder.
 */
export class ConnectorDescriptionCache {
  readonly #entries = new Map<
    string,
    { folderState: string; descriptions: Promise<readonly ConnectorDescription[]> }
  >();

  /**
   * The descriptions of the plugin's connectors; calls `describe` if they are unknown, once for callers at the same time. A
   * failure is not kept.
   */
  async get(
    manifest: PluginManifest,
    describe: () => Promise<readonly ConnectorDescription[]>,
  ): Promise<readonly ConnectorDescription[]> {
    const folderState = readFolderState(manifest.folder);
    const known = this.#entries.get(manifest.folder);
    if (known?.folderState === folderState) return known.descriptions;
    const entry = { folderState, descriptions: describe() };
    this.#entries.set(manifest.folder, entry);
    try {
      return await entry.descriptions;
    } catch (error) {
      if (this.#entries.get(manifest.folder) === entry) this.#entries.delete(manifest.folder);
      throw error;
    }
  }
}
