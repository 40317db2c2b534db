import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;

/**
 * Answers what Java's Avro makes of schemas and bytes, one line for each line asked, fields separated by tabs:
 *
 * <pre>
 * schema JSON           the schema as Schema.toString prints it
 * data   JSON  HEX      the bytes read and written again, and their JSON form
 * </pre>
 */
final class AvroCases {
  public static void main(String[] args) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(answer(line.split("\t", -1)));
    }
  }

  private static String answer(String[] asked) {
    try {
      Schema schema = new Schema.Parser().parse(asked[1]);
      return asked[0].equals("schema") ? schema.toString() : rewrite(schema, HexFormat.of().parseHex(asked[2]));
    } catch (Exception error) {
      return "error\t" + error.getClass().getSimpleName();
    }
  }

  private static String rewrite(Schema schema, byte[] bytes) throws Exception {
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
    Object value = new GenericDatumReader<>(schema).read(null, decoder);
    var binary = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(binary, null);
    new GenericDatumWriter<>(schema).write(value, encoder);
    encoder.flush();
    var text = new ByteArrayOutputStream();
    JsonEncoder json = EncoderFactory.get().jsonEncoder(schema, text);
    new GenericDatumWriter<>(schema).write(value, json);
    json.flush();
    return HexFormat.of().formatHex(binary.toByteArray()) + "\t" + text.toString(StandardCharsets.UTF_8);
  }
}
