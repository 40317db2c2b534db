import { AdminServer } from '../../src/admin/admin-server.ts';
import { SystemClock } from '../../src/async/clock.ts';
import { createSilentLogger } from '../../src/logging/logger.ts';
import { FakeHerder } from './fake-herder.ts';
import { ReflectionClient } from './reflection-client.ts';

/** A real admin server over a herder in memory, and a client of it. */
export class AdminFixture {
  readonly herder: FakeHerder;
  readonly server: AdminServer;
  readonly client: ReflectionClient;

  private constructor(herder: FakeHerder, server: AdminServer, client: ReflectionClient) {
    this.herder = herder;
    this.server = server;
    this.client = client;
  }

  /** Listens on a free port. */
  static async start(): Promise<AdminFixture> {
    const herder = new FakeHerder();
    const log = createSilentLogger();
    const server = new AdminServer({
      herder,
      clock: new SystemClock(),
      log,
      addresses: ['127.0.0.1:0'],
      drainTimeoutMs: 2000,
    });
    const [address = ''] = await server.start();
    return new AdminFixture(herder, server, new ReflectionClient(address));
  }

  async close(): Promise<void> {
    this.client.close();
    await this.server.close();
  }
}
