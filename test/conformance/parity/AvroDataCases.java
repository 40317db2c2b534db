import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.apicurio.registry.serde.avro.NonRecordContainer;
import io.apicurio.registry.utils.converter.avro.AvroData;
import io.apicurio.registry.utils.converter.avro.AvroDataConfig;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.SchemaAndValue;

/**
 * Answers what Apicurio's fork of Confluent's AvroData makes of cases, in the forms of ConnectCases:
 *
 * <pre>
 * {"op":"write","config":…,"schema":…,"value":…}    Avro schema and bytes of Connect data
 * {"op":"both","config":…,"schema":…,"value":…}     the same, and Connect data that is read of them
 * {"op":"read","config":…,"avro":…,"hex":…}         Connect data of Avro bytes, and what it is written as again
 * </pre>
 *
 * Bytes are those that Confluent's serializer puts after the schema's id, so a schema of bytes alone has them without their length.
 */
final class AvroDataCases {
  /** Settings that the fork has in its code and no key for; they are set in its fields. */
  private static final Map<String, String> FIELDS = Map.of(
      "generalized.sum.type.support", "generalizedSumTypeSupport",
      "ignore.default.for.nullables", "ignoreDefaultForNullables",
      "scrub.invalid.names", "scrubInvalidNames",
      "discard.type.doc.default", "discardTypeDocDefault",
      "allow.optional.map.keys", "allowOptionalMapKey");

  public static void main(String[] args) throws Exception {
    ConnectCases.answerAll(AvroDataCases::answer);
  }

  private static JsonNode answer(JsonNode in) throws Exception {
    AvroData data = avroData(ConnectCases.toConfig(in.get("config")));
    if (in.get("op").asText().equals("write")) {
      return write(data, ConnectCases.toSchema(in.get("schema")), ConnectCases.toValue(in.get("value")));
    }
    if (in.get("op").asText().equals("both")) {
      JsonNode written = write(data, ConnectCases.toSchema(in.get("schema")), ConnectCases.toValue(in.get("value")));
      if (written.isNull()) return written;
      return read(data, written.get("avro").asText(), HexFormat.of().parseHex(written.get("hex").asText()), 1);
    }
    return read(data, in.get("avro").asText(), HexFormat.of().parseHex(in.get("hex").asText()), in.path("version").asInt(1));
  }

  private static AvroData avroData(Map<String, String> config) throws Exception {
    AvroData data = new AvroData(new AvroDataConfig(config));
    for (Map.Entry<String, String> entry : config.entrySet()) {
      String name = FIELDS.get(entry.getKey());
      if (name == null) continue;
      Field field = AvroData.class.getDeclaredField(name);
      field.setAccessible(true);
      field.setBoolean(data, Boolean.parseBoolean(entry.getValue()));
    }
    return data;
  }

  private static JsonNode write(AvroData data, org.apache.kafka.connect.data.Schema schema, Object value) throws Exception {
    Schema avro = data.fromConnectSchema(schema);
    Object datum = data.fromConnectData(schema, value);
    if (datum == null) return JsonNodeFactory.instance.nullNode();
    Object bare = datum instanceof NonRecordContainer<?> container ? container.getValue() : datum;
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("avro", avro.toString());
    answer.put("hex", HexFormat.of().formatHex(avro.getType() == Schema.Type.BYTES ? ((ByteBuffer) bare).array() : encode(avro, bare)));
    return answer;
  }

  private static byte[] encode(Schema avro, Object datum) throws Exception {
    var bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<>(avro).write(datum, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static JsonNode read(AvroData data, String text, byte[] bytes, int version) throws Exception {
    Schema avro = new Schema.Parser().setValidateDefaults(false).parse(text);
    Object datum = avro.getType() == Schema.Type.BYTES
        ? bytes
        : new GenericDatumReader<>(avro).read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    SchemaAndValue read = data.toConnectData(avro, datum, version);
    if (read == null) return JsonNodeFactory.instance.nullNode();
    ObjectNode answer = (ObjectNode) ConnectCases.fromData(read);
    try {
      answer.set("again", write(data, read.schema(), read.value()));
    } catch (Exception error) {
      answer.put("again", "refused");
    }
    return answer;
  }
}
