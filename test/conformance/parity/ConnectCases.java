import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.SchemaProjector;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Values;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Answers what Kafka Connect's own classes make of cases: one JSON object per line in, one per line out, either `{"ok":…}` or
 * `{"error":"config|data|other"}`. Values carry their Java classes: `["Integer","5"]`, `["Struct",schema,[values]]`; floating point
 * numbers are their bits. The forms are those of connect-cases.ts.
 */
public class ConnectCases {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What answers one case. */
  interface Answerer {
    JsonNode answer(JsonNode in) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    answerAll(ConnectCases::answer);
  }

  static void answerAll(Answerer answerer) throws Exception {
    Locale.setDefault(Locale.US);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    ObjectMapper mapper = new ObjectMapper();
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      ObjectNode answer = JSON.objectNode();
      try {
        answer.set("ok", answerer.answer(mapper.readTree(line)));
      } catch (ConfigException e) {
        answer.put("error", "config").put("message", String.valueOf(e.getMessage()));
      } catch (DataException e) {
        answer.put("error", "data").put("message", String.valueOf(e.getMessage()));
      } catch (Throwable e) {
        answer.put("error", "other").put("message", String.valueOf(e));
      }
      out.println(mapper.writeValueAsString(answer));
    }
    out.flush();
  }

  private static JsonNode answer(JsonNode in) throws Exception {
    switch (in.get("op").asText()) {
      case "transform":
        return transform(in);
      case "predicate":
        return predicate(in);
      case "configDef":
        return configDef(in);
      case "parse": {
        SchemaAndValue parsed = Values.parseString(in.get("text").asText());
        return fromData(parsed == null ? SchemaAndValue.NULL : parsed);
      }
      case "text":
        return JSON.textNode(Values.convertToString(toSchema(in.get("schema")), toValue(in.get("value"))));
      case "javaText":
        return JSON.textNode(String.valueOf(toValue(in.get("value"))));
      case "project":
        return fromValue(SchemaProjector.project(toSchema(in.get("schema")), toValue(in.get("value")), toSchema(in.get("target"))));
      case "writeJson": {
        byte[] bytes = converter(in).fromConnectData("t", toSchema(in.get("schema")), toValue(in.get("value")));
        return bytes == null ? JSON.nullNode() : JSON.textNode(new String(bytes, StandardCharsets.UTF_8));
      }
      case "readJson":
        return fromData(converter(in).toConnectData("t", in.get("text").asText().getBytes(StandardCharsets.UTF_8)));
      case "formatDate": {
        SimpleDateFormat format = dateFormat(in);
        return JSON.textNode(format.format(new Date(Long.parseLong(in.get("ms").asText()))));
      }
      case "parseDate": {
        Date date = dateFormat(in).parse(in.get("text").asText(), new ParsePosition(0));
        return date == null ? JSON.nullNode() : JSON.textNode(String.valueOf(date.getTime()));
      }
      default:
        throw new IllegalArgumentException(in.get("op").asText());
    }
  }

  private static SimpleDateFormat dateFormat(JsonNode in) {
    try {
      return new SimpleDateFormat(in.get("pattern").asText());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private static JsonConverter converter(JsonNode in) {
    JsonConverter converter = new JsonConverter();
    converter.configure(toConfig(in.get("config")), false);
    return converter;
  }

  private static JsonNode transform(JsonNode in) throws Exception {
    Transformation<?> transform = Utils.newInstance(in.get("class").asText(), Transformation.class);
    transform.configure(toConfig(in.get("config")));
    return apply(transform, toRecord(in.get("record")));
  }

  @SuppressWarnings("unchecked")
  private static <R extends ConnectRecord<R>> JsonNode apply(Transformation<?> transform, ConnectRecord<?> record) {
    return fromRecord(((Transformation<R>) transform).apply((R) record));
  }

  private static JsonNode predicate(JsonNode in) throws Exception {
    Predicate<?> predicate = Utils.newInstance(in.get("class").asText(), Predicate.class);
    predicate.configure(toConfig(in.get("config")));
    return test(predicate, toRecord(in.get("record")));
  }

  @SuppressWarnings("unchecked")
  private static <R extends ConnectRecord<R>> JsonNode test(Predicate<?> predicate, ConnectRecord<?> record) {
    return JSON.booleanNode(((Predicate<R>) predicate).test((R) record));
  }

  private static JsonNode configDef(JsonNode in) throws Exception {
    Object plugin = Utils.newInstance(in.get("class").asText(), Versioned.class);
    ConfigDef def = plugin instanceof Predicate<?> p ? p.config() : ((Transformation<?>) plugin).config();
    ArrayNode keys = JSON.arrayNode();
    for (ConfigDef.ConfigKey key : def.configKeys().values()) {
      ObjectNode node = keys.addObject();
      node.put("name", key.name).put("type", key.type.name()).put("importance", key.importance.name());
      node.put("required", !key.hasDefault());
      node.put("default", key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null);
      node.put("order", key.orderInGroup).put("group", key.group).put("width", key.width.name()).put("displayName", key.displayName);
    }
    return keys;
  }

  static Map<String, String> toConfig(JsonNode node) {
    Map<String, String> config = new HashMap<>();
    node.fields().forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    return config;
  }

  private static ConnectRecord<?> toRecord(JsonNode node) {
    Integer partition = node.get("partition").isNull() ? null : node.get("partition").asInt();
    Long timestamp = node.get("timestamp").isNull() ? null : Long.valueOf(node.get("timestamp").asText());
    ConnectHeaders headers = new ConnectHeaders();
    for (JsonNode header : node.get("headers")) {
      headers.add(header.get("key").asText(), new SchemaAndValue(toSchema(header.get("schema")), toValue(header.get("value"))));
    }
    String topic = node.get("topic").asText();
    Schema keySchema = toSchema(node.get("keySchema"));
    Schema valueSchema = toSchema(node.get("valueSchema"));
    Object key = toValue(node.get("key"));
    Object value = toValue(node.get("value"));
    if (node.get("offset").isNull()) {
      return new SourceRecord(null, null, topic, partition, keySchema, key, valueSchema, value, timestamp, headers);
    }
    long offset = Long.parseLong(node.get("offset").asText());
    return new SinkRecord(topic, partition, keySchema, key, valueSchema, value, offset, timestamp, null, headers);
  }

  private static JsonNode fromRecord(ConnectRecord<?> record) {
    if (record == null) return JSON.nullNode();
    ObjectNode node = JSON.objectNode();
    node.put("topic", record.topic()).put("partition", record.kafkaPartition());
    node.put("timestamp", record.timestamp() == null ? null : String.valueOf(record.timestamp()));
    node.set("keySchema", fromSchema(record.keySchema()));
    node.set("key", fromValue(record.key()));
    node.set("valueSchema", fromSchema(record.valueSchema()));
    node.set("value", fromValue(record.value()));
    ArrayNode headers = node.putArray("headers");
    for (Header header : record.headers()) {
      ObjectNode data = (ObjectNode) fromData(new SchemaAndValue(header.schema(), header.value()));
      headers.add(data.put("key", header.key()));
    }
    node.put("offset", record instanceof SinkRecord sink ? String.valueOf(sink.kafkaOffset()) : null);
    return node;
  }

  static JsonNode fromData(SchemaAndValue data) {
    ObjectNode node = JSON.objectNode();
    node.set("schema", fromSchema(data.schema()));
    node.set("value", fromValue(data.value()));
    return node;
  }

  static Schema toSchema(JsonNode node) {
    if (node == null || node.isNull()) return null;
    List<Field> fields = null;
    if (node.has("fields")) {
      fields = new ArrayList<>();
      for (JsonNode field : node.get("fields")) {
        fields.add(new Field(field.get("name").asText(), fields.size(), toSchema(field.get("schema"))));
      }
    }
    Map<String, String> parameters = node.has("parameters") ? new LinkedHashMap<>() : null;
    for (JsonNode parameter : node.path("parameters")) parameters.put(parameter.get(0).asText(), parameter.get(1).asText());
    Schema items = toSchema(node.has("items") ? node.get("items") : node.get("values"));
    return new ConnectSchema(
        Schema.Type.valueOf(node.get("type").asText()),
        node.get("optional").asBoolean(),
        toValue(node.get("default")),
        node.has("name") ? node.get("name").asText() : null,
        node.has("version") ? node.get("version").asInt() : null,
        node.has("doc") ? node.get("doc").asText() : null,
        parameters, fields, toSchema(node.get("keys")), items);
  }

  static JsonNode fromSchema(Schema schema) {
    return fromSchema(schema, List.of());
  }

  /** Of a struct that stands within one of its name and fields, the name alone. */
  private static JsonNode fromSchema(Schema schema, List<String> within) {
    if (schema == null) return JSON.nullNode();
    ObjectNode node = JSON.objectNode();
    node.put("type", schema.type().name()).put("optional", schema.isOptional());
    String shape = schema.type() == Schema.Type.STRUCT ? schema.name() + schema.fields().stream().map(Field::name).toList() : "";
    if (schema.name() != null && within.contains(shape)) return node.put("again", schema.name());
    if (schema.defaultValue() != null) node.set("default", fromValue(schema.defaultValue()));
    if (schema.name() != null) node.put("name", schema.name());
    if (schema.version() != null) node.put("version", schema.version());
    if (schema.doc() != null) node.put("doc", schema.doc());
    if (schema.parameters() != null) {
      ArrayNode parameters = node.putArray("parameters");
      schema.parameters().forEach((key, value) -> parameters.add(JSON.arrayNode().add(key).add(value)));
    }
    if (schema.type() == Schema.Type.ARRAY) node.set("items", fromSchema(schema.valueSchema(), within));
    if (schema.type() == Schema.Type.MAP) {
      node.set("keys", fromSchema(schema.keySchema(), within));
      node.set("values", fromSchema(schema.valueSchema(), within));
    }
    if (schema.type() == Schema.Type.STRUCT) {
      ArrayNode fields = node.putArray("fields");
      List<String> here = new ArrayList<>(within);
      here.add(shape);
      for (Field field : schema.fields()) fields.addObject().put("name", field.name()).set("schema", fromSchema(field.schema(), here));
    }
    return node;
  }

  static Object toValue(JsonNode node) {
    if (node == null || node.isNull()) return null;
    String text = node.get(1).asText();
    switch (node.get(0).asText()) {
      case "Byte":
        return Byte.valueOf(text);
      case "Short":
        return Short.valueOf(text);
      case "Integer":
        return Integer.valueOf(text);
      case "Long":
        return Long.valueOf(text);
      case "Float":
        return Float.intBitsToFloat(Integer.parseUnsignedInt(text, 16));
      case "Double":
        return Double.longBitsToDouble(Long.parseUnsignedLong(text, 16));
      case "Boolean":
        return Boolean.valueOf(text);
      case "String":
        return text;
      case "Bytes":
        return Base64.getDecoder().decode(text);
      case "Decimal":
        return new BigDecimal(new BigInteger(text), Integer.parseInt(node.get(2).asText()));
      case "Date":
        return new Date(Long.parseLong(text));
      case "List": {
        List<Object> list = new ArrayList<>();
        for (JsonNode item : node.get(1)) list.add(toValue(item));
        return list;
      }
      case "Map": {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (JsonNode entry : node.get(1)) map.put(toValue(entry.get(0)), toValue(entry.get(1)));
        return map;
      }
      case "Struct": {
        Struct struct = new Struct(toSchema(node.get(1)));
        for (Field field : struct.schema().fields()) {
          Object value = toValue(node.get(2).get(field.index()));
          if (value != null) struct.put(field, value);
        }
        return struct;
      }
      default:
        throw new IllegalArgumentException(node.toString());
    }
  }

  static JsonNode fromValue(Object value) {
    if (value == null) return JSON.nullNode();
    if (value instanceof Float f) return node("Float", String.format("%08x", Float.floatToIntBits(f)));
    if (value instanceof Double d) return node("Double", String.format("%016x", Double.doubleToLongBits(d)));
    if (value instanceof byte[] bytes) return node("Bytes", Base64.getEncoder().encodeToString(bytes));
    if (value instanceof ByteBuffer buffer) return node("Bytes", Base64.getEncoder().encodeToString(Utils.toArray(buffer)));
    if (value instanceof BigDecimal d) return node("Decimal", d.unscaledValue().toString()).add(String.valueOf(d.scale()));
    if (value instanceof Date date) return node("Date", String.valueOf(date.getTime()));
    if (value instanceof List<?> list) {
      ArrayNode items = JSON.arrayNode();
      list.forEach(item -> items.add(fromValue(item)));
      return JSON.arrayNode().add("List").add(items);
    }
    if (value instanceof Map<?, ?> map) {
      TreeMap<String, JsonNode> sorted = new TreeMap<>();
      map.forEach((key, item) -> sorted.put(fromValue(key).toString(), JSON.arrayNode().add(fromValue(key)).add(fromValue(item))));
      ArrayNode entries = JSON.arrayNode();
      sorted.values().forEach(entries::add);
      return JSON.arrayNode().add("Map").add(entries);
    }
    if (value instanceof Struct struct) {
      ArrayNode values = JSON.arrayNode();
      struct.schema().fields().forEach(field -> values.add(fromValue(struct.getWithoutDefault(field.name()))));
      return JSON.arrayNode().add("Struct").add(fromSchema(finished(struct.schema()))).add(values);
    }
    return node(value.getClass().getSimpleName(), String.valueOf(value));
  }

  /** A default that TimestampConverter converted has the unfinished schema that it is the default of: shown without it, or there is no end. */
  private static Schema finished(Schema schema) {
    if (!(schema instanceof SchemaBuilder)) return schema;
    return new ConnectSchema(
        schema.type(), schema.isOptional(), null, schema.name(), schema.version(), schema.doc(), schema.parameters(),
        schema.fields(), null, null);
  }

  private static ArrayNode node(String type, String text) {
    return JSON.arrayNode().add(type).add(text);
  }
}
