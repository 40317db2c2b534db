import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Makes the key stores of this folder with keytool, and writes what Java sees in them to expected.json:
 * {@code java --add-exports java.base/sun.security.tools.keytool=ALL-UNNAMED MakeStores.java FOLDER}, with Java 17; then format expected.json with prettier.
 */
public final class MakeStores {
  private static final String PASSWORD = "store-secret";
  private static final String KEY_PASSWORD = "key-secret";
  private static Path folder;

  public static void main(String[] args) throws Exception {
    folder = Path.of(args[0]);
    Path made = Files.createTempDirectory("millrace-stores");
    String pki = made.resolve("pki.p12").toString();
    makeCertificates(pki, made);
    makeTrustStores(made);
    makeKeyStores(pki, made);
    List<String> lines = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(MakeStores::isStore).sorted().toList()) lines.add(describe(file));
    }
    Files.writeString(folder.resolve("expected.json"), "[\n" + String.join(",\n", lines) + "\n]\n");
  }

  /** An authority of RSA and one of EC, an authority that the first one signed, and what they signed: a server and clients. */
  private static void makeCertificates(String pki, Path made) throws Exception {
    makeCertificate(pki, "ca-rsa", "RSA", "bc:c");
    makeCertificate(pki, "ca-ec", "EC", "bc:c");
    makeCertificate(pki, "between", "EC", "bc:c", "ca-rsa");
    makeCertificate(pki, "server", "EC", "san=dns:localhost,ip:127.0.0.1", "between");
    makeCertificate(pki, "client-rsa", "RSA", "bc", "ca-rsa");
    makeCertificate(pki, "client-ec", "EC", "bc", "ca-ec");
    for (String alias : List.of("ca-rsa", "ca-ec", "between")) export(pki, alias, made.resolve(alias + ".crt"));
    exportPem(pki);
  }

  private static void makeCertificate(String pki, String alias, String algorithm, String extension, String... signer)
      throws Exception {
    List<String> args = new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-keyalg", algorithm, "-dname", "CN=" + alias,
        "-ext", extension, "-startdate", "2020/01/01", "-validity", "36500", "-storetype", "PKCS12", "-keystore", pki,
        "-storepass", PASSWORD));
    for (String each : signer) args.addAll(List.of("-signer", each));
    keytool(args.toArray(String[]::new));
  }

  private static void export(String pki, String alias, Path file) throws Exception {
    keytool("-exportcert", "-alias", alias, "-keystore", pki, "-storepass", PASSWORD, "-file", file.toString());
  }

  /** What the tests' servers need, in PEM. */
  private static void exportPem(String pki) throws Exception {
    KeyStore store = load(Path.of(pki), PASSWORD);
    StringBuilder text = new StringBuilder(pem("PRIVATE KEY", store.getKey("server", PASSWORD.toCharArray()).getEncoded()));
    for (Certificate each : Arrays.asList(store.getCertificateChain("server")).subList(0, 2)) {
      text.append(pem("CERTIFICATE", each.getEncoded()));
    }
    Files.writeString(folder.resolve("server.pem"), text);
    String trusted = pem("CERTIFICATE", store.getCertificate("ca-rsa").getEncoded())
        + pem("CERTIFICATE", store.getCertificate("ca-ec").getEncoded());
    Files.writeString(folder.resolve("trust.pem"), trusted);
  }

  private static String pem(String name, byte[] bytes) {
    String body = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + name + "-----\n" + body + "\n-----END " + name + "-----\n";
  }

  private static void makeTrustStores(Path made) throws Exception {
    for (String type : List.of("JKS", "PKCS12")) {
      String end = type.equals("JKS") ? ".jks" : ".p12";
      importAll(made, "trust" + end, type, "ca-rsa", "ca-ec");
      importAll(made, "empty" + end, type, "ca-rsa");
      keytool("-delete", "-alias", "ca-rsa", "-keystore", folder.resolve("empty" + end).toString(), "-storepass", PASSWORD);
      importAll(made, "between" + end, type, "between");
    }
    asLegacy(() -> importAll(made, "trust-legacy.p12", "PKCS12", "ca-rsa", "ca-ec"));
    for (String[] each : new String[][] {
      {"trust-open.p12", "NONE", "NONE"},
      {"trust-sha512.p12", "PBEWithHmacSHA512AndAES_128", "HmacPBESHA512"},
      {"trust-sha384.p12", "PBEWithHmacSHA384AndAES_256", "HmacPBESHA384"},
      {"trust-sha224.p12", "PBEWithHmacSHA224AndAES_256", "HmacPBESHA224"},
      {"trust-sha1.p12", "PBEWithHmacSHA1AndAES_128", "HmacPBESHA1"},
      {"trust-rc2.p12", "PBEWithSHA1AndRC2_128", "HmacPBESHA1"},
    }) {
      System.setProperty("keystore.pkcs12.certProtectionAlgorithm", each[1]);
      System.setProperty("keystore.pkcs12.macAlgorithm", each[2]);
      importAll(made, each[0], "PKCS12", "ca-rsa", "ca-ec");
    }
    System.clearProperty("keystore.pkcs12.certProtectionAlgorithm");
    System.clearProperty("keystore.pkcs12.macAlgorithm");
  }

  private static void importAll(Path made, String name, String type, String... aliases) throws Exception {
    for (String alias : aliases) {
      keytool("-importcert", "-noprompt", "-alias", alias, "-file", made.resolve(alias + ".crt").toString(), "-storetype",
          type, "-keystore", folder.resolve(name).toString(), "-storepass", PASSWORD);
    }
  }

  private static void makeKeyStores(String pki, Path made) throws Exception {
    for (String type : List.of("JKS", "PKCS12")) {
      String end = type.equals("JKS") ? ".jks" : ".p12";
      importKey(pki, "keys" + end, type, "client-rsa", PASSWORD);
      importKey(pki, "keys" + end, type, "client-ec", PASSWORD);
    }
    for (String alias : List.of("server", "client-ec", "ca-ec", "ca-rsa", "client-rsa", "between")) {
      importKey(pki, "several-keys.p12", "PKCS12", alias, PASSWORD);
    }
    importKey(pki, "keys-own-password.jks", "JKS", "client-rsa", KEY_PASSWORD);
    importKey(pki, "two-passwords.jks", "JKS", "client-rsa", PASSWORD);
    importKey(pki, "two-passwords.jks", "JKS", "client-ec", KEY_PASSWORD);
    asLegacy(() -> importKey(pki, "keys-legacy.p12", "PKCS12", "client-rsa", PASSWORD));
    // keytool keeps to one password per PKCS12 file; programs need not.
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    KeyStore all = load(Path.of(pki), PASSWORD);
    PrivateKey key = (PrivateKey) all.getKey("client-ec", PASSWORD.toCharArray());
    store.setKeyEntry("client-ec", key, KEY_PASSWORD.toCharArray(), all.getCertificateChain("client-ec"));
    try (FileOutputStream out = new FileOutputStream(folder.resolve("keys-own-password.p12").toFile())) {
      store.store(out, PASSWORD.toCharArray());
    }
  }

  private static void importKey(String pki, String name, String type, String alias, String keyPassword) throws Exception {
    List<String> args = new ArrayList<>(List.of("-importkeystore", "-noprompt", "-srckeystore", pki, "-srcstorepass", PASSWORD,
        "-srcalias", alias, "-destkeystore", folder.resolve(name).toString(), "-deststoretype", type, "-deststorepass", PASSWORD));
    if (type.equals("JKS")) args.addAll(List.of("-destkeypass", keyPassword));
    keytool(args.toArray(String[]::new));
  }

  private static void keytool(String... args) throws Exception {
    sun.security.tools.keytool.Main.main(args);
  }

  private interface Step {
    void run() throws Exception;
  }

  private static void asLegacy(Step step) throws Exception {
    System.setProperty("keystore.pkcs12.legacy", "");
    step.run();
    System.clearProperty("keystore.pkcs12.legacy");
  }

  private static boolean isStore(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".jks") || name.endsWith(".p12");
  }

  private static KeyStore load(Path file, String password) throws Exception {
    KeyStore store = KeyStore.getInstance(file.toString().endsWith(".jks") ? "JKS" : "PKCS12");
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      store.load(in, password == null ? null : password.toCharArray());
    }
    return store;
  }

  /** What TLS of Java trusts, with and without the password, and the keys it shows. */
  private static String describe(Path file) throws Exception {
    return "  {\"file\": \"" + file.getFileName() + "\", \"trusted\": " + trusted(load(file, PASSWORD)) + ", \"withoutPassword\": "
        + trusted(load(file, null)) + ",\n   \"keys\": " + keys(file, PASSWORD) + ", \"keysByOwnPassword\": " + keys(file, KEY_PASSWORD)
        + "}";
  }

  private static String trusted(KeyStore store) throws Exception {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    try {
      factory.init(store);
    } catch (java.security.KeyStoreException e) {
      return quoted(e.getMessage());
    }
    X509Certificate[] all = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers();
    return list(Arrays.stream(all).map(each -> each.getSubjectX500Principal().getName()).sorted().toList());
  }

  /** For each type of key the alias that is asked first, with its chain; or why the keys cannot be had. */
  private static String keys(Path file, String password) throws Exception {
    KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
    try {
      factory.init(load(file, PASSWORD), password.toCharArray());
    } catch (java.security.UnrecoverableKeyException e) {
      return quoted(e.getMessage());
    }
    X509KeyManager manager = (X509KeyManager) factory.getKeyManagers()[0];
    List<String> found = new ArrayList<>();
    for (String type : List.of("RSA", "EC")) {
      String[] aliases = manager.getClientAliases(type, null);
      if (aliases == null) continue;
      StringBuilder key = new StringBuilder(aliases[0]);
      for (X509Certificate each : manager.getCertificateChain(aliases[0])) {
        key.append(' ').append(each.getSubjectX500Principal().getName());
      }
      found.add(key.toString());
    }
    return list(found);
  }

  private static String list(List<String> texts) {
    return "[" + String.join(", ", texts.stream().map(MakeStores::quoted).toList()) + "]";
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\"", "\\\"") + "\"";
  }
}
