import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.runtime.distributed.ConnectProtocol;
import org.apache.kafka.connect.runtime.distributed.ExtendedAssignment;
import org.apache.kafka.connect.runtime.distributed.ExtendedWorkerState;
import org.apache.kafka.connect.runtime.distributed.IncrementalCooperativeAssignor;
import org.apache.kafka.connect.runtime.distributed.IncrementalCooperativeConnectProtocol;
import org.apache.kafka.connect.runtime.distributed.WorkerCoordinator.ConnectorsAndTasks;
import org.apache.kafka.connect.storage.ClusterConfigState;
import org.apache.kafka.connect.util.ConnectorTaskId;

/**
 * Kafka Connect's own group protocol and assignor, a line of stdin at a time, one line of answer each.
 *
 * <pre>
 * metadata V URL OFFSET ALLOCATION       bytes of the metadata in version V, in hexadecimal; ALLOCATION is hexadecimal or -
 * assignment V ERROR LEADER URL OFFSET ASSIGNED REVOKED DELAY          bytes of the assignment; work is `c,d|c-0,c-1`
 * read-metadata HEX, read-assignment HEX                               what the bytes say, as words of the lines above
 * reset MAXDELAY                                                       a new assignor
 * round NOW LASTGENERATION GENERATION CONFIGURED MEMBERS               `c=2,d=1` and `a:c|c-0;b:|`; answers `DELAY a:+c|c-0:-|;…`
 * </pre>
 */
public class ConnectGroup {
  private static long now = 0;
  private static IncrementalCooperativeAssignor assignor;

  public static void main(String[] args) throws Exception {
    try (Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (lines.hasNextLine()) System.out.println(answer(lines.nextLine().split(" ")));
    }
  }

  private static String answer(String[] words) throws Exception {
    return switch (words[0]) {
      case "metadata" -> toHex(metadata(words));
      case "assignment" -> toHex(writeAssignment(Integer.parseInt(words[1]), assignment(words)));
      case "read-metadata" -> readMetadata(ByteBuffer.wrap(HexFormat.of().parseHex(words[1])));
      case "read-assignment" -> describe(readAssignment(words[1]));
      case "reset" -> reset(Integer.parseInt(words[1]));
      case "round" -> round(words);
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private static ByteBuffer metadata(String[] words) {
    int version = Integer.parseInt(words[1]);
    long offset = Long.parseLong(words[3]);
    if (version == 0) return ConnectProtocol.serializeMetadata(new ConnectProtocol.WorkerState(words[2], offset));
    ExtendedAssignment allocation = words[4].equals("-") ? null : readAssignment(words[4]);
    return IncrementalCooperativeConnectProtocol.serializeMetadata(new ExtendedWorkerState(words[2], offset, allocation), version == 2);
  }

  private static ExtendedAssignment assignment(String[] words) {
    ConnectorsAndTasks assigned = work(words[6]);
    ConnectorsAndTasks revoked = work(words[7]);
    return new ExtendedAssignment(Short.parseShort(words[1]), Short.parseShort(words[2]), words[3], words[4], Long.parseLong(words[5]),
        assigned.connectors(), assigned.tasks(), revoked.connectors(), revoked.tasks(), Integer.parseInt(words[8]));
  }

  private static ByteBuffer writeAssignment(int version, ExtendedAssignment assignment) {
    return version == 0
        ? ConnectProtocol.serializeAssignment(assignment)
        : IncrementalCooperativeConnectProtocol.serializeAssignment(assignment, version == 2);
  }

  private static ExtendedAssignment readAssignment(String hex) {
    return IncrementalCooperativeConnectProtocol.deserializeAssignment(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }

  private static String readMetadata(ByteBuffer bytes) {
    ExtendedWorkerState state = IncrementalCooperativeConnectProtocol.deserializeMetadata(bytes);
    return state.url() + " " + state.offset() + " " + (state.assignment() == null ? "-" : describe(state.assignment()));
  }

  private static String describe(ExtendedAssignment one) {
    return one.version() + " " + one.error() + " " + one.leader() + " " + one.leaderUrl() + " " + one.offset()
        + " " + describe(one.connectors(), one.tasks()) + " " + describe(one.revokedConnectors(), one.revokedTasks()) + " " + one.delay();
  }

  private static String reset(int maxDelayMs) throws Exception {
    Time time = (Time) Proxy.newProxyInstance(Time.class.getClassLoader(), new Class<?>[] {Time.class}, (proxy, method, args) -> {
      if (method.getName().equals("milliseconds")) return now;
      throw new UnsupportedOperationException(method.getName());
    });
    assignor = new IncrementalCooperativeAssignor(new LogContext(), time, maxDelayMs);
    return "ok";
  }

  private static String round(String[] words) throws Exception {
    now = Long.parseLong(words[1]);
    Map<String, ConnectorsAndTasks> members = new LinkedHashMap<>();
    for (String member : words[5].split(";")) members.put(member.split(":")[0], work(member.substring(member.indexOf(':') + 1)));
    Method perform = Arrays.stream(IncrementalCooperativeAssignor.class.getDeclaredMethods())
        .filter(each -> each.getName().equals("performTaskAssignment") && each.getParameterCount() == 4).findFirst().orElseThrow();
    perform.setAccessible(true);
    Set<String> names = new TreeSet<>(members.keySet());
    Object result = perform.invoke(assignor, configured(words[4]), Integer.parseInt(words[2]), Integer.parseInt(words[3]), members);
    Field delay = IncrementalCooperativeAssignor.class.getDeclaredField("delay");
    delay.setAccessible(true);
    List<String> told = new ArrayList<>();
    for (String name : names) {
      told.add(name + ":+" + sorted(ids(result, "newlyAssignedConnectors", name), ids(result, "newlyAssignedTasks", name))
          + ":-" + sorted(ids(result, "newlyRevokedConnectors", name), ids(result, "newlyRevokedTasks", name)));
    }
    return delay.getInt(assignor) + " " + String.join(";", told);
  }

  private static Collection<?> ids(Object result, String method, String member) throws Exception {
    Method get = result.getClass().getDeclaredMethod(method, String.class);
    get.setAccessible(true);
    Object ids = get.invoke(result, member);
    return ids == null ? List.of() : (Collection<?>) ids;
  }

  private static ClusterConfigState configured(String text) throws Exception {
    Map<String, Integer> counts = new LinkedHashMap<>();
    Map<String, Map<String, String>> configs = new LinkedHashMap<>();
    for (String one : text.equals("-") ? new String[0] : text.split(",")) {
      counts.put(one.split("=")[0], Integer.parseInt(one.split("=")[1]));
      configs.put(one.split("=")[0], Map.of());
    }
    Constructor<?> constructor = Arrays.stream(ClusterConfigState.class.getConstructors())
        .filter(each -> each.getParameterCount() == 11).findFirst().orElseThrow();
    return (ClusterConfigState) constructor.newInstance(1L, null, counts, configs, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Set.of(), Set.of());
  }

  private static ConnectorsAndTasks work(String text) {
    String[] parts = text.split("\\|", -1);
    return new ConnectorsAndTasks.Builder().with(split(parts[0]), split(parts[1]).stream().map(ConnectGroup::task).toList()).build();
  }

  private static List<String> split(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
  }

  private static ConnectorTaskId task(String text) {
    int dash = text.lastIndexOf('-');
    return new ConnectorTaskId(text.substring(0, dash), Integer.parseInt(text.substring(dash + 1)));
  }

  private static String describe(Collection<String> connectors, Collection<ConnectorTaskId> tasks) {
    return String.join(",", connectors) + "|" + tasks.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static String sorted(Collection<?> connectors, Collection<?> tasks) {
    return join(new TreeSet<>(connectors)) + "|" + join(new TreeSet<>(tasks));
  }

  private static String join(Collection<?> all) {
    return all.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static String toHex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }
}
