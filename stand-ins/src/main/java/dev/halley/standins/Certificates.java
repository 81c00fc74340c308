package dev.halley.standins;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keys and certificates for stand-ins and their clients, as files in one folder. The JDK makes them on this machine,
 * and only clients that are told to trust them. Immutable.
 */
public final class Certificates {

    /** The password of the key stores, which contain no secret. */
    public static final String PASSWORD = "stand-in";

    /** Another name of the server in its certificate: of a host that only a {@link ProxyStandIn} knows. */
    public static final String HOST = "push.stand-in.test";

    private static final String ALIAS = "stand-in";
    private static final int SECONDS = 60;

    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes all files. Takes a second or two, as it runs the JDK's {@code keytool}.
     *
     * @param folder an existing folder
     * @return the keys and certificates in it
     * @throws IOException if they can't be made or written
     */
    public static Certificates make(Path folder) throws IOException {
        Certificates made = new Certificates(folder);
        made.keyPair(made.serverKeyStore(), "CN=localhost", "san=dns:localhost,dns:" + HOST + ",ip:127.0.0.1");
        made.keyPair(
                made.clientKeyStore(),
                "CN=Apple Push Services: com.example.app, UID=com.example.app",
                "ku=digitalSignature");
        try {
            Files.writeString(
                    made.serverPem(),
                    toPem("CERTIFICATE", made.serverCertificate().getEncoded()));
            KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(new ECGenParameterSpec("secp256r1"));
            Files.writeString(
                    made.providerKey(),
                    toPem("PRIVATE KEY", keys.generateKeyPair().getPrivate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IOException("The JDK can't make keys", e);
        }
        return made;
    }

    /**
     * {@return a PKCS #12 key store: the key and certificate of a server at {@code localhost}, {@code
     * 127.0.0.1} and {@link #HOST}}
     */
    public Path serverKeyStore() {
        return folder.resolve("server.p12");
    }

    /** {@return the self-signed certificate of the server in PEM, which a client has to trust} */
    public Path serverPem() {
        return folder.resolve("server.pem");
    }

    /** {@return a PKCS #12 key store in the form in which Apple issues one for pushes to one app} */
    public Path clientKeyStore() {
        return folder.resolve("client.p12");
    }

    /** {@return a P-256 key in PKCS #8, in the form of a {@code .p8} file from Apple} */
    public Path providerKey() {
        return folder.resolve("provider.p8");
    }

    /**
     * {@return the certificate of the server}
     *
     * @throws IOException if the key store can't be read
     */
    public X509Certificate serverCertificate() throws IOException {
        try {
            return (X509Certificate) keyStore().getCertificate(ALIAS);
        } catch (GeneralSecurityException e) {
            throw new IOException("No certificate in " + serverKeyStore(), e);
        }
    }

    /**
     * {@return the key of the server}
     *
     * @throws IOException if the key store can't be read
     */
    public PrivateKey serverKey() throws IOException {
        try {
            return (PrivateKey) keyStore().getKey(ALIAS, PASSWORD.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new IOException("No key in " + serverKeyStore(), e);
        }
    }

    /**
     * Returns bytes in PEM.
     *
     * @param label for example {@code CERTIFICATE}
     * @param der the bytes, in DER
     * @return the text of a PEM file
     */
    public static String toPem(String label, byte[] der) {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    private KeyStore keyStore() throws IOException, GeneralSecurityException {
        KeyStore keyStore = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(serverKeyStore())) {
            keyStore.load(in, PASSWORD.toCharArray());
        }
        return keyStore;
    }

    private void keyPair(Path keyStore, String name, String extension) throws IOException {
        Path log = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-alias",
                        ALIAS,
                        "-dname",
                        name,
                        "-ext",
                        extension,
                        "-validity",
                        "3650",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        keyStore.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!keytool.waitFor(SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("keytool failed: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        } finally {
            keytool.destroyForcibly();
        }
    }

    @Override
    public String toString() {
        return "Certificates[" + folder + "]";
    }
}
