package dev.halley.push.http;

import dev.halley.spi.ProviderConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom pushes of {@code customhttp} trust, and how they show who they are. All files are read at the start. */
final class ClientTls {

    static final String CA = "customhttp.trusted";
    static final String CERTIFICATE = "customhttp.certificate";
    static final String PASSWORD = "customhttp.certificatePassword";

    private static final String CA_ACCEPTED = "the path of a PEM file with certificates";
    private static final String CERTIFICATE_ACCEPTED =
            "the path of a PKCS #12 file with one key and its certificate, which " + PASSWORD + " opens";

    private ClientTls() {}

    /**
     * Returns what the options say; empty if they say nothing.
     *
     * @throws dev.halley.OptionException if a file can't be used
     */
    static Optional<SSLContext> of(ProviderConfig config) {
        Optional<String> ca = HttpProviderFactory.ofAllDevices(config, CA);
        Optional<String> certificate = HttpProviderFactory.ofAllDevices(config, CERTIFICATE);
        Optional<String> password = HttpProviderFactory.ofAllDevices(config, PASSWORD);
        if (ca.isEmpty() && certificate.isEmpty()) {
            return Optional.empty();
        }
        TrustManager @Nullable [] trusted = ca.map(file -> trust(config, file)).orElse(null);
        KeyManager @Nullable [] shown = certificate
                .map(file -> show(config, file, password.orElse("").toCharArray()))
                .orElse(null);
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(shown, trusted, null);
            return Optional.of(tls);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has TLS", e);
        }
    }

    private static TrustManager[] trust(ProviderConfig config, String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int count = 0;
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + count++, one);
            }
            if (count == 0) {
                throw config.unusable(CA, file, "there is no certificate in it", CA_ACCEPTED);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            return managers.getTrustManagers();
        } catch (IOException | InvalidPathException e) {
            throw config.unusable(CA, file, "it can't be read", CA_ACCEPTED);
        } catch (GeneralSecurityException e) {
            throw config.unusable(CA, file, "what is in it is no certificate", CA_ACCEPTED);
        }
    }

    private static KeyManager[] show(ProviderConfig config, String file, char[] password) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password);
            boolean hasKey = false;
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate own) {
                    own.checkValidity();
                    hasKey = true;
                }
            }
            if (!hasKey) {
                throw config.unusable(CERTIFICATE, file, "there is no key in it", CERTIFICATE_ACCEPTED);
            }
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, password);
            return managers.getKeyManagers();
        } catch (NoSuchFileException | InvalidPathException e) {
            throw config.unusable(CERTIFICATE, file, "there is no such file", CERTIFICATE_ACCEPTED);
        } catch (IOException e) {
            throw config.unusable(
                    CERTIFICATE, file, "it can't be read, or the password is another one", CERTIFICATE_ACCEPTED);
        } catch (CertificateExpiredException e) {
            throw config.unusable(CERTIFICATE, file, "its certificate has expired", CERTIFICATE_ACCEPTED);
        } catch (GeneralSecurityException e) {
            throw config.unusable(CERTIFICATE, file, "its key can't be used", CERTIFICATE_ACCEPTED);
        }
    }
}
