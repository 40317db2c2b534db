/** How much a plugin is to log, which its tasks are told while they run. */
export interface PluginLog {
  /** A level of pino's. */
  readonly level: string;
  /** Calls `listener` when {@link level} may have changed. @returns ends that. */
  onChange(listener: () => void): () => void;
}

/** What a plugin logs at that is told nothing. */
const pluginDefault = 'info';

/** Tells a task the level of its plugin's log, now unless it is what plugins begin with, and after each change. @returns ends that. */
export function followPluginLog(log: PluginLog, send: (level: string) => void): () => void {
  let told = pluginDefault;
  const tell = (): void => {
    const level = toPluginLevel(log.level);
    if (level === told) return;
    told = level;
    send(level);
  };
  tell();
  return log.onChange(tell);
}

/** Plugins know no level that is quieter than `error`. */
function toPluginLevel(level: string): string {
  return level === 'fatal' || level === 'silent' ? 'error' : level;
}
