import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.runtime.AbstractStatus;
import org.apache.kafka.connect.runtime.ConnectorStatus;
import org.apache.kafka.connect.runtime.RestartRequest;
import org.apache.kafka.connect.runtime.SessionKey;
import org.apache.kafka.connect.runtime.TargetState;
import org.apache.kafka.connect.runtime.TaskStatus;
import org.apache.kafka.connect.runtime.TopicStatus;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.connect.storage.ClusterConfigState;
import org.apache.kafka.connect.storage.ConfigBackingStore;
import org.apache.kafka.connect.storage.KafkaConfigBackingStore;
import org.apache.kafka.connect.storage.KafkaOffsetBackingStore;
import org.apache.kafka.connect.storage.KafkaStatusBackingStore;
import org.apache.kafka.connect.storage.OffsetStorageReaderImpl;
import org.apache.kafka.connect.storage.OffsetStorageWriter;
import org.apache.kafka.connect.util.ConnectorTaskId;
import org.apache.kafka.connect.util.KafkaBasedLog;
import org.apache.kafka.connect.util.SharedTopicAdmin;

/**
 * Kafka Connect's own stores, driven by lines of JSON on stdin, each answered by a line on stdout that starts with "> ". The first
 * line opens the topics; `do` in a line names what to do.
 */
public class InternalTopics {
  private static final ObjectMapper JSON = new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
  private static KafkaConfigBackingStore configs;
  private static KafkaStatusBackingStore statuses;
  private static KafkaOffsetBackingStore offsets;
  private static final JsonConverter keys = converter(true);
  private static final JsonConverter values = converter(false);
  private static final List<Object> updates = Collections.synchronizedList(new ArrayList<>());

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        answer = JSON.writeValueAsString(execute(JSON.readTree(line)));
      } catch (Exception e) {
        e.printStackTrace();
        answer = JSON.writeValueAsString(Map.of("failure", String.valueOf(e)));
      }
      System.out.write(("> " + answer + "\n").getBytes(StandardCharsets.UTF_8));
      System.out.flush();
    }
    System.exit(0);
  }

  private static Object execute(JsonNode command) throws Exception {
    String connector = command.path("connector").asText(null);
    switch (command.get("do").asText()) {
      case "open" -> open(command.get("bootstrap").asText(), command.get("prefix").asText());
      case "putConnectorConfig" -> configs.putConnectorConfig(
          connector,
          texts(command.get("config")),
          command.hasNonNull("state") ? TargetState.valueOf(command.get("state").asText()) : null);
      case "removeConnectorConfig" -> configs.removeConnectorConfig(connector);
      case "putTaskConfigs" -> {
        List<Map<String, String>> tasks = new ArrayList<>();
        command.get("configs").forEach(config -> tasks.add(texts(config)));
        configs.putTaskConfigs(connector, tasks);
      }
      case "putTargetState" -> configs.putTargetState(connector, TargetState.valueOf(command.get("state").asText()));
      case "putTaskCountRecord" -> configs.putTaskCountRecord(connector, command.get("count").asInt());
      case "putSessionKey" -> configs.putSessionKey(
          new SessionKey(
              new SecretKeySpec(Base64.getDecoder().decode(command.get("key").asText()), command.get("algorithm").asText()),
              command.get("createdAtMs").asLong()));
      case "putRestartRequest" -> configs.putRestartRequest(
          new RestartRequest(connector, command.get("onlyFailed").asBoolean(), command.get("includeTasks").asBoolean()));
      case "putLoggerLevel" -> configs.putLoggerLevel(command.get("namespace").asText(), command.get("level").asText());
      case "putStatus" -> putStatus(connector, command);
      case "putTopic" -> statuses.put(
          new TopicStatus(
              command.get("topic").asText(), connector, command.get("task").asInt(), command.get("discoveredAtMs").asLong()));
      case "deleteTopic" -> statuses.deleteTopic(connector, command.get("topic").asText());
      case "settleStatuses" -> settleStatuses();
      case "putOffsets" -> putOffsets(connector, command.get("offsets"));
      case "readConfigs" -> {
        configs.refresh(30, TimeUnit.SECONDS);
        return describe(configs.snapshot(), names(command));
      }
      case "readStatuses" -> {
        return describeStatuses(names(command));
      }
      case "readOffsets" -> {
        return readOffsets(connector, command.get("partitions"));
      }
      default -> throw new IllegalArgumentException(command.toString());
    }
    return "done";
  }

  private static void open(String bootstrap, String prefix) throws Exception {
    Map<String, String> props = new HashMap<>();
    props.put("bootstrap.servers", bootstrap);
    props.put("group.id", prefix);
    props.put("key.converter", "org.apache.kafka.connect.json.JsonConverter");
    props.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    for (String topic : List.of("config", "offset", "status")) {
      props.put(topic + ".storage.topic", prefix + "-" + topic);
      props.put(topic + ".storage.replication.factor", "1");
    }
    DistributedConfig config = new DistributedConfig(props);
    SharedTopicAdmin admin = new SharedTopicAdmin(new HashMap<>(config.originals()));
    updates.clear();
    configs = new KafkaConfigBackingStore(converter(false), config, null, admin, prefix + "-");
    configs.setUpdateListener(new Updates());
    statuses = new KafkaStatusBackingStore(Time.SYSTEM, converter(false), admin, prefix + "-");
    statuses.configure(config);
    offsets = new KafkaOffsetBackingStore(admin, () -> prefix + "-", keys);
    offsets.configure(config);
    configs.start();
    statuses.start();
    offsets.start();
  }

  private static JsonConverter converter(boolean isKey) {
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("schemas.enable", "false"), isKey);
    return converter;
  }

  private static List<String> names(JsonNode command) {
    List<String> names = new ArrayList<>();
    command.get("connectors").forEach(name -> names.add(name.asText()));
    return names;
  }

  private static Map<String, String> texts(JsonNode node) {
    Map<String, String> texts = new LinkedHashMap<>();
    node.properties().forEach(field -> texts.put(field.getKey(), field.getValue().asText(null)));
    return texts;
  }

  private static void putStatus(String connector, JsonNode command) {
    AbstractStatus.State state = AbstractStatus.State.valueOf(command.get("state").asText());
    String trace = command.path("trace").asText(null);
    String worker = command.get("workerId").asText();
    int generation = command.get("generation").asInt();
    String version = command.path("version").asText(null);
    boolean isSafe = state == AbstractStatus.State.UNASSIGNED || state == AbstractStatus.State.FAILED;
    if (command.hasNonNull("task")) {
      ConnectorTaskId id = new ConnectorTaskId(connector, command.get("task").asInt());
      TaskStatus status = new TaskStatus(id, state, worker, generation, trace, version);
      if (isSafe) statuses.putSafe(status);
      else statuses.put(status);
    } else {
      ConnectorStatus status = new ConnectorStatus(connector, state, trace, worker, generation, version);
      if (isSafe) statuses.putSafe(status);
      else statuses.put(status);
    }
  }

  /** Waits until the store has read all that it wrote; it has no method for that. */
  private static void settleStatuses() throws Exception {
    Field log = KafkaStatusBackingStore.class.getDeclaredField("kafkaLog");
    log.setAccessible(true);
    ((KafkaBasedLog<?, ?>) log.get(statuses)).readToEnd().get(30, TimeUnit.SECONDS);
  }

  @SuppressWarnings("unchecked")
  private static void putOffsets(String connector, JsonNode entries) throws Exception {
    OffsetStorageWriter writer = new OffsetStorageWriter(offsets, connector, keys, values);
    for (JsonNode entry : entries) {
      Map<String, Object> partition = hashMap(entry.get("partition"));
      writer.offset(partition, entry.hasNonNull("offset") ? JSON.convertValue(entry.get("offset"), LinkedHashMap.class) : null);
    }
    writer.beginFlush(10, TimeUnit.SECONDS);
    writer.doFlush((error, result) -> { }).get(30, TimeUnit.SECONDS);
  }

  /** Connectors mostly put field after field into a HashMap, so this is the order of most keys. */
  private static Map<String, Object> hashMap(JsonNode node) {
    Map<String, Object> map = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) map.put(field.getKey(), JSON.convertValue(field.getValue(), Object.class));
    return map;
  }

  private static Object readOffsets(String connector, JsonNode partitions) {
    List<Map<String, Object>> asked = new ArrayList<>();
    partitions.forEach(partition -> asked.add(hashMap(partition)));
    Map<Map<String, Object>, Map<String, Object>> found =
        new OffsetStorageReaderImpl(offsets, connector, keys, values).offsets(asked);
    List<Object> result = new ArrayList<>();
    asked.forEach(partition -> result.add(found.get(partition)));
    return result;
  }

  private static Object describe(ClusterConfigState state, List<String> names) {
    Map<String, Object> of = new TreeMap<>();
    for (String name : names) {
      Map<String, Object> one = new TreeMap<>();
      one.put("config", state.rawConnectorConfig(name));
      one.put("applied", state.appliedConnectorConfig(name));
      TargetState target = state.targetState(name);
      one.put("targetState", target == null ? "STARTED" : target.name());
      one.put("taskCount", state.taskCount(name));
      List<Object> tasks = new ArrayList<>();
      for (ConnectorTaskId id : state.tasks(name)) tasks.add(state.rawTaskConfig(id));
      one.put("tasks", tasks);
      one.put("taskCountRecord", state.taskCountRecord(name));
      one.put("generation", state.taskConfigGeneration(name));
      one.put("isPendingFencing", state.pendingFencing(name));
      of.put(name, one);
    }
    Map<String, Object> all = new TreeMap<>();
    all.put("offset", state.offset());
    SessionKey key = state.sessionKey();
    all.put("sessionKey", key == null ? null : describe(key));
    all.put("connectors", new TreeSet<>(state.connectors()));
    all.put("inconsistent", new TreeSet<>(state.inconsistentConnectors()));
    all.put("of", of);
    return Map.of("state", all, "updates", new ArrayList<>(updates));
  }

  private static Object describe(SessionKey key) {
    return Map.of(
        "key", Base64.getEncoder().encodeToString(key.key().getEncoded()),
        "algorithm", key.key().getAlgorithm(),
        "createdAtMs", key.creationTimestamp());
  }

  private static Object describeStatuses(List<String> names) {
    Map<String, Object> all = new TreeMap<>();
    for (String name : names) {
      Map<String, Object> tasks = new TreeMap<>();
      for (TaskStatus status : statuses.getAll(name)) tasks.put(String.valueOf(status.id().task()), describe(status));
      Map<String, Object> topics = new TreeMap<>();
      for (TopicStatus topic : statuses.getAllTopics(name))
        topics.put(
            topic.topic(),
            Map.of("topic", topic.topic(), "connector", topic.connector(), "task", topic.task(),
                "discoveredAtMs", topic.discoverTimestamp()));
      Map<String, Object> one = new TreeMap<>();
      one.put("connector", describe(statuses.get(name)));
      one.put("tasks", tasks);
      one.put("topics", topics);
      all.put(name, one);
    }
    return all;
  }

  private static Object describe(AbstractStatus<?> status) {
    if (status == null) return null;
    Map<String, Object> one = new TreeMap<>();
    one.put("state", status.state().name());
    one.put("workerId", status.workerId());
    one.put("trace", status.trace() == null ? "" : status.trace());
    one.put("version", status.version() == null ? "" : status.version());
    return one;
  }

  /** What the herder would hear, in the words of our own updates. */
  private static class Updates implements ConfigBackingStore.UpdateListener {
    @Override
    public void onConnectorConfigRemove(String connector) {
      updates.add(List.of("connector-removed", connector));
    }

    @Override
    public void onConnectorConfigUpdate(String connector) {
      updates.add(List.of("connector-config", connector));
    }

    @Override
    public void onTaskConfigUpdate(Collection<ConnectorTaskId> tasks) {
      TreeSet<Integer> numbers = new TreeSet<>();
      tasks.forEach(id -> numbers.add(id.task()));
      updates.add(List.of("task-configs", numbers));
    }

    @Override
    public void onConnectorTargetStateChange(String connector) {
      updates.add(List.of("target-state", connector));
    }

    @Override
    public void onSessionKeyUpdate(SessionKey sessionKey) {
      updates.add(List.of("session-key", describe(sessionKey)));
    }

    @Override
    public void onRestartRequest(RestartRequest request) {
      updates.add(List.of("restart", request.connectorName(), request.includeTasks(), request.onlyFailed()));
    }

    @Override
    public void onLoggingLevelUpdate(String namespace, String level) {
      updates.add(List.of("logger-level", namespace, level));
    }
  }
}
