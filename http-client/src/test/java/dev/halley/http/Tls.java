package dev.halley.http;

import dev.halley.standins.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate of this machine, and clients that trust it. */
final class Tls {

    static final Certificates CERTIFICATES = make();

    private Tls() {}

    static SSLContext trust() throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", CERTIFICATES.serverCertificate());
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, managers.getTrustManagers(), null);
        return tls;
    }

    private static Certificates make() {
        try {
            Path folder = Files.createTempDirectory("halley-http");
            folder.toFile().deleteOnExit();
            return Certificates.make(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
