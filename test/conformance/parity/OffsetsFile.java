import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Scanner;

/**
 * Reads and writes an offsets file with Java's own serialization, as Kafka Connect's FileOffsetBackingStore does.
 * `read PATH` prints a line per mapping; `write PATH` takes such lines from stdin; `order` prints the words of stdin in the order of a HashMap.
 * A line is `KEY VALUE` in hexadecimal, `-` for null.
 */
public class OffsetsFile {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "read" -> read(args[1]);
      case "write" -> write(args[1]);
      case "order" -> order();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  @SuppressWarnings("unchecked")
  private static void read(String path) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new FileInputStream(path))) {
      Map<byte[], byte[]> map = (Map<byte[], byte[]>) in.readObject();
      map.forEach((key, value) -> System.out.println(toHex(key) + " " + toHex(value)));
    }
  }

  private static void write(String path) throws Exception {
    Map<byte[], byte[]> map = new HashMap<>();
    try (Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (lines.hasNext()) map.put(fromHex(lines.next()), fromHex(lines.next()));
    }
    try (ObjectOutputStream out = new ObjectOutputStream(new FileOutputStream(path))) {
      out.writeObject(map);
    }
  }

  private static void order() {
    Map<String, Boolean> map = new HashMap<>();
    try (Scanner words = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (words.hasNext()) map.put(words.next(), true);
    }
    map.keySet().forEach(System.out::println);
  }

  private static String toHex(byte[] bytes) {
    return bytes == null ? "-" : "x" + HexFormat.of().formatHex(bytes);
  }

  private static byte[] fromHex(String text) {
    return text.equals("-") ? null : HexFormat.of().parseHex(text.substring(1));
  }
}
