/**
 * A worker reduced to its plugin host: starts the rogue `spawns-child` as a source task, prints the process ids of the plugin and
 * of the plugin's child, one per line, and stays until it is killed.
 */
import { PluginFixture } from './plugin-fixture.ts';

const fixture = new PluginFixture();
const task = await fixture.openSource('spawns-child');
const line = await fixture.line(/^child /);
console.log(task.plugin.pid);
console.log(String(line['msg']).replace('child ', ''));
await task.client.ended;
