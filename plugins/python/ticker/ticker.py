"""A source that counts: {"tick":n} every interval.ms. Bare grpcio and generated stubs, no SDK."""
import json, os, queue, sys, threading, time
from concurrent import futures
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "gen"))
import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from millrace.plugin.v1 import data_pb2 as data, plugin_pb2 as plugin, plugin_pb2_grpc, source_pb2 as source, source_pb2_grpc

CLASS, VERSION, KEY, MAX_TASKS = "io.millrace.ticker.TickerSourceConnector", "1.0.0", plugin.ConfigKey, 8
KEYS = [
    KEY(name="topic", type=KEY.STRING, required=True, importance=KEY.HIGH, documentation="Topic to write to."),
    KEY(name="interval.ms", type=KEY.LONG, default_value="1000", importance=KEY.HIGH, documentation="Time between ticks."),
    KEY(name="count", type=KEY.LONG, default_value="-1", importance=KEY.LOW, documentation="Last tick; -1 = no end."),
]

def check(key, config):
    value = config.get(key.name, key.default_value if key.HasField("default_value") else None)
    errors = [] if value else [f'Missing required configuration "{key.name}" which has no default value.']
    if value and key.type == KEY.LONG and not value.lstrip("-").isdigit():
        errors = [f"Invalid value {value} for configuration {key.name}: Not a number of type LONG"]
    return plugin.ConfigValue(name=key.name, value=value, errors=errors)

class Plugin(plugin_pb2_grpc.PluginServicer):
    def Handshake(self, request, context):
        major = 1 if 1 in request.majors else context.abort(grpc.StatusCode.FAILED_PRECONDITION, "ticker speaks major 1")
        return plugin.HandshakeResponse(major=major, nonce=request.nonce, plugin="ticker", version=VERSION, max_tasks=MAX_TASKS)

    def Describe(self, request, context):
        ticker = plugin.ConnectorDescription(class_name=CLASS, type=plugin.SOURCE, version=VERSION, keys=KEYS)
        return plugin.DescribeResponse(connectors=[ticker])

    def ValidateConfig(self, request, context):
        return plugin.ValidateConfigResponse(values=[check(key, request.config) for key in KEYS])

    def PlanTasks(self, request, context):
        return plugin.PlanTasksResponse(tasks=[plugin.TaskConfig(config=request.config)])

    def Watch(self, request, context):
        yield plugin.WatchEvent(watching=plugin.Watching())
        while context.is_active():
            time.sleep(min(request.heartbeat_ms, 1000) / 1000)
            yield plugin.WatchEvent(alive=plugin.Alive())

    def Shutdown(self, request, context):
        threading.Timer(0.05, os._exit, [0]).start()
        return plugin.ShutdownResponse()

class SourceTask(source_pb2_grpc.SourceTaskServicer):
    def Run(self, requests, context):
        inbox, now = queue.Queue(), time.monotonic
        reader = futures.ThreadPoolExecutor(1).submit(lambda: any(inbox.put(request) for request in requests))
        reader.add_done_callback(lambda done: inbox.put(None))  # the worker says no more
        start = inbox.get().start
        interval_ms, count = (int(start.config.get(key.name, key.default_value)) for key in KEYS[1:])
        partition, note = {"ticker": start.connector}, {"level": "debug", "connector": start.connector, "task": start.task}
        known = [json.loads(o.offset_json)["tick"] for o in start.offsets if json.loads(o.partition_json) == partition]
        tick, seq, due, beat, tokens, uncommitted = (known or [0])[0], 0, now(), now(), [], {}
        yield source.SourceUp(started=data.Started())
        topic, schema = data.Topic(id=1, name=start.config["topic"]), data.Schema(id=1, format=data.JSON)
        yield source.SourceUp(declare=data.Declare(schemas=[schema], topics=[topic]))
        while True:
            next_tick = due if tick != count else float("inf")
            if tokens and now() >= min(next_tick, tokens[0][1]):  # a batch is due: ticks, or none within max_wait_ms
                limit, records = max(1, tokens.pop(0)[0]), []
                while now() >= due and tick != count and len(records) < limit:
                    tick, due = tick + 1, due + interval_ms / 1000 if interval_ms else now()
                    records.append(data.Record(topic=1, value=b'{"tick":%d}' % tick))
                seq, uncommitted = seq + 1, {**uncommitted, seq + 1: tick}
                offset = data.SourceOffset(partition_json=json.dumps(partition).encode(), offset_json=b'{"tick":%d}' % tick)
                yield source.SourceUp(batch=data.Batch(seq=seq, value_schema=1, records=records, offsets=[offset][: len(records)]))
            elif now() >= beat:
                beat = now() + start.heartbeat_ms / 2000
                yield source.SourceUp(heartbeat=data.Heartbeat(phase="ticking"))
            try:
                message = inbox.get(timeout=max(0, min([beat] + [min(next_tick, token[1]) for token in tokens[:1]]) - now()))
            except queue.Empty:
                continue
            if message is None:
                return
            if message.HasField("demand"):
                demand = message.demand  # 64 bytes are more than a tick takes
                tokens += [(min(demand.max_records, demand.max_bytes // 64), now() + demand.max_wait_ms / 1000)] * demand.tokens
            elif message.HasField("ack") and message.ack.level == source.Ack.COMMITTED:  # only now may a source prune its system
                for done in [s for s in uncommitted if s <= message.ack.up_to_seq]:
                    print(json.dumps({**note, "message": f"committed up to tick {uncommitted.pop(done)}"}), flush=True)
            elif message.HasField("stop"):
                tokens = []
                yield source.SourceUp(stopped=data.Stopped())

server = grpc.server(futures.ThreadPoolExecutor(max_workers=2 * MAX_TASKS + 8))  # a thread for each task and connector, and calls
plugin_pb2_grpc.add_PluginServicer_to_server(Plugin(), server)
source_pb2_grpc.add_SourceTaskServicer_to_server(SourceTask(), server)
health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
reflection.enable_server_reflection(["millrace.plugin.v1.Plugin", "millrace.plugin.v1.SourceTask", health.SERVICE_NAME], server)
server.add_insecure_port(os.environ["MILLRACE_PLUGIN_ADDRESS"])
server.start()
sys.stdin.buffer.read()  # ends when the worker does
os._exit(0)
