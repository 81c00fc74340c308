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
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A server of APNs with the credentials for it, as its files were when they were read. Immutable.
 */
final class Account {

    static final String DEFAULT_HOST = ApnsClientBuilder.PRODUCTION_APNS_HOST;
    static final String DEFAULT_PORT = String.valueOf(ApnsClientBuilder.DEFAULT_APNS_PORT);

    /** The options without which a key is of no use. */
    static final List<String> OF_A_KEY = List.of(
            IosProviderFactory.KEY, IosProviderFactory.KEY_ID, IosProviderFactory.TEAM_ID, IosProviderFactory.TOPIC);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final long MOST_BYTES = 1 << 20;

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
            @Nullable String password,
            @Nullable String proxy) {

        static Description of(Map<String, String> options) {
            return new Description(
                    options.getOrDefault(IosProviderFactory.HOST, DEFAULT_HOST),
                    options.getOrDefault(IosProviderFactory.PORT, DEFAULT_PORT),
                    options.get(IosProviderFactory.TRUSTED),
                    options.get(IosProviderFactory.KEY),
                    options.get(IosProviderFactory.KEY_ID),
                    options.get(IosProviderFactory.TEAM_ID),
                    options.get(IosProviderFactory.CERTIFICATE),
                    options.get(IosProviderFactory.CERTIFICATE_PASSWORD),
                    options.getOrDefault(IosProviderFactory.PROXY, options.get(IosProviderFactory.ANY_PROXY)));
        }

        /** Leaves the passwords out. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    private interface Step {
        void on(ApnsClientBuilder builder) throws IOException, GeneralSecurityException;
    }

    /** The files that make an account, and what came of them. */
    private record Read(
            Step step,
            @Nullable ApnsSigningKey key,
            @Nullable X509Certificate certificate) {}

    private final Description description;
    private final Step trust;
    private final Read credential;
    private final String files;
    private final @Nullable ProviderTokens tokens;

    private Account(
            Description description, Step trust, Read credential, String files, @Nullable ProviderTokens tokens) {
        this.description = description;
        this.trust = trust;
        this.credential = credential;
        this.files = files;
        this.tokens = tokens;
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
     * @param tokens the provider tokens of all accounts
     * @throws BadFileException if a file can't be read or is not what its option demands
     * @throws OptionException if the options contradict each other
     */
    static Account read(Description description, SharedTokens tokens, InstantSource clock) throws BadFileException {
        MessageDigest digest = sha256();
        Step trust = builder -> {};
        String trusted = description.trusted();
        if (trusted != null) {
            X509Certificate[] certificates = certificates(trusted, digest);
            trust = builder -> builder.setTrustedServerCertificateChain(certificates);
        }
        Read credential = credential(description, digest, clock.instant());
        String files = HexFormat.of().formatHex(digest.digest());
        ApnsSigningKey key = credential.key();
        return new Account(description, trust, credential, files, key == null ? null : tokens.of(key));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static Read credential(Description description, MessageDigest digest, Instant now) throws BadFileException {
        String key = description.key();
        String certificate = description.certificate();
        if (key != null && certificate != null) {
            throw new OptionException(IosProviderFactory.KEY + " and " + IosProviderFactory.CERTIFICATE
                    + " are both set for the same devices: accepted is one of them");
        }
        if (certificate != null) {
            return certificate(certificate, requireNonNullElse(description.password(), ""), digest, now);
        }
        ApnsSigningKey signingKey = key(
                String.valueOf(key),
                requireNonNullElse(description.teamId(), ""),
                requireNonNullElse(description.keyId(), ""),
                digest);
        return new Read(builder -> builder.setSigningKey(signingKey), signingKey, null);
    }

    private static ApnsSigningKey key(String file, String teamId, String keyId, MessageDigest digest)
            throws BadFileException {
        String accepted = "a p8 file as Apple gives it out: a P-256 key in PKCS #8 and PEM";
        byte[] bytes = contentOf(IosProviderFactory.KEY, file, accepted, digest);
        try {
            return Credentials.key(bytes, teamId, keyId);
        } catch (Credentials.UnusableException e) {
            throw new BadFileException(IosProviderFactory.KEY, file, e.problem(), accepted);
        }
    }

    private static Read certificate(String file, String password, MessageDigest digest, Instant now)
            throws BadFileException {
        String accepted = "a p12 file with a certificate and its key, which " + IosProviderFactory.CERTIFICATE_PASSWORD
                + " opens";
        byte[] bytes = contentOf(IosProviderFactory.CERTIFICATE, file, accepted, digest);
        Step step = builder -> builder.setClientCredentials(new ByteArrayInputStream(bytes), password);
        try {
            X509Certificate certificate = Credentials.certificate(bytes, password);
            Instant end = certificate.getNotAfter().toInstant();
            if (!now.isBefore(end)) {
                throw new BadFileException(
                        IosProviderFactory.CERTIFICATE, file, "its certificate has expired, at " + end, accepted);
            }
            step.on(new ApnsClientBuilder());
            return new Read(step, null, certificate);
        } catch (Credentials.UnusableException e) {
            throw new BadFileException(IosProviderFactory.CERTIFICATE, file, e.problem(), accepted);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            // The exception is not passed on: it might quote the password.
            throw new BadFileException(IosProviderFactory.CERTIFICATE, file, "it does not open", accepted);
        }
    }

    private static X509Certificate[] certificates(String file, MessageDigest digest) throws BadFileException {
        String accepted = "a PEM file of the certificates to trust";
        byte[] bytes = contentOf(IosProviderFactory.TRUSTED, file, accepted, digest);
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

    private static byte[] contentOf(String option, String file, String accepted, MessageDigest digest)
            throws BadFileException {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > MOST_BYTES) {
                throw new BadFileException(option, file, "it has more than " + MOST_BYTES + " bytes", accepted);
            }
            byte[] bytes = Files.readAllBytes(path);
            digest.update(bytes);
            return bytes;
        } catch (IOException | InvalidPathException e) {
            throw new BadFileException(option, file, "it can't be read", accepted);
        }
    }

    Description description() {
        return description;
    }

    String host() {
        return description.host();
    }

    /** Returns whether the files of both had the same content when they were read. */
    boolean hasFilesOf(Account other) {
        return files.equals(other.files);
    }

    /** Returns when the credentials expire; empty for a key, which does not. */
    Optional<Instant> expires() {
        X509Certificate certificate = credential.certificate();
        return certificate == null
                ? Optional.empty()
                : Optional.of(certificate.getNotAfter().toInstant());
    }

    /** Returns what a line's connections need. */
    Wire wire() {
        return new Wire(tokens);
    }

    /** Makes a client, which does not connect before its first push. */
    ApnsClient open(EventLoopGroup loops, Wire wire, ApnsClientMetricsListener listener) {
        int port = Integer.parseInt(description.port());
        ApnsClientBuilder builder = new ApnsClientBuilder()
                .setApnsServer(description.host(), port)
                // One carries as many pushes as there are.
                .setConcurrentConnections(1)
                .setConnectionTimeout(CONNECT_TIMEOUT)
                .setGracefulShutdownTimeout(Duration.ZERO)
                .setFrameLogger(wire)
                .setUseAlpn(true)
                .setEventLoopGroup(loops)
                .setMetricsListener(listener);
        Proxies.of(description.host(), port, description.proxy(), System.getenv())
                .ifPresent(builder::setProxyHandlerFactory);
        try {
            trust.on(builder);
            credential.step().on(builder);
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
        return description.toString();
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
