import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** What becomes of one chunk of a broker's responses. */
export type ProxyVerdict =
  /** It is passed on. */
  | 'pass'
  /** The connection is cut after it was passed on. */
  | 'cut-after'
  /** The connection is cut instead: the broker has acted, and the client does not hear of it. */
  | 'cut-instead';

/**
 * A TCP proxy before one broker, or another server, whose connections break on demand. It puts its own port in the place of the broker's wherever the
 * broker tells its address, so that clients stay with it.
 */
export class FlakyProxy {
  /** Asked for each chunk of a response. */
  judge: () => ProxyVerdict = () => 'pass';
  /** Connections are refused: they end as soon as they are made. */
  refuses = false;
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<{ readonly client: Socket; readonly broker: Socket }>();
  #cuts = 0;

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    this.#target = target;
    server.on('connection', client => this.#serve(client));
  }

  /** @param bootstrap `host:port` of the broker, as the broker itself advertises it. */
  static async start(bootstrap: string): Promise<FlakyProxy> {
    const [host = '', port] = bootstrap.split(':');
    const proxy = new FlakyProxy(createServer(), { host, port: Number(port) });
    proxy.#server.listen(0, host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** `host:port` to give to clients. */
  get bootstrapServers(): string {
    return `${this.#target.host}:${this.#port}`;
  }

  /** How many connections were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Breaks all connections that are open. */
  cutAll(): void {
    for (const pair of this.#pairs) this.#cut(pair);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cutAll();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  get #port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  #serve(client: Socket): void {
    const broker = connect(this.#target.port, this.#target.host);
    const pair = { client, broker };
    this.#pairs.add(pair);
    for (const socket of [client, broker]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        client.destroy();
        broker.destroy();
      });
    }
    if (this.refuses) {
      this.#cut(pair);
      return;
    }
    client.on('data', chunk => broker.write(chunk));
    broker.on('data', chunk => this.#answer(pair, chunk));
  }

  #answer(pair: { readonly client: Socket; readonly broker: Socket }, chunk: Buffer): void {
    const verdict = this.judge();
    if (verdict === 'cut-instead') {
      this.#cut(pair);
      return;
    }
    pair.client.write(this.#withOwnPort(chunk), () => {
      if (verdict === 'cut-after') this.#cut(pair);
    });
  }

  #cut(pair: { readonly client: Socket; readonly broker: Socket }): void {
    this.#cuts += 1;
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    // What the broker has received already it carries out; only its answer goes nowhere.
    pair.broker.end();
  }

  #withOwnPort(chunk: Buffer): Buffer {
    const { host, port } = this.#target;
    const told = Buffer.concat([Buffer.from(host), int32(port)]);
    const changed = Buffer.from(chunk);
    for (let at = changed.indexOf(told); at >= 0; at = changed.indexOf(told, at + told.length)) {
      int32(this.#port).copy(changed, at + host.length);
    }
    return changed;
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
