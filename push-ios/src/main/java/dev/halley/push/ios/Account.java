package dev.halley.push.ios;

import static java.util.Objects.requireNonNullElse;

import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientBuilder;
import com.eatthepath.pushy.apns.ApnsClientMetricsListener;
import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import dev.halley.OptionException;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A server of APNs with the credentials for it. Files are read once. Immutable. */
final class Account {

    static final String DEFAULT_HOST = ApnsClientBuilder.PRODUCTION_APNS_HOST;
    static final String DEFAULT_PORT = String.valueOf(ApnsClientBuilder.DEFAULT_APNS_PORT);

    /** The options without which a key is of no use. */
    static final List<String> OF_A_KEY = List.of(
            IosProviderFactory.KEY, IosProviderFactory.KEY_ID, IosProviderFactory.TEAM_ID, IosProviderFactory.TOPIC);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final long MOST_BYTES = 1 << 20;
    private static final int P256_BITS = 256;

    /**
     * The options that make an account. Sets of options with an equal description share one.
     *
     * @param trusted null if not set, as all that follow
     */
    record Description(
            String host,
            String port,
            @Nullable String trusted,
            @Nullable String key,
            @Nullable String keyId,
            @Nullable String teamId,
            @Nullable String certificate,
            @Nullable String password) {

        static Description of(Map<String, String> options) {
            return new Description(
                    options.getOrDefault(IosProviderFactory.HOST, DEFAULT_HOST),
                    options.getOrDefault(IosProviderFactory.PORT, DEFAULT_PORT),
                    options.get(IosProviderFactory.TRUSTED),
                    options.get(IosProviderFactory.KEY),
                    options.get(IosProviderFactory.KEY_ID),
                    options.get(IosProviderFactory.TEAM_ID),
                    options.get(IosProviderFactory.CERTIFICATE),
                    options.get(IosProviderFactory.CERTIFICATE_PASSWORD));
        }

        /** Leaves the password out. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    private interface Step {
        void on(ApnsClientBuilder builder) throws IOException, GeneralSecurityException;
    }

    private final String host;
    private final int port;
    private final Step trust;
    private final Step credential;

    private Account(String host, int port, Step trust, Step credential) {
        this.host = host;
        this.port = port;
        this.trust = trust;
        this.credential = credential;
    }

    /** Returns an option that is missing for complete credentials; empty if they are complete. */
    static Optional<String> missing(Map<String, String> options) {
        if (options.containsKey(IosProviderFactory.CERTIFICATE)) {
            return Optional.empty();
        }
        return OF_A_KEY.stream().filter(name -> !options.containsKey(name)).findFirst();
    }

    /**
     * Reads the files that the options name.
     *
     * @throws BadFileException if a file can't be read or is not what its option demands
     * @throws OptionException if the options contradict each other
     */
    static Account read(Description description) throws BadFileException {
        Step trust = builder -> {};
        String trusted = description.trusted();
        if (trusted != null) {
            X509Certificate[] certificates = certificates(trusted);
            trust = builder -> builder.setTrustedServerCertificateChain(certificates);
        }
        return new Account(description.host(), Integer.parseInt(description.port()), trust, credential(description));
    }

    private static Step credential(Description description) throws BadFileException {
        String key = description.key();
        String certificate = description.certificate();
        if (key != null && certificate != null) {
            throw new OptionException(IosProviderFactory.KEY + " and " + IosProviderFactory.CERTIFICATE
                    + " are both set for the same devices: accepted is one of them");
        }
        if (certificate != null) {
            return certificate(certificate, requireNonNullElse(description.password(), ""));
        }
        ApnsSigningKey signingKey = key(
                String.valueOf(key),
                requireNonNullElse(description.teamId(), ""),
                requireNonNullElse(description.keyId(), ""));
        return builder -> builder.setSigningKey(signingKey);
    }

    private static ApnsSigningKey key(String file, String teamId, String keyId) throws BadFileException {
        String accepted = "a p8 file as Apple gives it out: a P-256 key in PKCS #8 and PEM";
        byte[] bytes = contentOf(IosProviderFactory.KEY, file, accepted);
        try {
            ApnsSigningKey key = ApnsSigningKey.loadFromInputStream(new ByteArrayInputStream(bytes), teamId, keyId);
            if (key.getParams().getCurve().getField().getFieldSize() == P256_BITS) {
                return key;
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            // The exception is not passed on: it might quote the key.
        }
        throw new BadFileException(IosProviderFactory.KEY, file, "it has no such key", accepted);
    }

    private static Step certificate(String file, String password) throws BadFileException {
        String accepted = "a p12 file with a certificate and its key, which " + IosProviderFactory.CERTIFICATE_PASSWORD
                + " opens";
        byte[] bytes = contentOf(IosProviderFactory.CERTIFICATE, file, accepted);
        Step step = builder -> builder.setClientCredentials(new ByteArrayInputStream(bytes), password);
        try {
            step.on(new ApnsClientBuilder());
            return step;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            // The exception is not passed on: it might quote the password.
            throw new BadFileException(IosProviderFactory.CERTIFICATE, file, "it does not open", accepted);
        }
    }

    private static X509Certificate[] certificates(String file) throws BadFileException {
        String accepted = "a PEM file of the certificates to trust";
        byte[] bytes = contentOf(IosProviderFactory.TRUSTED, file, accepted);
        try {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
            if (!all.isEmpty()) {
                return all.toArray(new X509Certificate[0]);
            }
        } catch (GeneralSecurityException e) {
            // Reported below.
        }
        throw new BadFileException(IosProviderFactory.TRUSTED, file, "it has no certificate", accepted);
    }

    private static byte[] contentOf(String option, String file, String accepted) throws BadFileException {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > MOST_BYTES) {
                throw new BadFileException(option, file, "it has more than " + MOST_BYTES + " bytes", accepted);
            }
            return Files.readAllBytes(path);
        } catch (IOException | InvalidPathException e) {
            throw new BadFileException(option, file, "it can't be read", accepted);
        }
    }

    /** Makes a client, which does not connect before its first push. */
    ApnsClient open(EventLoopGroup loops, ApnsClientMetricsListener listener) {
        ApnsClientBuilder builder = new ApnsClientBuilder()
                .setApnsServer(host, port)
                // Each connection makes a provider token, and APNs wants few of these.
                .setConcurrentConnections(1)
                .setConnectionTimeout(CONNECT_TIMEOUT)
                .setGracefulShutdownTimeout(Duration.ZERO)
                .setFrameLogger(new HangUp())
                .setEventLoopGroup(loops)
                .setMetricsListener(listener);
        try {
            trust.on(builder);
            credential.on(builder);
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS does not start", e);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Credentials that could be used before can't be used any more", e);
        }
    }

    /** Names the server. */
    @Override
    public String toString() {
        return host + ":" + port;
    }

    /** Says that a file is not what its option demands. The message holds nothing of its content. */
    static final class BadFileException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String option;
        private final String file;
        private final String problem;
        private final String accepted;

        BadFileException(String option, String file, String problem, String accepted) {
            super(option + ": " + problem);
            this.option = option;
            this.file = file;
            this.problem = problem;
            this.accepted = accepted;
        }

        String option() {
            return option;
        }

        String file() {
            return file;
        }

        String problem() {
            return problem;
        }

        String accepted() {
            return accepted;
        }
    }
}
